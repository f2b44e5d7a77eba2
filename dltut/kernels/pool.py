"""Pooling over (batch, maps, rows, columns) and its gradient as Operations."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError


def output_size(n: int, ws: int, stride: int, pad: int, ignore_border: bool) -> int:
    """How many windows lie along one side of an image.

    Examples
    --------
    >>> output_size(5, 2, 2, 0, ignore_border=True), output_size(5, 2, 2, 0, ignore_border=False)
    (2, 3)
    """
    if ignore_border:
        size = (n + 2 * pad - ws) // stride + 1
    elif stride >= ws:
        size = (n - 1) // stride + 1
    else:
        size = max(0, (n - 1 - ws + stride) // stride) + 1
    if size < 1 or n < 1:
        raise InputError(
            f"a pool of {ws} does not fit into an image of {n} with padding {pad}: "
            "use a smaller pool or larger pictures, or ignore_border=False"
        )
    return size


class _Pooling(Op):
    """What pooling and its gradient share: where each window lies and what it is divided by."""

    __props__ = ("ws", "stride", "ignore_border", "pad", "mode")

    def __init__(self, ws, stride, ignore_border, pad, mode):
        self.ws, self.stride, self.pad = ws, stride, pad
        self.ignore_border, self.mode = ignore_border, mode

    def output_shape(self, x_shape):
        """Shape of the pooled maps for maps of `x_shape`."""
        sides = (
            output_size(n, *sizes, self.ignore_border)
            for n, *sizes in zip(x_shape[2:], self.ws, self.stride, self.pad, strict=True)
        )
        return *x_shape[:2], *sides

    def windows(self, x_shape):
        """Yield (i, j, slice of rows, slice of columns, divisor) for each window."""
        _, _, n_rows, n_columns = self.output_shape(x_shape)
        for i in range(n_rows):
            rows, row_count = self._span(i, 0, x_shape[2])
            for j in range(n_columns):
                columns, column_count = self._span(j, 1, x_shape[3])
                yield i, j, rows, columns, row_count * column_count

    def _span(self, i, axis, n):
        start = i * self.stride[axis] - self.pad[axis]
        stop = min(start + self.ws[axis], n + self.pad[axis])
        inside = slice(max(start, 0), min(stop, n))
        counted = stop - start if self.mode == "average_inc_pad" else inside.stop - inside.start
        return inside, counted if self.mode.startswith("average") else 1


class Pool2d(_Pooling):
    """x -> one number for each window."""

    def make_node(self, x):
        x = as_tensor_variable(x)
        sides = x.type.shape
        shape = (*sides[:2], None, None) if None in sides[2:] else self.output_shape(sides)
        return Apply(self, [x], [TensorType(x.type.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
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
        return [Pool2dGradient(*self._props())(inputs[0], cotangents[0])]


class Pool2dGradient(_Pooling):
    """(x, gradient of the pooled maps) -> gradient of x.

    A maximum that several elements share passes its gradient to the first of them alone, so that
    the gradient's sum is kept.
    """

    def make_node(self, x, up):
        return Apply(self, [x, up], [x.type()])

    def perform(self, node, inputs, output_storage):
        x, up = inputs
        gradient = np.zeros_like(x)
        for i, j, rows, columns, divisor in self.windows(x.shape):
            share = up[:, :, i, j, None, None]
            if self.mode == "max":
                gradient[:, :, rows, columns] += share * _first_maximum(x[:, :, rows, columns])
            else:
                gradient[:, :, rows, columns] += share / divisor
        output_storage[0][0] = gradient

    def connection_pattern(self, node):
        return [[self.mode == "max"], [True]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in `up`; where the maxima lie does not move with x."""
        if self.mode != "max":
            return [DisconnectedType()(), Pool2d(*self._props())(cotangents[0])]
        raise NotImplementedError("second derivatives through a max-pool are not available")


def _first_maximum(window):
    flat = window.reshape(*window.shape[:2], window.shape[2] * window.shape[3])
    first = np.zeros(flat.shape, dtype=bool)
    np.put_along_axis(first, flat.argmax(axis=2)[:, :, None], True, axis=2)
    return first.reshape(window.shape)
