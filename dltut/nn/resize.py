"""Maps that are made larger, cut to the size of others, and put beside each other."""

from collections.abc import Sequence

import pytensor.tensor as pt
from pytensor.scalar import upcast

from dltut.exceptions import InputError, nearest
from dltut.kernels.crop import Beside, Crop
from dltut.kernels.upsample import MODES, Upsampling
from dltut.machine.shared import as_floats
from dltut.nn.pair import pair

PLACES = ("start", "centre")


def upsample2d(x, factor: int | tuple[int, int], mode: str = "repeat"):
    """Maps with `factor` times as many rows and columns.

    Parameters
    ----------
    x : tensor4, shape (batch, maps, rows, columns)
    factor : int or pair of int
        Of rows and of columns.
    mode : {"repeat", "bilinear"}
        Every pixel becomes a block of its colour; or the new pixels lie on straight lines between
        the middles of the old ones, and beyond the outer middles nothing changes.

    Returns
    -------
    tensor4, shape (batch, maps, factor * rows, factor * columns)

    Raises
    ------
    InputError
        If x is not of rank 4, a factor is below 1, or there is no such mode.

    Examples
    --------
    >>> x = pt.as_tensor([[[[0.0, 4.0]]]])
    >>> upsample2d(x, (1, 2)).eval(mode="FAST_COMPILE").tolist()
    [[[[0.0, 0.0, 4.0, 4.0]]]]
    >>> upsample2d(x, (1, 2), "bilinear").eval(mode="FAST_COMPILE").tolist()
    [[[[0.0, 1.0, 3.0, 4.0]]]]
    """
    x = pt.as_tensor_variable(x)
    _check_rank(x, "upsample2d")
    if mode not in MODES:
        raise InputError(f"there is no way of upsampling {mode!r}: {nearest(mode, MODES)}")
    return Upsampling(pair(factor, "factor", least=1), mode)(as_floats(x))


def crop(x, like, at: str = "start"):
    """The rows and columns of `x` that leave as many as `like` has.

    Parameters
    ----------
    x : tensor4, shape (batch, maps, rows, columns)
    like : tensor4
        Its rows and columns are at most those of x.
    at : {"start", "centre"}
        Whether the first ones stay or those in the middle; of an odd surplus one more is cut off
        behind than before.

    Returns
    -------
    tensor4
        With the batch and maps of x.

    Raises
    ------
    InputError
        If one is not of rank 4, x is smaller, or there is no such place.

    Examples
    --------
    >>> x = pt.arange(25.0).reshape((1, 1, 5, 5))
    >>> crop(x, pt.zeros((1, 1, 2, 2)), "centre").eval(mode="FAST_COMPILE")[0, 0].tolist()
    [[6.0, 7.0], [11.0, 12.0]]
    """
    x, like = as_floats(x), pt.as_tensor_variable(like)
    for each in (x, like):
        _check_rank(each, "crop")
    _check_place(at)
    sides = x.type.shape[2:]
    is_as_large = None not in sides and sides == like.type.shape[2:]
    return x if is_as_large else Crop(at == "centre")(x, like)


def concatenate(maps: Sequence, at: str = "start"):
    """Maps of several sources in one batch, those of the first before those of the next.

    Parameters
    ----------
    maps : sequence of tensor4
        The last one has the fewest rows and columns; the others are cropped to these.
    at : {"start", "centre"}
        As for `crop`.

    Returns
    -------
    tensor4, shape (batch, maps in all, rows, columns)

    Raises
    ------
    InputError
        If there are none, or of batches that are not as large as each other; and as `crop`.

    Examples
    --------
    >>> concatenate([pt.zeros((2, 3, 9, 9)), pt.zeros((2, 1, 8, 8))]).type.shape
    (2, 4, 8, 8)
    """
    if not maps:
        raise InputError("there are no maps to put beside each other: give a list of them")
    maps = [as_floats(each) for each in maps]
    for each in maps:
        _check_rank(each, "concatenate")
    _check_place(at)
    kind, (both, *before) = upcast(*(each.dtype for each in maps)), reversed(maps)
    both = both.astype(kind)
    for x in before:
        both = Beside(at == "centre")(x.astype(kind), both)
    return both


def _check_place(at):
    if at not in PLACES:
        raise InputError(f"there is no place to crop at {at!r}: {nearest(at, PLACES)}")


def _check_rank(x, what):
    if x.ndim != 4:
        raise InputError(f"{what} needs rank 4 (batch, maps, rows, columns); x has rank {x.ndim}")
