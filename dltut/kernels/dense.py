"""Products of matrices, and layers made of one, as Operations."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

ACTIVATIONS = ("linear", "tanh", "sigmoid")


class MatrixProduct(Op):
    """(a, b) -> ``a @ b``, either of them turned first; no transpose is ever copied."""

    __props__ = ("left_turned", "right_turned")

    def __init__(self, left_turned: bool, right_turned: bool):
        self.left_turned, self.right_turned = left_turned, right_turned

    def make_node(self, a, b):
        rows = a.type.shape[1 if self.left_turned else 0]
        columns = b.type.shape[0 if self.right_turned else 1]
        return Apply(self, [a, b], [TensorType(a.type.dtype, shape=(rows, columns))()])

    def perform(self, node, inputs, output_storage):
        a, b = inputs
        a, b = a.T if self.left_turned else a, b.T if self.right_turned else b
        output_storage[0][0] = np.matmul(a, b)


class Affine(Op):
    """(x, W, b) -> ``activation(x @ W + b)``."""

    __props__ = ("activation",)

    def __init__(self, activation: str):
        self.activation = activation

    def make_node(self, x, W, b):
        shape = x.type.shape[0], W.type.shape[1]
        return Apply(self, [x, W, b], [TensorType(x.type.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        x, W, b = inputs
        output = np.matmul(x, W) + b
        if self.activation == "tanh":
            output = np.tanh(output)
        elif self.activation == "sigmoid":
            output = 1 / (1 + np.exp(-output))
        output_storage[0][0] = output
