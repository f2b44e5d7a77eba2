"""Products of matrices with what stands around them in a network, as Operations."""

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


class DenseUpdate(Op):
    """(W, x, delta, keep, rate) -> ``keep * W + rate * x.T @ delta``, and the sum of W's squares.

    A step of gradient descent that never stores the gradient ``x.T @ delta``. In place, W is read
    and written once; the squares are those of W before the step, what a penalty is made of.
    """

    __props__ = ("inplace",)

    def __init__(self, inplace: bool = False):
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}

    def make_node(self, W, x, delta, keep, rate):
        squares = TensorType(W.type.dtype, shape=())()
        return Apply(self, [W, x, delta, keep, rate], [W.type(), squares])

    def perform(self, node, inputs, output_storage):
        W, x, delta, keep, rate = inputs
        output_storage[1][0] = sum_of_squares(W)
        output = W if self.inplace else W.copy()
        output *= keep
        output += rate * np.matmul(x.T, delta)
        output_storage[0][0] = output


class Step(Op):
    """(p, gradient, keep, rate) -> ``keep * p + rate * gradient``, in place in one pass."""

    __props__ = ("inplace",)

    def __init__(self, inplace: bool = False):
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}

    def make_node(self, p, gradient, keep, rate):
        return Apply(self, [p, gradient, keep, rate], [p.type()])

    def perform(self, node, inputs, output_storage):
        p, gradient, keep, rate = inputs
        output = p if self.inplace else p.copy()
        output *= keep
        output += rate * gradient
        output_storage[0][0] = output


class SumOfSquares(Op):
    """x -> the sum of the squares of all its elements."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [TensorType(x.type.dtype, shape=())()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = sum_of_squares(inputs[0])


def sum_of_squares(x: np.ndarray) -> np.ndarray:
    """Sum of the squares of all elements, as wide as x is."""
    return np.asarray(np.square(x, dtype="float64").sum(), dtype=x.dtype)


class ChannelSums(Op):
    """x -> its sum over every axis but the second: a bias's gradient in a layer of any kind."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [TensorType(x.type.dtype, shape=x.type.shape[1:2])()])

    def perform(self, node, inputs, output_storage):
        (x,) = inputs
        others = tuple(axis for axis in range(x.ndim) if axis != 1)
        output_storage[0][0] = x.sum(axis=others, dtype="float64").astype(x.dtype)
