"""Convolution of a batch of pictures with a bank of filters."""

import pytensor.tensor as pt
from pytensor.scalar import upcast

from dltut.exceptions import InputError, nearest
from dltut.kernels.conv import Convolution
from dltut.machine.shared import as_floats
from dltut.nn.pair import pair

BORDER_MODES = ("valid", "full", "half")


def conv2d(
    x,
    w,
    border_mode: str | int | tuple[int, int] = "valid",
    subsample: tuple[int, int] = (1, 1),
    filter_flip: bool = True,
):
    r"""Two-dimensional convolution of every picture with every filter, summed over channels.

    .. math:: o_{n,m}(r, s) = \sum_c \sum_{i,j} w_{m,c}(i, j)\, x_{n,c}(r - i, s - j)

    Parameters
    ----------
    x : tensor4, shape (batch, channels, rows, columns)
    w : tensor4, shape (maps, channels, kernel rows, kernel columns)
    border_mode : {"valid", "full", "half"}, int or pair of int
        Zeros around the picture: none, kernel - 1, kernel // 2, or as many as given on each side.
    subsample : pair of int
        Steps between two positions of the filter, in rows and columns.
    filter_flip : bool
        True is convolution, as above; False is cross-correlation, as most libraries now do it.

    Returns
    -------
    tensor4, shape (batch, maps, out rows, out columns)
        With p zeros on each side, out rows = (rows + 2 p - kernel rows) // step + 1.

    Raises
    ------
    InputError
        If x or w is not of rank 4, a border mode or step is not valid, or the filter does not fit.

    Notes
    -----
    Arguments and results are those of ``theano.tensor.nnet.conv2d``.

    Examples
    --------
    >>> import numpy as np
    >>> edges = conv2d(pt.ones((1, 1, 4, 4)), pt.as_tensor(np.array([[[[1.0, -1.0]]]])))
    >>> edges.type.shape
    (1, 1, 4, 3)
    """
    x, w = pt.as_tensor_variable(x), pt.as_tensor_variable(w)
    if x.ndim != 4 or w.ndim != 4:
        raise InputError(
            f"conv2d needs pictures of rank 4 (batch, channels, rows, columns) and filters of rank "
            f"4 (maps, channels, rows, columns); x has rank {x.ndim}, w has rank {w.ndim}"
        )
    steps = pair(subsample, "subsample", least=1)
    x, w = as_floats(x), as_floats(w)
    width = upcast(x.dtype, w.dtype)
    operation = Convolution(_border(border_mode), steps, bool(filter_flip))
    return operation(x.astype(width), w.astype(width))


def _border(mode):
    if isinstance(mode, str):
        if mode not in BORDER_MODES:
            raise InputError(f"there is no border_mode {mode!r}: {nearest(mode, BORDER_MODES)}")
        return mode
    return pair(mode, "border_mode", least=0)
