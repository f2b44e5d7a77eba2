"""A convolution, its max-pool, and what may follow, as one Operation with one for its gradients.

The convolution's maps, four times and more as large as the pooled ones, are never stored.
Rewrites put these in the place of `Conv2d` and `Pool2d`; no one else makes them.
"""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.kernels import pool
from dltut.kernels.conv import Conv2d, Conv2dInputGradient, Conv2dWeightGradient


class _ConvPool(Op):
    """Properties of the convolution, the pool's window and whether bias and tanh follow."""

    def __init__(self, border_mode, subsample, filter_flip, ws, tanh=False):
        self.border_mode, self.subsample, self.filter_flip = border_mode, subsample, filter_flip
        self.ws, self.tanh = ws, tanh

    def convolution(self, kind):
        """An operation of the convolution alone."""
        return kind(self.border_mode, self.subsample, self.filter_flip)

    def tiles(self, maps):
        """The maps without a rest at the border: (batch, maps, rows, columns, window)."""
        (batch, n, *sides), ws = maps.shape, self.ws
        rows, columns = (
            pool.output_size(side, w, w, 0, ignore_border=True)
            for side, w in zip(sides, ws, strict=True)
        )
        inside = maps[:, :, : rows * ws[0], : columns * ws[1]]
        tiles = inside.reshape(batch, n, rows, ws[0], columns, ws[1]).swapaxes(3, 4)
        return tiles.reshape(batch, n, rows, columns, ws[0] * ws[1])

    @property
    def position_type(self):
        """What counts the elements of a window."""
        return "uint8" if self.ws[0] * self.ws[1] <= 256 else "int64"


class ConvPool(_ConvPool):
    """(x, w) or, with tanh, (x, w, b) -> (pooled maps, place of each maximum in its window)."""

    __props__ = ("border_mode", "subsample", "filter_flip", "ws", "tanh")

    def make_node(self, x, w, *b):
        convolution = self.convolution(Conv2d)(x, w)
        shape = pool.Pool2d(self.ws, self.ws, True, (0, 0), "max")(convolution).type.shape
        pooled = TensorType(x.type.dtype, shape=shape)()
        return Apply(self, [x, w, *b], [pooled, TensorType(self.position_type, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        x, w, *b = inputs
        maps = [[None]]
        self.convolution(Conv2d).perform(None, (x, w), maps)
        tiles = self.tiles(maps[0][0])
        first = tiles.argmax(axis=4)
        pooled = np.take_along_axis(tiles, first[..., None], axis=4)[..., 0]
        output_storage[0][0] = np.tanh(pooled + b[0][:, None, None]) if self.tanh else pooled
        output_storage[1][0] = first.astype(self.position_type)


class ConvPoolGradients(_ConvPool):
    """(x, w, positions, gradient of the pooled maps) -> gradients of w and, if wanted, of x.

    With tanh, the outputs are one more input, and the gradient of b is one more output at the end.
    """

    __props__ = ("border_mode", "subsample", "filter_flip", "ws", "tanh", "of_input")

    def __init__(self, border_mode, subsample, filter_flip, ws, tanh=False, of_input=True):
        super().__init__(border_mode, subsample, filter_flip, ws, tanh)
        self.of_input = of_input

    def make_node(self, x, w, positions, up, *pooled):
        of_bias = TensorType(w.type.dtype, shape=w.type.shape[:1])
        outputs = [w.type()]
        outputs += [x.type()] if self.of_input else []
        outputs += [of_bias()] if self.tanh else []
        return Apply(self, [x, w, positions, up, *pooled], outputs)

    def perform(self, node, inputs, output_storage):
        x, w, positions, up, *pooled = inputs
        if self.tanh:
            up = up * (1 - pooled[0] ** 2)
            output_storage[-1][0] = up.sum(axis=(0, 2, 3))
        sides = self.convolution(Conv2d).output_sides(x.shape, w.shape)
        delta = np.zeros((*up.shape[:2], *sides), dtype=up.dtype)
        for n, m, r, s in np.ndindex(*up.shape):
            i, j = divmod(int(positions[n, m, r, s]), self.ws[1])
            delta[n, m, r * self.ws[0] + i, s * self.ws[1] + j] = up[n, m, r, s]
        self.convolution(Conv2dWeightGradient).perform(None, (x, delta, w), output_storage[:1])
        if self.of_input:
            self.convolution(Conv2dInputGradient).perform(None, (delta, w, x), output_storage[1:2])
