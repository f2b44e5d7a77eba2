"""Pooling: one number for each window of each map."""

import pytensor.tensor as pt

from dltut.exceptions import InputError, nearest
from dltut.kernels.pool import MODES, TIES, Pooling
from dltut.machine.shared import as_floats
from dltut.nn.pair import pair


def pool2d(
    x,
    ws: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    ignore_border: bool = True,
    pad: int | tuple[int, int] = (0, 0),
    mode: str = "max",
    ties: str = "first",
):
    """Largest, summed or mean value under a window that moves over each map.

    Parameters
    ----------
    x : tensor4, shape (batch, maps, rows, columns)
    ws : int or pair of int
        Rows and columns of the window, at least 1.
    stride : int or pair of int, optional
        Steps between windows; default `ws`, so that they do not overlap.
    ignore_border : bool
        Whether a last window that reaches over the edge is left out (True) or cut (False).
    pad : int or pair of int
        Border around each map, smaller than `ws`; only with `ignore_border`. It wins no maximum.
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
        The averages count the padding in (inc) or out (exc).
    ties : {"first", "all"}
        Where several elements share a maximum, the gradient goes to the first of them alone, or
        the whole of it to each of them.

    Returns
    -------
    tensor4, shape (batch, maps, out rows, out columns)

    Raises
    ------
    InputError
        If a size is not valid or the window does not fit.

    Notes
    -----
    Arguments and results are those of ``theano.tensor.signal.pool.pool_2d``, whose ties are "all".
    Where the maxima lie does not move with x: the second derivative of a maximum by itself is 0.

    Examples
    --------
    >>> pool2d(pt.ones((1, 3, 5, 5)), 2).type.shape
    (1, 3, 2, 2)
    >>> pool2d(pt.ones((1, 3, 5, 5)), 2, ignore_border=False).type.shape
    (1, 3, 3, 3)
    """
    x = pt.as_tensor_variable(x)
    if x.ndim != 4:
        raise InputError(f"pool2d needs rank 4 (batch, maps, rows, columns); x has rank {x.ndim}")
    if mode not in MODES:
        raise InputError(f"there is no pooling mode {mode!r}: {nearest(mode, MODES)}")
    if ties not in TIES:
        raise InputError(f"ties cannot be {ties!r}: {nearest(ties, TIES)}")
    ws = pair(ws, "ws", 1)
    stride = ws if stride is None else pair(stride, "stride", 1)
    pad = pair(pad, "pad", 0)
    if pad != (0, 0) and not ignore_border:
        raise InputError("padding needs ignore_border=True: choose one of the two")
    if pad[0] >= ws[0] or pad[1] >= ws[1]:
        raise InputError(
            f"pad is {pad} but the window {ws}: padding must be smaller than the window"
        )
    return Pooling(ws, stride, bool(ignore_border), pad, mode, ties)(as_floats(x))


def pool1d(
    x,
    ws: int,
    stride: int | None = None,
    ignore_border: bool = True,
    pad: int = 0,
    mode: str = "max",
):
    """Largest, summed or mean value under a window that moves along each series.

    Parameters
    ----------
    x : tensor3, shape (batch, maps, steps)
    ws, stride, pad : int
    ignore_border : bool
    mode : str
        All as for `pool2d`.

    Returns
    -------
    tensor3, shape (batch, maps, out steps)

    Raises
    ------
    InputError
        If x is not of rank 3; and as `pool2d`.

    Examples
    --------
    >>> pool1d(pt.as_tensor([[[1.0, 3.0, 2.0, 0.0]]]), 2).eval(mode="FAST_COMPILE").tolist()
    [[[3.0, 2.0]]]
    """
    x = pt.as_tensor_variable(x)
    if x.ndim != 3:
        raise InputError(f"pool1d needs rank 3 (batch, maps, steps); x has rank {x.ndim}")
    steps = (1, stride) if stride is not None else None
    rows = x.dimshuffle(0, 1, "x", 2)
    return pool2d(rows, (1, ws), steps, ignore_border, (0, pad), mode)[:, :, 0]
