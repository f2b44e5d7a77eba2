"""Steps of gradient descent as Operations: one pass over a parameter, in place."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.kernels.sums import sum_of_squares


class DenseUpdate(Op):
    """(W, keep, x, delta, rate) -> ``keep * W + rate * x.T @ delta``, and the sum of W's squares.

    A step of gradient descent that never stores the gradient ``x.T @ delta``; a second x, delta and
    rate may follow, where W is used twice. In place, W is read and written once; the squares are
    those of W before the step, what a penalty is made of.
    """

    __props__ = ("inplace",)

    def __init__(self, inplace: bool = False):
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}

    def make_node(self, W, keep, *products):
        squares = TensorType(W.type.dtype, shape=())()
        return Apply(self, [W, keep, *products], [W.type(), squares])

    def perform(self, node, inputs, output_storage):
        W, keep, *products = inputs
        output_storage[1][0] = sum_of_squares(W)
        output = W if self.inplace else W.copy()
        output *= keep
        for x, delta, rate in zip(*(products[i::3] for i in range(3)), strict=True):
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
