"""The cost of logistic regression and its gradients by weights and biases, as an Operation."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError
from dltut.kernels.cross_entropy.op import CrossEntropy


class SoftmaxRegression(Op):
    """The mean cross-entropy of ``x @ W + b`` and labels, and its gradients by W and b.

    All that a minibatch tells about such a layer: the examples are read from memory once, where
    scores, cost and gradients one after the other would read them twice.
    """

    __props__ = ()

    def make_node(self, x, W, b, y):
        """Of x (batch, n_in), W (n_in, n_out), b (n_out,) and labels y (batch,).

        The cost () and the gradients (n_in, n_out) and (n_out,).
        """
        return Apply(self, [x, W, b, y], [TensorType(x.type.dtype, shape=())(), W.type(), b.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, W, b, y = inputs
        check_layer(x.shape, W.shape, b.shape)
        cost = output_storage[0], [None]
        CrossEntropy().perform(node, [np.matmul(x, W) + b, y], cost)
        delta = cost[1][0]
        output_storage[1][0] = np.matmul(x.T, delta)
        output_storage[2][0] = delta.sum(axis=0, dtype="float64").astype(b.dtype)


def check_layer(x: tuple, W: tuple, b: tuple) -> None:
    """Refuse weights and biases, by their shapes, that do not go with examples x."""
    if x[1] != W[0] or b != W[1:]:
        raise InputError(
            f"examples of {x[1]} columns, weights of shape {W} and biases of shape {b}: "
            "weights have a row for each column of the data, and a column for each bias"
        )
