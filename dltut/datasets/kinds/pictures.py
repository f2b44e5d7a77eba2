"""Rows that are pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from dltut.datasets.kinds.kind import Kind, done
from dltut.datasets.scaling import WHITE
from dltut.datasets.transforms import Transform
from dltut.exceptions import InputError, nearest, printable

SMALLEST_SIDE = 8  # of a picture that comes as a row
PREPARATIONS = ("resize", "digit", "light on dark", "whole")


@dataclass(frozen=True)
class Pictures(Kind):
    """A row of x is a picture: channel after channel, row after row of pixels.

    Parameters
    ----------
    shape : (channels, rows, columns)
    preparation : {"resize", "digit", "light on dark", "whole"}
        How a picture from outside becomes like these, see `dltut.datasets.pictures.prepare`; a
        "whole" one keeps its rows and columns, for a model that takes any.
    white : float
        The value of a white pixel; bytes are divided by 256 unless another scale was stated.
    transforms : tuple of Transform, optional
        What was done to the rows then, see `dltut.datasets.transformed`.

    Examples
    --------
    >>> Pictures((3, 32, 32)).facts
    {'kind': 'Pictures', 'shape': [3, 32, 32], 'preparation': 'resize', 'white': 0.99609375}
    """

    shape: tuple[int, int, int] = (1, 28, 28)
    preparation: str = "resize"
    white: float = WHITE
    transforms: tuple[Transform, ...] = ()

    def __post_init__(self):
        shape = tuple(self.shape) if isinstance(self.shape, tuple | list) else (self.shape,)
        if len(shape) != 3 or not all(isinstance(n, int | np.integer) and n > 0 for n in shape):
            raise InputError(f"pictures of {shape}; expected (channels, rows, columns), each >= 1")
        object.__setattr__(self, "shape", tuple(map(int, shape)))
        if self.preparation not in PREPARATIONS:
            hint = nearest(self.preparation, PREPARATIONS)
            raise InputError(f"there is no preparation {self.preparation!r}: {hint}")
        if not isinstance(self.white, int | float) or not 0 < self.white < np.inf:
            raise InputError(f"white is {printable(self.white)}; expected a number above 0")

    def __str__(self) -> str:
        return f"pictures of {' x '.join(map(str, self.shape))}{done(self.transforms)}"

    def stacked(self, examples: Sequence[np.ndarray]) -> np.ndarray:
        """Rows, or whole pictures (channels, rows, columns) that may differ in size, as objects."""
        if self.preparation != "whole":
            return super().stacked(examples)
        whole = np.empty(len(examples), dtype=object)
        whole[:] = list(examples)
        return whole

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows, if they have the picture's size.

        Raises
        ------
        InputError
            If they have another.
        """
        if values.shape[1] != prod(self.shape):
            raise InputError(
                f"a {part} example has {values.shape[1]} values, expected {prod(self.shape)}, "
                f"a picture of {self.shape}"
            )
        return values


def square_shape(n_values: int) -> tuple[int, int, int] | None:
    """The shape of a grey square picture that comes as a row, None if it cannot be one.

    Examples
    --------
    >>> square_shape(784)
    (1, 28, 28)
    >>> square_shape(4)  # four numbers are no picture of 2 x 2
    """
    side = round(n_values**0.5)
    return (1, side, side) if side**2 == n_values and side >= SMALLEST_SIDE else None
