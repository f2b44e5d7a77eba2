"""``theano.compile.function_module``: the classes behind compiled functions."""

from pytensor.compile.rebuild import UnusedInputError

from dltut.theano.compile.function import Function
from dltut.theano.names import passed_on

__all__ = ["Function", "UnusedInputError"]
__getattr__ = passed_on(
    __name__, "pytensor.compile.maker", "pytensor.compile.executor", "pytensor.compile.rebuild"
)
