"""``theano.tensor.basic``: functions of arrays whose names or arguments were others."""

from typing import ClassVar

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.shape import specify_broadcastable

from dltut.theano.gof.op import Op
from dltut.theano.names import passed_on
from dltut.theano.tensor.nnet import stable

abs_ = pt.abs
sgn = pt.sign
trace = pt.trace
inv = pt.reciprocal
psi = pt.psi
nonzero_values = pt.nonzero_values
tensor_copy = pt.tensor_copy
discrete_dtypes = tuple(f"{sign}int{width}" for sign in ("", "u") for width in (8, 16, 32, 64))
float_dtypes = ("float16", "float32", "float64")
complex_dtypes = ("complex64", "complex128")
integer_dtypes = discrete_dtypes
all_dtypes = ("bool", *discrete_dtypes, *float_dtypes, *complex_dtypes)
int_dtypes = ("int8", "int16", "int32", "int64")
uint_dtypes = ("uint8", "uint16", "uint32", "uint64")
continuous_dtypes = (*float_dtypes, *complex_dtypes)


def as_tensor_variable(x, name=None, ndim=None):
    """An array, number, list or variable as a variable.

    Parameters
    ----------
    x : anything
    name : str, optional
    ndim : int, optional
        Axes of length 1 are put in front or left out at the front to have so many.
    """
    if isinstance(x, bool):
        raise_boolean(x)
    return pt.as_tensor_variable(x, name=name, ndim=ndim)


def raise_boolean(x: bool) -> None:
    """Refuse Python's truths, which are seldom meant.

    Raises
    ------
    TypeError
        Always.
    """
    raise TypeError(
        f"{x} is Python's and no part of a graph: compare variables with T.eq, or write 1 or 0"
    )


def cast(x, dtype):
    """A variable of another width, "floatX" among them."""
    dtype = pytensor.config.floatX if dtype == "floatX" else dtype
    return pt.cast(x if isinstance(x, Variable) else pt.as_tensor_variable(x), dtype)


def addbroadcast(x, *axes):
    """`x` with axes that are known to be of length 1."""
    return specify_broadcastable(pt.as_tensor_variable(x), *axes) if axes else x


def unbroadcast(x, *axes):
    """`x` with axes that are no longer taken for longer ones where they are of length 1."""
    x = pt.as_tensor_variable(x)
    pattern = [flag and axis not in axes for axis, flag in enumerate(x.type.broadcastable)]
    return x if list(x.type.broadcastable) == pattern else _Forget(tuple(pattern))(x)


def patternbroadcast(x, broadcastable):
    """`x` with these axes of length 1, and no others.

    Parameters
    ----------
    x : variable
    broadcastable : sequence of bool
    """
    x = pt.as_tensor_variable(x)
    ones = [axis for axis, flag in enumerate(broadcastable) if flag]
    others = [axis for axis, flag in enumerate(broadcastable) if not flag]
    return addbroadcast(unbroadcast(x, *others), *ones)


class Rebroadcast:
    """``Rebroadcast((axis, is_broadcastable), ...)(x)``: what is known of the axes' lengths.

    Parameters
    ----------
    *axis : pair of int and bool
    """

    def __init__(self, *axis):
        self.axis = dict(axis)

    def __call__(self, x):
        """`x` with that knowledge."""
        ones = [axis for axis, flag in self.axis.items() if flag]
        return addbroadcast(
            unbroadcast(x, *(a for a, flag in self.axis.items() if not flag)), *ones
        )


class _Forget(Op):
    """The input itself, of a type that does not know which axes are of length 1."""

    __props__ = ("pattern",)
    view_map: ClassVar[dict] = {0: [0]}

    def __init__(self, pattern):
        self.pattern = pattern

    def make_node(self, x):
        """A variable of the wider type."""
        shape = tuple(1 if flag else None for flag in self.pattern)
        return Apply(self, [x], [pt.TensorType(x.type.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The input itself."""
        output_storage[0][0] = inputs[0]

    def infer_shape(self, node, shapes):
        """That of the input."""
        return shapes

    def grad(self, inputs, cotangents):
        """The gradient passes."""
        return [addbroadcast(cotangents[0], *_ones(inputs[0]))]


def _ones(x) -> list[int]:
    return [axis for axis, flag in enumerate(x.type.broadcastable) if flag]


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
    return pt.alloc(value, *shape)


def zeros(shape, dtype=None):
    """Zeros."""
    return pt.zeros(_shape(shape), dtype=dtype)


def ones(shape, dtype=None):
    """Ones."""
    return pt.ones(_shape(shape), dtype=dtype)


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
    return pt.sum(_tensor(input), axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)


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
    input = _tensor(input)
    if axis is None and dtype is None and (cost := stable.mean(input)) is not None:
        return cost
    if dtype is None and input.dtype in ("bool", *discrete_dtypes):
        dtype = "float64"
    return pt.mean(input, axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)


def _tensor(given):
    return given if isinstance(given, Variable) else pt.as_tensor_variable(given)


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
    x = _tensor(x)
    if ord in ("inf", np.inf):
        return pt.max(abs(x))
    if ord in ("-inf", -np.inf):
        return pt.min(abs(x))
    return pt.sum(abs(x) ** ord) ** (1.0 / ord)


def batched_dot(a, b):
    """The products of each of the first with each of the second, along their first axis."""
    a, b = _tensor(a), _tensor(b)
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
    x, y = _tensor(x), _tensor(y)
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


def get_scalar_constant_value(v, elemwise=True, only_process_constants=False, **others):
    """The number behind a variable that is constant.

    Parameters
    ----------
    v : variable
    elemwise, only_process_constants : bool
    **others
        Unread.
    """
    return pt.get_underlying_scalar_constant_value(
        v, elemwise=elemwise, only_process_constants=only_process_constants
    )


def div_proxy(x, y):
    """``x / y`` of Python 2: whole numbers give whole numbers."""
    return int_or_true_div(_tensor(x), _tensor(y))


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


def any(x, axis=None, keepdims=False):
    """Whether anything is not zero.

    Parameters
    ----------
    x : variable
    axis : int, optional
    keepdims : bool
    """
    return pt.any(pt.neq(_tensor(x), 0), axis=axis, keepdims=keepdims)


def all(x, axis=None, keepdims=False):
    """Whether nothing is zero.

    Parameters
    ----------
    x : variable
    axis : int, optional
    keepdims : bool
    """
    return pt.all(pt.neq(_tensor(x), 0), axis=axis, keepdims=keepdims)


def log(a):
    """The natural logarithm; of a softmax it is exact for small probabilities too."""
    return stable.log(_tensor(a))


def dot(a, b):
    """The product of matrices, or of vectors, or of their last and last but one axes."""
    return pt.dot(a if isinstance(a, Variable) else _tensor(a), b)


__getattr__ = passed_on(
    __name__,
    "dltut.theano.tensor.type",
    "dltut.theano.gradient",
    "pytensor.tensor.basic",
    "pytensor.tensor.math",
    "pytensor.tensor.shape",
    "pytensor.tensor.exceptions",
    "pytensor.tensor",
)
