"""``theano.tensor.extra_ops``: one-hot rows, repetition, sums on the way, and the like."""

import numpy as np
import pytensor.tensor as pt

from dltut.theano.names import passed_on
from dltut.theano.tensor.allocation import filled

cpu_contiguous = pt.tensor_copy
bincount = pt.bincount
compress = pt.compress


def repeat(x, repeats, axis=None):
    """`x`, each element so often.

    Parameters
    ----------
    x : variable
    repeats : int or vector
    axis : int, optional
    """
    return pt.repeat(pt.as_tensor_variable(x), repeats, axis=axis)


def to_one_hot(y, nb_class, dtype=None):
    """Rows with a one in the column of the label.

    Parameters
    ----------
    y : vector of int
    nb_class : int
    dtype : str, optional
    """
    one = pt.cast(1, dtype or _floatx())
    zeros = filled(np.array(0, one.dtype), (y.shape[0], nb_class))
    return pt.set_subtensor(zeros[pt.arange(y.shape[0]), y], one)


def _floatx() -> str:
    return pt.scalar().dtype


def diff(x, n=1, axis=-1):
    """Differences of neighbours.

    Parameters
    ----------
    x : variable
    n : int
    axis : int
    """
    return pt.diff(x, n=n, axis=axis)


def squeeze(x):
    """`x` without its axes of length 1."""
    return pt.squeeze(pt.as_tensor_variable(x))


__getattr__ = passed_on(__name__, "pytensor.tensor.extra_ops")
