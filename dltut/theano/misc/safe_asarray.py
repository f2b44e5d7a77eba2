"""``theano.misc.safe_asarray``: arrays of a certain kind."""

import numpy as np
import pytensor


def _asarray(a, dtype, order=None):
    """`a` as an array of a type, "floatX" among them.

    Parameters
    ----------
    a : array
    dtype : str
    order : {"C", "F"}, optional
    """
    dtype = pytensor.config.floatX if isinstance(dtype, str) and dtype == "floatX" else dtype
    return np.asarray(a, dtype=np.dtype(dtype), order=order)
