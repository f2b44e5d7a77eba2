"""What the values of pictures are divided by: bytes by 256, so that they lie between 0 and 1."""

import numpy as np
from numpy.typing import ArrayLike

from dltut.exceptions import InputError

DIVISOR = 256  # of bytes, as in the tutorials; with 255 their digits would be others
WHITE = 255 / DIVISOR
BYTES_FROM = 128  # bytes of pictures have a value that needs their eighth bit


def from_bytes(pixels: ArrayLike) -> np.ndarray:
    """Bytes divided by 256, float32; exactly, for it is a power of two.

    Parameters
    ----------
    pixels : array of bytes, any shape

    Examples
    --------
    >>> from_bytes([0, 128, 255]).tolist()
    [0.0, 0.5, 0.99609375]
    """
    return np.divide(pixels, DIVISOR, dtype=np.float32)


def are_bytes(low: float, high: float) -> bool:
    """Whether the smallest and the largest value of pictures are those of bytes.

    Examples
    --------
    >>> are_bytes(0, 255), are_bytes(0, 1), are_bytes(-1, 255)
    (True, False, False)
    """
    return low >= 0 and BYTES_FROM <= high <= 255


def divisor(low: float, high: float, is_whole: bool) -> int:
    """What the values of pictures are divided by, if it is certain.

    Parameters
    ----------
    low, high : float
        The smallest and the largest.
    is_whole : bool
        Whether all are whole numbers.

    Returns
    -------
    int
        256 or 1.

    Raises
    ------
    InputError
        If they may be anything.

    Examples
    --------
    >>> divisor(0, 255, is_whole=True), divisor(0.0, 1.0, is_whole=False)
    (256, 1)
    """
    if (low >= 0 and high <= 1) or (low < 0 and not is_whole):
        return 1
    if are_bytes(low, high):
        return DIVISOR
    raise InputError(
        f"the pictures hold values from {low:g} to {high:g}; expected 0 to 1, or bytes up to 255: "
        "say what they are to be divided by, scale=..., 1 for nothing"
    )
