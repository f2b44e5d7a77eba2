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
        Of the node and the shapes of its inputs.
    """
    return partial(_made, itypes, otypes, infer_shape)


def _made(itypes, otypes, shapes_of, function):
    infer_shape = shapes_of and (lambda *given: shapes_of(*given[-2:]))  # a graph was first, once
    return silently(pytensor.compile.ops.wrap_py, itypes, otypes, infer_shape)(function)


__getattr__ = passed_on(
    __name__, "pytensor.compile.ops", "pytensor.tensor.shape", "pytensor.raise_op"
)
