"""``theano.tensor.sharedvar``: shared arrays."""

from pytensor.compile.sharedvalue import SharedVariable, shared_constructor
from pytensor.tensor.sharedvar import TensorSharedVariable
from pytensor.tensor.variable import _tensor_py_operators

from dltut.theano.compile.sharedvalue import shared
from dltut.theano.names import passed_on


def tensor_constructor(
    value, name=None, strict=False, allow_downcast=None, borrow=False, **options
):
    """A shared array, or a shared number as an array without axes.

    Parameters
    ----------
    value : array or number
    name : str, optional
    strict, allow_downcast, borrow
        As for `theano.shared`.
    **options
        ``broadcastable``.
    """
    return shared(value, name, strict, allow_downcast, borrow=borrow, **options)


ScalarSharedVariable = TensorSharedVariable
scalar_constructor = tensor_constructor

__all__ = [
    "ScalarSharedVariable",
    "SharedVariable",
    "TensorSharedVariable",
    "_tensor_py_operators",
    "scalar_constructor",
    "shared",
    "shared_constructor",
    "tensor_constructor",
]
__getattr__ = passed_on(__name__, "pytensor.tensor.sharedvar")
