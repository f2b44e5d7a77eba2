"""Products of matrices, and layers made of one, as Operations."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

ACTIVATIONS = ("linear", "tanh", "sigmoid")


class MatrixProduct(Op):
    """``a @ b``, either of them transposed first; no transpose is ever copied."""

    __props__ = ("left_transposed", "right_transposed")

    def __init__(self, left_transposed: bool, right_transposed: bool):
        self.left_transposed, self.right_transposed = left_transposed, right_transposed

    def make_node(self, a, b):
        """Of a (m, k), or (k, m), and b (k, n), or (n, k), a matrix (m, n)."""
        rows = a.type.shape[1 if self.left_transposed else 0]
        columns = b.type.shape[0 if self.right_transposed else 1]
        return Apply(self, [a, b], [TensorType(a.type.dtype, shape=(rows, columns))()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        a, b = inputs
        a, b = a.T if self.left_transposed else a, b.T if self.right_transposed else b
        output_storage[0][0] = np.matmul(a, b)


class Affine(Op):
    """``activation(x @ W + b)``, a layer.

    Parameters
    ----------
    activation : {"linear", "tanh", "sigmoid"}
    """

    __props__ = ("activation",)

    def __init__(self, activation: str):
        self.activation = activation

    def make_node(self, x, W, b):
        """Of x (batch, n_in), W (n_in, n_out) and b (n_out,) a matrix (batch, n_out)."""
        shape = x.type.shape[0], W.type.shape[1]
        return Apply(self, [x, W, b], [TensorType(x.type.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, W, b = inputs
        output = np.matmul(x, W) + b
        if self.activation == "tanh":
            output = np.tanh(output)
        elif self.activation == "sigmoid":
            output = 1 / (1 + np.exp(-output))
        output_storage[0][0] = output
