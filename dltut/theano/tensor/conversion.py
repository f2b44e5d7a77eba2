"""What becomes a variable of arrays, of which width, and which number stands behind it."""

import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Variable

discrete_dtypes = tuple(f"{sign}int{width}" for sign in ("", "u") for width in (8, 16, 32, 64))
float_dtypes = ("float16", "float32", "float64")
complex_dtypes = ("complex64", "complex128")
integer_dtypes = discrete_dtypes
all_dtypes = ("bool", *discrete_dtypes, *float_dtypes, *complex_dtypes)
int_dtypes = ("int8", "int16", "int32", "int64")
uint_dtypes = ("uint8", "uint16", "uint32", "uint64")
continuous_dtypes = (*float_dtypes, *complex_dtypes)


def as_tensor(given):
    """What is given, as a variable of arrays unless it is a variable already."""
    return given if isinstance(given, Variable) else pt.as_tensor_variable(given)


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
    return pt.cast(as_tensor(x), dtype)


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
