"""A convolution, its max-pool, and what may follow, as one Operation with one for its gradients.

The convolution's maps, four times and more as large as the pooled ones, are never stored.
Rewrites put these in the place of `Convolution` and `Pooling`; no one else makes them. Shapes are
called as there.
"""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError
from dltut.kernels.conv import Convolution, ConvolutionInputGradient, ConvolutionWeightGradient
from dltut.kernels.pool import Pooling, output_size


class _PooledConvolution(Op):
    """The convolution's properties, the pool's window and whether bias and tanh follow.

    Parameters
    ----------
    border_mode, subsample, filter_flip
        Of the convolution.
    ws : pair of int
        Of the pool, whose windows lie side by side.
    ties : str
        Of the pool, whether the first or all of several equal maxima get the gradient.
    tanh : bool
        Whether a bias is added to each pooled map, and the tanh taken.

    Notes
    -----
    The place of a maximum is its number in its window, row after row. With all ties it is a set of
    numbers: bit k is 1 where element k is as large as the maximum.
    """

    def __init__(self, border_mode, subsample, filter_flip, ws, ties, tanh=False):
        self.border_mode, self.subsample, self.filter_flip = border_mode, subsample, filter_flip
        self.ws, self.ties, self.tanh = ws, ties, tanh

    def convolution(self, kind):
        """An operation of the convolution alone."""
        return kind(self.border_mode, self.subsample, self.filter_flip)

    def tiles(self, maps):
        """The maps without a rest at the border: (batch, maps, rows, columns, window)."""
        (batch, n, *sides), ws = maps.shape, self.ws
        rows, columns = (
            output_size(side, w, w, 0, ignore_border=True)
            for side, w in zip(sides, ws, strict=True)
        )
        inside = maps[:, :, : rows * ws[0], : columns * ws[1]]
        tiles = inside.reshape(batch, n, rows, ws[0], columns, ws[1]).swapaxes(3, 4)
        return tiles.reshape(batch, n, rows, columns, ws[0] * ws[1])

    @property
    def position_type(self) -> str:
        """What counts the elements of a window, or has a bit for each."""
        most = 8 if self.ties == "all" else 256
        return "uint8" if self.ws[0] * self.ws[1] <= most else "int64"


class PooledConvolution(_PooledConvolution):
    """Pooled maps, and the place of each maximum in its window.

    Parameters
    ----------
    places : bool
        Whether places are wanted, as gradients do. Others are those of all.
    """

    __props__ = ("border_mode", "subsample", "filter_flip", "ws", "ties", "tanh", "places")

    def __init__(self, border_mode, subsample, filter_flip, ws, ties, tanh=False, places=True):
        super().__init__(border_mode, subsample, filter_flip, ws, ties, tanh)
        self.places = places

    def make_node(self, x, w, *b):
        """Of x, w and, with tanh, b (maps,) pooled maps, and places of the same shape."""
        convolution = self.convolution(Convolution)(x, w)
        shape = Pooling(self.ws, self.ws, True, (0, 0), "max")(convolution).type.shape
        outputs = [TensorType(x.type.dtype, shape=shape)()]
        outputs += [TensorType(self.position_type, shape=shape)()] if self.places else []
        return Apply(self, [x, w, *b], outputs)

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: one after the other."""
        x, w, *b = inputs
        maps = [[None]]
        self.convolution(Convolution).perform(None, (x, w), maps)
        tiles = self.tiles(maps[0][0])
        places = tiles.argmax(axis=4)
        pooled = np.take_along_axis(tiles, places[..., None], axis=4)[..., 0]
        if self.ties == "all":
            places = (tiles == pooled[..., None]) @ (1 << np.arange(tiles.shape[4]))
        if self.tanh:
            check_bias(b[0].shape, w.shape)
            pooled = np.tanh(pooled + b[0][:, None, None])
        output_storage[0][0] = pooled
        if self.places:
            output_storage[1][0] = places.astype(self.position_type)


class PooledConvolutionGradients(_PooledConvolution):
    """Gradients of w and, if wanted, of x, from that of the pooled maps.

    Parameters
    ----------
    of_input : bool
        Whether that of x is wanted. Others are those of `PooledConvolution`.
    """

    __props__ = ("border_mode", "subsample", "filter_flip", "ws", "ties", "tanh", "of_input")

    def __init__(self, border_mode, subsample, filter_flip, ws, ties, tanh=False, of_input=True):
        super().__init__(border_mode, subsample, filter_flip, ws, ties, tanh)
        self.of_input = of_input

    def make_node(self, x, w, positions, up, *pooled):
        """Of x, w, places and the gradient of the pooled maps (as these) the gradients.

        With tanh, the pooled maps are one more input, and the gradient of b is one more output at
        the end.
        """
        of_bias = TensorType(w.type.dtype, shape=w.type.shape[:1])
        outputs = [w.type()]
        outputs += [x.type()] if self.of_input else []
        outputs += [of_bias()] if self.tanh else []
        return Apply(self, [x, w, positions, up, *pooled], outputs)

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: one after the other."""
        x, w, positions, up, *pooled = inputs
        check_gradient(up.shape, positions.shape)
        if self.tanh:
            up = up * (1 - pooled[0] ** 2)
            output_storage[-1][0] = up.sum(axis=(0, 2, 3))
        sides = self.convolution(Convolution).output_sides(x.shape, w.shape)
        delta = np.zeros((*up.shape[:2], *sides), dtype=up.dtype)
        for n, m, r, s in np.ndindex(*up.shape):
            for place in self._places(int(positions[n, m, r, s])):
                i, j = divmod(place, self.ws[1])
                delta[n, m, r * self.ws[0] + i, s * self.ws[1] + j] = up[n, m, r, s]
        of_w, of_x = output_storage[:1], output_storage[1:2]
        self.convolution(ConvolutionWeightGradient).perform(None, (x, delta, w), of_w)
        if self.of_input:
            self.convolution(ConvolutionInputGradient).perform(None, (delta, w, x), of_x)

    def _places(self, position: int) -> list[int]:
        """The numbers that a place stands for."""
        if self.ties == "first":
            return [position]
        return [k for k in range(self.ws[0] * self.ws[1]) if position >> k & 1]


def check_bias(b: tuple, w: tuple) -> None:
    """Refuse biases, by their shape, that are not one for each filter."""
    if b != w[:1]:
        raise InputError(f"{b[0]} biases for {w[0]} filters: give one for each")


def check_gradient(up: tuple, pooled: tuple) -> None:
    """Refuse a gradient, by its shape, that is not one of the pooled maps."""
    if up != pooled:
        raise InputError(
            f"a gradient of shape {up} does not have the shape of the pooled maps, {pooled}: "
            "give one number for each of theirs"
        )
