"""Arrays that are made, put together, divided and laid out anew; their arguments are Theano's."""

import numpy as np
import pytensor.tensor as pt
from pytensor import config

from dltut.theano.tensor.allocation import filled


def flatten(x, ndim=None, outdim=None):
    """`x` with fewer axes: the last ones become one.

    Parameters
    ----------
    x : variable
    ndim : int, optional
        How many axes are left, 1 if nothing is said.
    outdim : int, optional
        The older name of `ndim`.
    """
    return pt.flatten(pt.as_tensor_variable(x), ndim or outdim or 1)


def reshape(x, newshape, ndim=None):
    """`x` with other axes.

    Parameters
    ----------
    x : variable
    newshape : sequence or vector
    ndim : int, optional
        How many axes `newshape` has, where the graph does not tell.
    """
    return pt.reshape(x, newshape, ndim=ndim)


def stack(*tensors, **options):
    """Variables on top of each other along a new axis: in a list, or as older code gave them.

    Parameters
    ----------
    *tensors : list of variables, or variables
    **options
        ``axis``, 0 if nothing is said.
    """
    tensors = options.pop("tensors", tensors)
    axis = options.pop("axis", 0)
    if isinstance(tensors[0], list | tuple):
        axis = tensors[1] if len(tensors) > 1 else axis
        tensors = tensors[0]
    return pt.stack(list(tensors), axis=axis)


def concatenate(tensor_list, axis=0):
    """Variables one after the other along an axis.

    Raises
    ------
    TypeError
        If there is no list of them.
    """
    if not isinstance(tensor_list, list | tuple):
        raise TypeError(
            f"concatenate needs a list of variables, not {tensor_list}: put them in brackets"
        )
    return pt.concatenate(list(tensor_list), axis=axis)


def alloc(value, *shape):
    """An array of a shape that is filled with a value."""
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return filled(value, shape)


def zeros(shape, dtype=None):
    """Zeros."""
    return filled(np.array(0, dtype or config.floatX), _shape(shape))


def ones(shape, dtype=None):
    """Ones."""
    return filled(np.array(1, dtype or config.floatX), _shape(shape))


def _shape(shape):
    is_list = isinstance(shape, list | tuple | np.ndarray)
    return shape if is_list or getattr(shape, "ndim", 0) > 0 else [shape]


def zeros_like(model, dtype=None, opt=False):
    """Zeros of a variable's shape.

    Parameters
    ----------
    model : variable
    dtype : str, optional
    opt : bool
        Unread.
    """
    return pt.zeros_like(pt.as_tensor_variable(model), dtype=dtype)


def ones_like(model, dtype=None, opt=False):
    """Ones of a variable's shape.

    Parameters
    ----------
    model : variable
    dtype : str, optional
    opt : bool
        Unread.
    """
    return pt.ones_like(pt.as_tensor_variable(model), dtype=dtype)


def tile(x, reps, ndim=None):
    """`x`, repeated along each axis.

    Parameters
    ----------
    x : variable
    reps : sequence
    ndim : int, optional
        Axes of the result; those that `reps` does not speak of are the first.
    """
    reps = list(reps) if isinstance(reps, list | tuple) else [reps]
    return pt.tile(x, [1] * ((ndim or 0) - len(reps)) + reps)


def split(x, splits_size, n_splits, axis=0):
    """The parts of `x` along an axis.

    Parameters
    ----------
    x : variable
    splits_size : vector or sequence
    n_splits : int
    axis : int
    """
    return pt.split(x, splits_size, n_splits=n_splits, axis=axis)
