"""``theano.compile.ops``: operations that are made of a Python function, and small ones."""

from functools import partial

import pytensor.compile.ops

from dltut.theano.names import passed_on
from dltut.theano.quiet import silently


def as_op(itypes, otypes, infer_shape=None):
    """Make an operation of a function of arrays.

    Parameters
    ----------
    itypes, otypes : type or list of types
        Of its inputs and outputs, such as ``T.dmatrix``.
    infer_shape : callable, optional
    """
    return partial(_made, itypes, otypes, infer_shape)


def _made(itypes, otypes, infer_shape, function):
    return silently(pytensor.compile.ops.wrap_py, itypes, otypes, infer_shape)(function)


__getattr__ = passed_on(
    __name__, "pytensor.compile.ops", "pytensor.tensor.shape", "pytensor.raise_op"
)
