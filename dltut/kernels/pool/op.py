"""Pooling over (batch, maps, rows, columns) and its gradient as Operations."""

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError
from dltut.kernels.pool.chosen import at_maxima

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")
TIES = ("first", "all")


def n_windows(n: int, ws: int, stride: int, pad: int, ignore_border: bool) -> int:
    """How many windows lie along a side of n elements; below 1 if not even one does."""
    if ignore_border:
        return (n + 2 * pad - ws) // stride + 1
    if stride >= ws:
        return (n - 1) // stride + 1
    return max(0, (n - 1 - ws + stride) // stride) + 1


def output_size(n: int, ws: int, stride: int, pad: int, ignore_border: bool) -> int:
    """How many windows lie along one side of an image; refuses an image that is too small.

    Examples
    --------
    >>> output_size(5, 2, 2, 0, ignore_border=True), output_size(5, 2, 2, 0, ignore_border=False)
    (2, 3)
    """
    size = n_windows(n, ws, stride, pad, ignore_border)
    if size < 1 or n < 1:
        raise InputError(
            f"a pool of {ws} does not fit into an image of {n} with padding {pad}: "
            "use a smaller pool or larger pictures, or ignore_border=False"
        )
    return size


class _Windows(Op):
    """What pooling and its gradient share: where each window lies and what it is divided by.

    Parameters
    ----------
    ws, stride, pad : pair of int
        The size of a window, the steps between two, and the border around each map.
    ignore_border : bool
        Whether a last window that reaches over the edge is left out, or cut.
    mode : str
        One of `MODES`.
    ties : str
        One of `TIES`: which of several equal maxima the gradient goes to.
    """

    __props__ = ("ws", "stride", "ignore_border", "pad", "mode", "ties")

    def __init__(self, ws, stride, ignore_border, pad, mode, ties="first"):
        self.ws, self.stride, self.pad = ws, stride, pad
        self.ignore_border, self.mode, self.ties = ignore_border, mode, ties

    def output_shape(self, x_shape: tuple) -> tuple:
        """Shape of the pooled maps for maps of `x_shape`."""
        sides = (
            output_size(n, *sizes, self.ignore_border)
            for n, *sizes in zip(x_shape[2:], self.ws, self.stride, self.pad, strict=True)
        )
        return *x_shape[:2], *sides

    def check_pooled(self, up: tuple, x_shape: tuple) -> None:
        """Refuse a gradient, by its shape, that is not one of the pooled maps."""
        if up != self.output_shape(x_shape):
            raise InputError(
                f"a gradient of shape {up} does not have the shape of the pooled maps, "
                f"{self.output_shape(x_shape)}: give one number for each of theirs"
            )

    def windows(self, x_shape: tuple):
        """Yield (i, j, slice of rows, slice of columns, divisor) for each window of a map."""
        _, _, n_rows, n_columns = self.output_shape(x_shape)
        for i in range(n_rows):
            rows, row_count = self._span(i, 0, x_shape[2])
            for j in range(n_columns):
                columns, column_count = self._span(j, 1, x_shape[3])
                yield i, j, rows, columns, row_count * column_count

    def _span(self, i: int, axis: int, n: int):
        """What window i has of a side of n elements, and by how many its average is divided."""
        start = i * self.stride[axis] - self.pad[axis]
        stop = min(start + self.ws[axis], n + self.pad[axis])
        inside = slice(max(start, 0), min(stop, n))
        counted = stop - start if self.mode == "average_inc_pad" else inside.stop - inside.start
        return inside, counted if self.mode.startswith("average") else 1


class Pooling(_Windows):
    """One number for each window."""

    def make_node(self, x):
        """Of x (batch, maps, rows, columns) pooled maps (batch, maps, out rows, out columns)."""
        x = as_tensor_variable(x)
        sides = x.type.shape
        shape = (*sides[:2], None, None) if None in sides[2:] else self.output_shape(sides)
        return Apply(self, [x], [TensorType(x.type.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: window after window."""
        (x,) = inputs
        pooled = np.empty(self.output_shape(x.shape), dtype=x.dtype)
        for i, j, rows, columns, divisor in self.windows(x.shape):
            window = x[:, :, rows, columns]
            if self.mode == "max":
                pooled[:, :, i, j] = window.max(axis=(2, 3))
            else:
                pooled[:, :, i, j] = window.sum(axis=(2, 3)) / divisor
        output_storage[0][0] = pooled

    def pullback(self, inputs, outputs, cotangents):
        """The other operation, of the gradient of the pooled maps."""
        return [PoolingGradient(*self._props())(inputs[0], cotangents[0])]


class PoolingGradient(_Windows):
    """The gradient of the maps, from that of the pooled maps.

    A maximum that several elements share passes its gradient to the first of them alone, so that
    the gradient's sum is kept; or to all of them, as in Theano.
    """

    def make_node(self, x, up):
        """Of x (batch, maps, rows, columns) and up (as the pooled maps) the gradient (as x)."""
        return Apply(self, [x, up], [x.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: window after window."""
        x, up = inputs
        self.check_pooled(up.shape, x.shape)
        gradient = np.zeros_like(x)
        for i, j, rows, columns, divisor in self.windows(x.shape):
            share = up[:, :, i, j, None, None]
            if self.mode == "max":
                gradient[:, :, rows, columns] += share * self._maxima(x[:, :, rows, columns])
            else:
                gradient[:, :, rows, columns] += share / divisor
        output_storage[0][0] = gradient

    def _maxima(self, window):
        """True where a window is largest: where the gradient goes to."""
        if self.ties == "all":
            return window == window.max(axis=(2, 3), keepdims=True)
        return _first_maximum(window)

    def connection_pattern(self, node):
        """Only of a maximum do the values of x say where it is."""
        return [[self.mode == "max"], [True]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in `up`; where the maxima lie does not move with x."""
        if self.mode != "max":
            return [DisconnectedType()(), Pooling(*self._props())(cotangents[0])]
        x, maps = inputs[0], cotangents[0]
        best = Pooling(*self._props())(x)
        return [pt.zeros_like(x), at_maxima(self, x, best, maps)]


def _first_maximum(window):
    """True where a window (batch, maps, rows, columns) is largest, for the first such place."""
    flat = window.reshape(*window.shape[:2], window.shape[2] * window.shape[3])
    first = np.zeros(flat.shape, dtype=bool)
    np.put_along_axis(first, flat.argmax(axis=2)[:, :, None], True, axis=2)
    return first.reshape(window.shape)
