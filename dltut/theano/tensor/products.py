"""Products of arrays: of matrices, and of each of the first with each of the second."""

import numpy as np
import pytensor.tensor as pt

from dltut.theano.tensor.conversion import as_tensor


def dot(a, b):
    """The product of matrices, or of vectors, or of their last and last but one axes."""
    return pt.dot(as_tensor(a), b)


def batched_dot(a, b):
    """The products of each of the first with each of the second, along their first axis."""
    a, b = as_tensor(a), as_tensor(b)
    if a.ndim == 1:
        return a.dimshuffle(0, *["x"] * (b.ndim - 1)) * b
    if b.ndim == 1:
        return a * b.dimshuffle(0, *["x"] * (a.ndim - 1))
    if a.ndim == b.ndim == 3:
        return pt.matmul(a, b)
    return batched_tensordot(a, b, [[a.ndim - 1], [1 if b.ndim == 2 else b.ndim - 2]])


def batched_tensordot(x, y, axes=2):
    """``tensordot`` of each of the first with each of the second, along their first axis.

    Parameters
    ----------
    x, y : variable
    axes : int or pair of sequences
        Those that are summed over, the first of all counted.
    """
    x, y = as_tensor(x), as_tensor(y)
    if isinstance(axes, int | np.integer):
        axes = list(range(x.ndim - axes, x.ndim)), list(range(1, axes + 1))
    over_x, over_y = ([each] if isinstance(each, int) else list(each) for each in axes)
    free_x = [a for a in range(1, x.ndim) if a not in over_x]
    free_y = [a for a in range(1, y.ndim) if a not in over_y]
    n = pt.prod([x.shape[a] for a in over_x]) if over_x else 1
    left = x.dimshuffle(0, *free_x, *over_x).reshape((x.shape[0], -1, n), ndim=3)
    right = y.dimshuffle(0, *over_y, *free_y).reshape((y.shape[0], n, -1), ndim=3)
    shape = [x.shape[0], *(x.shape[a] for a in free_x), *(y.shape[a] for a in free_y)]
    return pt.matmul(left, right).reshape(shape, ndim=len(shape))
