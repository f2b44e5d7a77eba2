"""Pools whose windows are variables, of operations that know no windows: axis after axis."""

import numpy as np
import pytensor.tensor as pt

from dltut.theano.names import NotServed


def pooled(x, windows, steps, pads, ignore_border: bool, mode: str):
    """The largest, summed or mean value of each window over the last axes.

    Windows are put together by their elements' numbers, so this is slower than a pool whose windows
    are numbers.

    Parameters
    ----------
    x : variable
    windows : sequence of int or variable
        One for each of the last axes.
    steps, pads : sequence of int or variable, optional
        Default: the windows; nothing.
    ignore_border : bool
        Whether a window that does not fit is left out.
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
    """
    if mode not in ("max", "sum", "average_inc_pad", "average_exc_pad"):
        raise NotServed(f"a pool in mode {mode!r} whose window is a variable is not served")
    steps = windows if steps is None else steps
    pads = [0] * len(windows) if pads is None else pads
    first = x.ndim - len(windows)
    for number, sizes in enumerate(zip(windows, steps, pads, strict=True)):
        x = _along(x, first + number, *sizes, ignore_border, mode)
    return x


def _along(x, axis: int, window, step, pad, ignore_border: bool, mode: str):
    """Pool over one axis: a maximum of maxima is the maximum, and so with sums and means."""
    n = x.shape[axis]
    starts = step * pt.arange(n_windows(n + 2 * pad, window, step, ignore_border)) - pad
    places = pt.shape_padright(starts) + pt.arange(window)
    is_inside = (places >= 0) & (places < n)
    elements = x[(*[slice(None)] * axis, pt.clip(places, 0, n - 1))]
    inside = is_inside.dimshuffle(0, 1, *["x"] * (x.ndim - 1 - axis))
    nothing = _least(x.dtype) if mode == "max" else 0
    elements = pt.switch(inside, elements, np.array(nothing, x.dtype))
    if mode == "max":
        return elements.max(axis=axis + 1)
    total = elements.sum(axis=axis + 1)
    if mode == "sum":
        return total
    counted = is_inside if mode == "average_exc_pad" else (places >= -pad) & (places < n + pad)
    counts = counted.sum(axis=1).dimshuffle(0, *["x"] * (x.ndim - 1 - axis))
    return (total / counts).astype(x.dtype)


def _least(dtype: str):
    """What no element is below."""
    return -np.inf if dtype.startswith("float") else np.iinfo(dtype).min


def n_windows(n, window, step, ignore_border: bool):
    """How many windows an axis has.

    Parameters
    ----------
    n, window, step : int or variable
        Elements, those of a window, and from one to the next.
    ignore_border : bool
        Whether the last one has to fit.
    """
    if ignore_border:
        return pt.maximum((n - window) // step + 1, 0)
    overlapping = pt.maximum(0, (n - 1 - window + step) // step) + 1
    return pt.switch(pt.ge(step, window), (n - 1) // step + 1, overlapping)


__all__ = ["n_windows", "pooled"]
