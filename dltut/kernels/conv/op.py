"""Batched two-dimensional convolution, its two gradients and its transpose as Operations.

All four are written for cross-correlation; `filter_flip` flips the filters first, which makes it a
convolution in the mathematical sense. Pictures x have shape (batch, channels, rows, columns),
filters w (maps, channels, kernel rows, kernel columns), maps (batch, maps, out rows, out columns).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError


def padding(border_mode: str | tuple[int, int], kernel: tuple[int, int]) -> tuple[int, int]:
    """Zeros put on each side of rows and columns.

    Examples
    --------
    >>> padding("full", (5, 3)), padding("half", (5, 3)), padding((1, 0), (5, 3))
    ((4, 2), (2, 1), (1, 0))
    """
    if border_mode == "valid":
        return 0, 0
    if border_mode == "full":
        return kernel[0] - 1, kernel[1] - 1
    if border_mode == "half":
        return kernel[0] // 2, kernel[1] // 2
    return border_mode


def output_size(n: int, kernel: int, pad: int, step: int) -> int:
    """How many positions a kernel has along one side of an image."""
    if n + 2 * pad < kernel:
        raise InputError(
            f"a filter of {kernel} does not fit into an image of {n} with {pad} zeros around: "
            "use a smaller filter, larger pictures or border_mode='half'"
        )
    return (n + 2 * pad - kernel) // step + 1


class _Convolution(Op):
    """What the three operations share: the border, the steps and the flip.

    Parameters
    ----------
    border_mode : {"valid", "full", "half"} or pair of int
    subsample : pair of int
        Steps between two positions of a filter, in rows and columns.
    filter_flip : bool
    """

    __props__ = ("border_mode", "subsample", "filter_flip")

    def __init__(self, border_mode, subsample, filter_flip):
        self.border_mode = border_mode
        self.subsample = subsample
        self.filter_flip = filter_flip

    def _siblings(self):
        """The three operations with these properties."""
        kinds = Convolution, ConvolutionInputGradient, ConvolutionWeightGradient
        return (kind(*self._props()) for kind in kinds)

    def output_sides(self, x_shape: tuple, w_shape: tuple) -> tuple[int, int]:
        """Rows and columns of the maps; refuses pictures and filters that do not fit together."""
        if x_shape[1] != w_shape[1]:
            raise InputError(
                f"the pictures have {x_shape[1]} channels but the filters {w_shape[1]}: "
                "both second axes must be equal"
            )
        pads = padding(self.border_mode, w_shape[2:])
        return tuple(map(output_size, x_shape[2:], w_shape[2:], pads, self.subsample))

    def check_maps(self, up: tuple, x_shape: tuple, w_shape: tuple) -> None:
        """Refuse a gradient, by its shape, that is not one of the maps."""
        maps = x_shape[0], w_shape[0], *self.output_sides(x_shape, w_shape)
        if up != maps:
            raise InputError(
                f"a gradient of shape {up} does not have the shape of the maps, {maps}: "
                "give one number for each of theirs"
            )

    def windows(self, x, w_shape: tuple):
        """Every patch under the kernel: (batch, channels, out rows, out columns, *kernel)."""
        self.output_sides(x.shape, w_shape)
        kernel, step = w_shape[2:], self.subsample
        pad = padding(self.border_mode, kernel)
        padded = np.pad(x, ((0, 0), (0, 0), (pad[0],) * 2, (pad[1],) * 2))
        return sliding_window_view(padded, kernel, axis=(2, 3))[:, :, :: step[0], :: step[1]]

    def flipped(self, w):
        """The filters as the cross-correlation wants them; flipping twice changes nothing."""
        return w[:, :, ::-1, ::-1] if self.filter_flip else w


class Convolution(_Convolution):
    """The maps of pictures and filters."""

    def make_node(self, x, w):
        """Of x and w the maps."""
        x, w = as_tensor_variable(x), as_tensor_variable(w)
        shape = self._static_shape(x.type.shape, w.type.shape)
        return Apply(self, [x, w], [TensorType(x.type.dtype, shape=shape)()])

    def _static_shape(self, x: tuple, w: tuple) -> tuple:
        """The shape of the maps as far as those of x and w are known."""
        sides = (None, None) if None in (*x[1:], *w[1:]) else self.output_sides(x, w)
        return x[0], w[0], *sides

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: every patch with every filter."""
        x, w = inputs
        patches = self.windows(x, w.shape)
        maps = np.tensordot(patches, self.flipped(w), axes=((1, 4, 5), (1, 2, 3)))
        output_storage[0][0] = np.ascontiguousarray(maps.transpose(0, 3, 1, 2))

    def pullback(self, inputs, outputs, cotangents):
        """The two other operations, of the gradient of the maps."""
        x, w = inputs
        _, input_gradient, weight_gradient = self._siblings()
        return [input_gradient(cotangents[0], w, x), weight_gradient(x, cotangents[0], w)]


class ConvolutionInputGradient(_Convolution):
    """The gradient of the pictures, from that of the maps."""

    def make_node(self, up, w, x):
        """Of up (as the maps), w and x the gradient (as x); of x only the shape is read."""
        return Apply(self, [up, w, x], [x.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: what each element of the kernel sends back, added up."""
        up, w, x = inputs
        self.check_maps(up.shape, x.shape, w.shape)
        kernel, step = w.shape[2:], self.subsample
        pad, w = padding(self.border_mode, kernel), self.flipped(w)
        sides = [n + 2 * p for n, p in zip(x.shape[2:], pad, strict=True)]
        padded = np.zeros((*x.shape[:2], *sides), dtype=x.dtype)
        rows, columns = up.shape[2:]
        for i, j in np.ndindex(*kernel):
            part = np.tensordot(up, w[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
            stop = i + (rows - 1) * step[0] + 1, j + (columns - 1) * step[1] + 1
            padded[:, :, i : stop[0] : step[0], j : stop[1] : step[1]] += part
        inside = slice(pad[0], sides[0] - pad[0]), slice(pad[1], sides[1] - pad[1])
        output_storage[0][0] = np.ascontiguousarray(padded[:, :, *inside])

    def connection_pattern(self, node):
        """The values of x do not count."""
        return [[True], [True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in up and in w."""
        up, w, _ = inputs
        forward, _, weight_gradient = self._siblings()
        return [
            forward(cotangents[0], w),
            weight_gradient(cotangents[0], up, w),
            DisconnectedType()(),
        ]


class ConvolutionWeightGradient(_Convolution):
    """The gradient of the filters, from that of the maps."""

    def make_node(self, x, up, w):
        """Of x, up (as the maps) and w the gradient (as w); of w only the shape is read."""
        return Apply(self, [x, up, w], [w.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: every patch with every element of the maps."""
        x, up, w = inputs
        self.check_maps(up.shape, x.shape, w.shape)
        patches = self.windows(x, w.shape)
        gradient = np.tensordot(up, patches, axes=((0, 2, 3), (0, 2, 3)))
        output_storage[0][0] = np.ascontiguousarray(self.flipped(gradient))

    def connection_pattern(self, node):
        """The values of w do not count."""
        return [[True], [True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in x and in up."""
        x, up, _ = inputs
        forward, input_gradient, _ = self._siblings()
        return [
            input_gradient(up, cotangents[0], x),
            forward(x, cotangents[0]),
            DisconnectedType()(),
        ]


class TransposedConvolution(_Convolution):
    """The gradient of a convolution's pictures as a layer of its own: maps in, pictures out."""

    def pictures_shape(self, up: tuple, w: tuple) -> tuple:
        """The shape of the smallest pictures of which a convolution makes maps of shape `up`."""
        if up[1] != w[0]:
            raise InputError(
                f"the maps have {up[1]} channels but the filters take {w[0]}: "
                "the second axis of the maps must be the first of the filters"
            )
        pads, step = padding(self.border_mode, w[2:]), self.subsample
        rows, columns = (
            (n - 1) * s + k - 2 * p for n, s, k, p in zip(up[2:], step, w[2:], pads, strict=True)
        )
        if min(rows, columns) < 1:
            raise InputError(
                f"of maps of {up[2]} x {up[3]} nothing is left inside a border of {pads}: "
                "use a smaller border_mode"
            )
        return up[0], w[1], rows, columns

    def make_node(self, up, w):
        """Of up (batch, maps, rows, columns) and w pictures (batch, channels, ...)."""
        up, w = as_tensor_variable(up), as_tensor_variable(w)
        sizes = up.type.shape, w.type.shape
        known = None not in (*sizes[0][1:], *sizes[1])
        shape = self.pictures_shape(*sizes) if known else (sizes[0][0], sizes[1][1], None, None)
        return Apply(self, [up, w], [TensorType(up.type.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: the gradient of pictures of that shape."""
        up, w = inputs
        _, input_gradient, _ = self._siblings()
        pictures = np.empty(self.pictures_shape(up.shape, w.shape), dtype=up.dtype)
        input_gradient.perform(node, [up, w, pictures], output_storage)

    def pullback(self, inputs, outputs, cotangents):
        """Linear in up and in w: a convolution, and the gradient of its filters."""
        up, w = inputs
        forward, _, weight_gradient = self._siblings()
        return [forward(cotangents[0], w), weight_gradient(cotangents[0], up, w)]
