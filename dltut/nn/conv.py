"""Convolution of a batch of pictures, or of series, with a bank of filters, and its transpose."""

import pytensor.tensor as pt
from pytensor.scalar import upcast

from dltut.exceptions import InputError, nearest
from dltut.kernels.conv import Convolution, TransposedConvolution
from dltut.machine.shared import as_floats
from dltut.nn.pair import pair

BORDER_MODES = ("valid", "full", "half")


def conv2d(
    x,
    w,
    border_mode: str | int | tuple[int, int] = "valid",
    subsample: tuple[int, int] = (1, 1),
    filter_flip: bool = True,
    dilation: int | tuple[int, int] = (1, 1),
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
    dilation : int or pair of int
        How far apart two neighbours of the filter look, in rows and columns; a kernel of k then
        reaches over (k - 1) dilation + 1 pixels, which is also what "full" and "half" count.

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
    operation = Convolution(_border(border_mode), steps, bool(filter_flip))
    x, w = _of_one_width(x, w)
    return operation(x, dilated(w, pair(dilation, "dilation", least=1)))


def conv2d_transpose(
    x,
    w,
    border_mode: str | int | tuple[int, int] = "valid",
    subsample: tuple[int, int] = (1, 1),
    filter_flip: bool = True,
):
    r"""What sends maps back to pictures: the gradient of `conv2d` by its pictures, as a layer.

    Parameters
    ----------
    x : tensor4, shape (batch, maps, rows, columns)
    w : tensor4, shape (maps, channels, kernel rows, kernel columns)
        As for the convolution that would make such maps of the result.
    border_mode, subsample, filter_flip
        Of that convolution: a step of 2 doubles the picture, zeros around it are cut off.

    Returns
    -------
    tensor4, shape (batch, channels, out rows, out columns)
        With steps s and p zeros on each side, out rows = (rows - 1) s + kernel rows - 2 p.

    Raises
    ------
    InputError
        If x or w is not of rank 4, a border mode or step is not valid, or nothing is left inside
        the border.

    Notes
    -----
    The gradient of its x is `conv2d` of the same w, so that
    ``(conv2d(a, w) * b).sum() == (a * conv2d_transpose(b, w)).sum()``. Also called deconvolution.

    Examples
    --------
    >>> double = conv2d_transpose(pt.ones((1, 3, 5, 5)), pt.ones((3, 2, 2, 2)), subsample=(2, 2))
    >>> double.type.shape
    (1, 2, 10, 10)
    """
    x, w = pt.as_tensor_variable(x), pt.as_tensor_variable(w)
    if x.ndim != 4 or w.ndim != 4:
        raise InputError(
            "conv2d_transpose needs maps of rank 4 (batch, maps, rows, columns) and filters of "
            f"rank 4 (maps, channels, rows, columns); x has rank {x.ndim}, w has rank {w.ndim}"
        )
    steps = pair(subsample, "subsample", least=1)
    operation = TransposedConvolution(_border(border_mode), steps, bool(filter_flip))
    return operation(*_of_one_width(x, w))


def conv1d(
    x,
    w,
    border_mode: str | int = "valid",
    subsample: int = 1,
    filter_flip: bool = True,
    dilation: int = 1,
):
    r"""One-dimensional convolution of every series with every filter, summed over channels.

    Parameters
    ----------
    x : tensor3, shape (batch, channels, steps)
    w : tensor3, shape (maps, channels, kernel)
    border_mode : {"valid", "full", "half"} or int
    subsample, dilation : int
    filter_flip : bool
        All as for `conv2d`.

    Returns
    -------
    tensor3, shape (batch, maps, out steps)

    Raises
    ------
    InputError
        If x or w is not of rank 3; and as `conv2d`.

    Examples
    --------
    >>> differences = conv1d(pt.as_tensor([[[1.0, 4.0, 9.0]]]), pt.as_tensor([[[1.0, -1.0]]]))
    >>> differences.eval(mode="FAST_COMPILE").tolist()
    [[[3.0, 5.0]]]
    """
    x, w = pt.as_tensor_variable(x), pt.as_tensor_variable(w)
    if x.ndim != 3 or w.ndim != 3:
        raise InputError(
            f"conv1d needs series of rank 3 (batch, channels, steps) and filters of rank 3 (maps, "
            f"channels, steps); x has rank {x.ndim}, w has rank {w.ndim}"
        )
    border = border_mode if isinstance(border_mode, str) else (0, border_mode)
    as_rows = (each.dimshuffle(0, 1, "x", 2) for each in (x, w))
    return conv2d(*as_rows, border, (1, subsample), filter_flip, (1, dilation))[:, :, 0]


def _of_one_width(x, w):
    x, w = as_floats(x), as_floats(w)
    width = upcast(x.dtype, w.dtype)
    return x.astype(width), w.astype(width)


def dilated(w, dilation: tuple[int, ...]):
    """Filters with `dilation` - 1 zeros between neighbours along each of their last axes."""
    if all(each == 1 for each in dilation):
        return w
    sides = [(n - 1) * step + 1 for n, step in zip(tuple(w.shape)[2:], dilation, strict=True)]
    zeros = pt.zeros((*tuple(w.shape)[:2], *sides), dtype=w.dtype)
    return zeros[(..., *(slice(None, None, step) for step in dilation))].set(w)


def _border(mode):
    if isinstance(mode, str):
        if mode not in BORDER_MODES:
            raise InputError(f"there is no border_mode {mode!r}: {nearest(mode, BORDER_MODES)}")
        return mode
    return pair(mode, "border_mode", least=0)
