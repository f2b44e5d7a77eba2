"""Which axes of a variable are known to be of length 1: Theano's broadcastable patterns."""

from typing import ClassVar

import pytensor.tensor as pt
from pytensor.graph.basic import Apply
from pytensor.tensor.shape import specify_broadcastable

from dltut.theano.gof.op import Op


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
