"""What other values stand where a pool found its maxima: the second derivative of a max-pool.

It is seldom wanted, so it is written in operations that every backend has, and needs no kernel.
"""

import numpy as np
import pytensor.tensor as pt


def at_maxima(op, x, best, values):
    """The sum of what stands in other maps at the maxima of each window.

    Parameters
    ----------
    op : operation
        Whose windows they are (``ws``, ``stride``, ``pad``), and who has a maximum that several
        share (``ties``).
    x : tensor4, shape (batch, maps, rows, columns)
    best : tensor4, shape (batch, maps, out rows, out columns)
        The maxima of x.
    values : tensor4, shape (batch, maps, rows, columns)

    Returns
    -------
    tensor4, shape (batch, maps, out rows, out columns)
    """
    x, values = _bordered(op, x, -np.inf), _bordered(op, values, 0)
    total, taken = pt.zeros_like(best), None
    for corner in np.ndindex(op.ws):
        rows, columns = (
            slice(first, first + (best.shape[axis + 2] - 1) * op.stride[axis] + 1, op.stride[axis])
            for axis, first in enumerate(corner)
        )
        here = pt.eq(x[:, :, rows, columns], best)
        if op.ties == "first":
            here, taken = _not_taken(here, taken)
        total = total + pt.switch(here, values[:, :, rows, columns], 0)
    return total


def _bordered(op, maps, value):
    """Maps inside of a border of one value, wide enough for windows that reach over an edge."""
    width = [(0, 0), (0, 0), *((pad, ws) for pad, ws in zip(op.pad, op.ws, strict=True))]
    return pt.pad(maps, width, mode="constant", constant_values=value)


def _not_taken(here, taken):
    """The places where no maximum was found before, and all where one is found by now."""
    if taken is None:
        return here, here
    return pt.and_(here, pt.invert(taken)), pt.or_(here, taken)
