"""Sums over whole arrays and over all but one axis, as Operations."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType


class SumOfSquares(Op):
    """The sum of the squares of all elements."""

    __props__ = ()

    def make_node(self, x):
        """Of x (any shape) a scalar."""
        return Apply(self, [x], [TensorType(x.type.dtype, shape=())()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy, see `sum_of_squares`."""
        output_storage[0][0] = sum_of_squares(inputs[0])


def sum_of_squares(x: np.ndarray) -> np.ndarray:
    """Sum of the squares of all elements, as wide as x is."""
    return np.asarray(np.square(x, dtype="float64").sum(), dtype=x.dtype)


class ChannelSums(Op):
    """The sum over every axis but the second: a bias's gradient in a layer of any kind."""

    __props__ = ()

    def make_node(self, x):
        """Of x (batch, channels, ...) the sums (channels,)."""
        return Apply(self, [x], [TensorType(x.type.dtype, shape=x.type.shape[1:2])()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: sums in double precision."""
        (x,) = inputs
        others = tuple(axis for axis in range(x.ndim) if axis != 1)
        output_storage[0][0] = x.sum(axis=others, dtype="float64").astype(x.dtype)
