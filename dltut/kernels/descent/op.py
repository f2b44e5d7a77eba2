"""Steps of gradient descent as Operations: one pass over a parameter, in place."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError
from dltut.kernels.sums import sum_of_squares


class _InPlace(Op):
    """A step that may overwrite its parameter, the first input.

    Parameters
    ----------
    inplace : bool
    """

    __props__ = ("inplace",)

    def __init__(self, inplace: bool = False):
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}


class DenseUpdate(_InPlace):
    """``keep * W + rate * x.T @ delta``, and the sum of W's squares.

    A step of gradient descent that never stores the gradient ``x.T @ delta``; a second x, delta and
    rate may follow, where W is used twice. In place, W is read and written once; the squares are
    those of W before the step, what a penalty is made of.

    Parameters
    ----------
    inplace : bool
    squares : bool
        Whether their sum is computed; else it is 0, for nobody to use.
    """

    __props__ = ("inplace", "squares")

    def __init__(self, inplace: bool = False, squares: bool = True):
        super().__init__(inplace)
        self.squares = squares

    def make_node(self, W, keep, *products):
        """Of W (n_in, n_out) and its factor () the next W, and a scalar.

        `products` are x (batch, n_in), delta (batch, n_out) and a rate (), once or twice; the
        second batch may have a size of its own.
        """
        squares = TensorType(W.type.dtype, shape=())()
        return Apply(self, [W, keep, *products], [W.type(), squares])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        W, keep, *products = inputs
        output_storage[1][0] = sum_of_squares(W) if self.squares else np.zeros((), W.dtype)
        output = W if self.inplace else W.copy()
        output *= keep
        for x, delta, rate in zip(*(products[i::3] for i in range(3)), strict=True):
            check_shape(W.shape, (x.shape[1], delta.shape[1]))
            output += rate * np.matmul(x.T, delta)
        output_storage[0][0] = output


class Step(_InPlace):
    """``keep * p + rate * gradient``, in one pass."""

    def make_node(self, p, gradient, keep, rate):
        """Of p and its gradient (any one shape) and two factors () the next p."""
        return Apply(self, [p, gradient, keep, rate], [p.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        p, gradient, keep, rate = inputs
        check_shape(p.shape, gradient.shape)
        output = p if self.inplace else p.copy()
        output *= keep
        output += rate * gradient
        output_storage[0][0] = output


def check_shape(parameter: tuple, gradient: tuple) -> None:
    """Refuse a gradient, by its shape, that NumPy would repeat along axes, or cannot add at all."""
    if parameter != gradient:
        raise InputError(
            f"a gradient of shape {gradient} does not have the shape of its parameter, "
            f"{parameter}: add to a parameter what has one number for each of its own"
        )
