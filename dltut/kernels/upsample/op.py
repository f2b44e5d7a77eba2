"""Maps made larger by whole factors, by repetition or linearly, and the gradient, as Operations.

Every new row is a mixture of two old ones that lie next to each other, the *low* and the *high*
one, and so is every column: there is a matrix for each side, and the maps are multiplied by both.
"""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError

MODES = ("repeat", "bilinear")


def neighbours(i: int, n: int, factor: int, linear: bool) -> tuple[int, int, float]:
    """The low and the high row that new row `i` is made of, and the share of the high one.

    Parameters
    ----------
    i : int
    n : int
        How many rows there are.
    factor : int
    linear : bool

    Examples
    --------
    >>> neighbours(3, 4, 2, linear=False), neighbours(3, 4, 2, linear=True)
    ((1, 1, 0.0), (1, 2, 0.25))
    """
    if not linear:
        return i // factor, i // factor, 0.0
    at = min(max((i + 0.5) / factor - 0.5, 0.0), n - 1.0)  # the middles of the outer pixels stay
    low = int(at)
    return low, min(low + 1, n - 1), at - low


class _Upsampled(Op):
    """What both share.

    Parameters
    ----------
    factors : pair of int
        Of rows and of columns.
    mode : str
        One of `MODES`.
    """

    __props__ = ("factors", "mode")

    def __init__(self, factors, mode):
        self.factors, self.mode = factors, mode

    def matrices(self, sides: tuple[int, int]) -> list[np.ndarray]:
        """(factor * n, n) for the rows and for the columns of small maps."""
        return [self._matrix(n, f) for n, f in zip(sides, self.factors, strict=True)]

    def _matrix(self, n, factor):
        matrix = np.zeros((n * factor, n))
        for i in range(n * factor):
            low, high, share = neighbours(i, n, factor, self.mode == "bilinear")
            matrix[i, low] += 1 - share
            matrix[i, high] += share
        return matrix

    def small(self, sides: tuple) -> tuple:
        """Rows and columns of the maps that are upsampled to these."""
        if any(n is not None and n % f for n, f in zip(sides, self.factors, strict=True)):
            raise InputError(
                f"a gradient of {sides[0]} x {sides[1]} is not that of maps upsampled "
                f"by {self.factors}: give one number for each of theirs"
            )
        return tuple(n and n // f for n, f in zip(sides, self.factors, strict=True))


class Upsampling(_Upsampled):
    """Maps with more rows and columns."""

    def make_node(self, x):
        """Of x (batch, maps, rows, columns) larger maps."""
        x = as_tensor_variable(x)
        sides = (n and n * f for n, f in zip(x.type.shape[2:], self.factors, strict=True))
        return Apply(self, [x], [TensorType(x.dtype, shape=(*x.type.shape[:2], *sides))()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: a product with the matrix of each side."""
        (x,) = inputs
        rows, columns = self.matrices(x.shape[2:])
        output_storage[0][0] = (rows @ x @ columns.T).astype(x.dtype)

    def pullback(self, inputs, outputs, cotangents):
        """The other operation."""
        return [UpsamplingGradient(*self._props())(cotangents[0])]


class UpsamplingGradient(_Upsampled):
    """The gradient of the maps, from that of the larger ones."""

    def make_node(self, up):
        """Of up (as the larger maps) the gradient of the maps."""
        up = as_tensor_variable(up)
        shape = *up.type.shape[:2], *self.small(up.type.shape[2:])
        return Apply(self, [up], [TensorType(up.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: the matrices transposed."""
        (up,) = inputs
        rows, columns = self.matrices(self.small(up.shape[2:]))
        output_storage[0][0] = (rows.T @ up @ columns).astype(up.dtype)

    def pullback(self, inputs, outputs, cotangents):
        """Linear."""
        return [Upsampling(*self._props())(cotangents[0])]
