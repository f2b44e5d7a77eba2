"""The first steps of padded sequences, and the gradient, as Operations."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType


class Trim(Op):
    """``x[:, :n]``; on JAX, where shapes are fixed, x as it is: a mask says what counts."""

    __props__ = ()
    view_map = {0: [0]}  # noqa: RUF012 (PyTensor reads it from the class)

    def make_node(self, x, n):
        """Of x (batch, time, ...) and a whole number () the steps (batch, n, ...)."""
        shape = x.type.shape[0], None, *x.type.shape[2:]
        return Apply(self, [x, n], [TensorType(x.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, n = inputs
        output_storage[0][0] = x[:, : int(n)]

    def connection_pattern(self, node):
        """It is no smooth function of the number."""
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """The other operation, of the gradient of the steps."""
        return [TrimGradient()(inputs[0], cotangents[0]), DisconnectedType()()]


class TrimGradient(Op):
    """The gradient of all steps: that of the first ones, and 0."""

    __props__ = ()

    def make_node(self, x, up):
        """Of x (batch, time, ...) and up (batch, n, ...) the gradient (as x)."""
        return Apply(self, [x, up], [x.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, up = inputs
        gradient = np.zeros_like(x)
        gradient[:, : up.shape[1]] = up
        output_storage[0][0] = gradient

    def connection_pattern(self, node):
        """Of x only the shape is read."""
        return [[False], [True]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in up."""
        return [DisconnectedType()(), Trim()(cotangents[0], inputs[1].shape[1])]
