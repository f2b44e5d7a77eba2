"""Functions of elements and their sums, means and maxima, with Theano's arguments."""

import numpy as np
import pytensor.tensor as pt

from dltut.theano.tensor.conversion import as_tensor, cast, discrete_dtypes
from dltut.theano.tensor.nnet import stable


def round(x, mode=None):
    """The nearest whole number; half goes away from zero, as Theano had it, or to even numbers.

    Parameters
    ----------
    x : variable
    mode : {"half_away_from_zero", "half_to_even"}, optional
        Default: to even.
    """
    return pt.round(x, mode=mode)


def iround(x, mode=None):
    """The nearest whole number as int64."""
    return cast(round(x, mode), "int64")


def sum(input, axis=None, dtype=None, keepdims=False, acc_dtype=None):
    """The sum over some axes, or over all.

    Parameters
    ----------
    input : variable
    axis : int or sequence of int, optional
    dtype, acc_dtype : str, optional
    keepdims : bool
    """
    return pt.sum(as_tensor(input), axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)


def mean(input, axis=None, dtype=None, op=False, keepdims=False, acc_dtype=None):
    """The mean over some axes, or over all.

    Parameters
    ----------
    input : variable
    axis : int or sequence of int, optional
    dtype, acc_dtype : str, optional
    op : bool
        Unread.
    keepdims : bool
    """
    input = as_tensor(input)
    if axis is None and dtype is None and (cost := stable.mean(input)) is not None:
        return cost
    if dtype is None and input.dtype in ("bool", *discrete_dtypes):
        dtype = "float64"
    return pt.mean(input, axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)


def max_and_argmax(a, axis=None, keepdims=False):
    """The largest element and where it is.

    Parameters
    ----------
    a : variable
    axis : int, optional
    keepdims : bool
    """
    return [pt.max(a, axis=axis, keepdims=keepdims), pt.argmax(a, axis=axis, keepdims=keepdims)]


def norm(x, ord):
    """A norm of `x`: the sum of powers of its elements, to the root.

    Parameters
    ----------
    x : variable
    ord : number or "inf", "-inf"
    """
    x = as_tensor(x)
    if ord in ("inf", np.inf):
        return pt.max(abs(x))
    if ord in ("-inf", -np.inf):
        return pt.min(abs(x))
    return pt.sum(abs(x) ** ord) ** (1.0 / ord)


def any(x, axis=None, keepdims=False):
    """Whether anything is not zero.

    Parameters
    ----------
    x : variable
    axis : int, optional
    keepdims : bool
    """
    return pt.any(pt.neq(as_tensor(x), 0), axis=axis, keepdims=keepdims)


def all(x, axis=None, keepdims=False):
    """Whether nothing is zero.

    Parameters
    ----------
    x : variable
    axis : int, optional
    keepdims : bool
    """
    return pt.all(pt.neq(as_tensor(x), 0), axis=axis, keepdims=keepdims)


def log(a):
    """The natural logarithm; of a softmax it is exact for small probabilities too."""
    return stable.log(as_tensor(a))


def div_proxy(x, y):
    """``x / y`` of Python 2: whole numbers give whole numbers."""
    return int_or_true_div(as_tensor(x), as_tensor(y))


def int_or_true_div(x, y):
    """The quotient, rounded down if both are whole numbers."""
    whole = x.dtype in discrete_dtypes and y.dtype in discrete_dtypes
    return pt.int_div(x, y) if whole else pt.true_div(x, y)


def switch(cond, ift, iff):
    """One value where a condition holds, another elsewhere.

    Parameters
    ----------
    cond, ift, iff : variable
    """
    return pt.switch(cond, ift, iff)


def choose(a, choices, out=None, mode="raise"):
    """Elements of one of several arrays.

    Parameters
    ----------
    a : variable
    choices : list
    out : None
    mode : {"raise", "wrap", "clip"}
    """
    return pt.choose(a, choices, mode=mode)
