"""The part of maps that is as large as others, alone or beside these; gradients; as Operations."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError


class _Cropped(Op):
    """What both share: which rows and columns stay.

    Parameters
    ----------
    centre : bool
        Whether as much is cut off before as behind (one less before, if that is odd), or all of it
        behind.
    """

    __props__ = ("centre",)

    def __init__(self, centre: bool):
        self.centre = centre

    def kept(self, large: tuple, small: tuple) -> tuple[slice, ...]:
        """The slices of maps of one shape that leave rows and columns of the other."""
        if large[2] < small[2] or large[3] < small[3]:
            raise InputError(
                f"maps of {large[2]} x {large[3]} cannot be cropped to {small[2]} x {small[3]}: "
                "exchange the two"
            )
        starts = [(n - m) // 2 if self.centre else 0 for n, m in zip(large, small, strict=True)]
        pairs = zip(starts[2:], small[2:], strict=True)
        return slice(None), slice(None), *(slice(at, at + n) for at, n in pairs)

    def check_types(self, x, like) -> None:
        """Refuse x if it is known to be smaller than other maps."""
        if None not in (*x.type.shape[2:], *like.type.shape[2:]):
            self.kept((0, 0, *x.type.shape[2:]), (0, 0, *like.type.shape[2:]))


class Crop(_Cropped):
    """Rows and columns of x, as many as others have."""

    def make_node(self, x, like):
        """Of x (batch, maps, rows, columns) and others the part that is as large as these."""
        shape = *x.type.shape[:2], *like.type.shape[2:]
        self.check_types(x, like)
        return Apply(self, [x, like], [TensorType(x.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, like = inputs
        output_storage[0][0] = x[self.kept(x.shape, like.shape)].copy()

    def connection_pattern(self, node):
        """Of the others only the shape is read."""
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """The other operation, of the gradient of the part."""
        return [CropGradient(self.centre)(cotangents[0], inputs[0]), DisconnectedType()()]


class CropGradient(_Cropped):
    """The gradient of all rows and columns: that of the part, and 0 around."""

    def make_node(self, up, x):
        """Of up (as the part) and x the gradient (as x)."""
        return Apply(self, [up, x], [x.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        up, x = inputs
        gradient = np.zeros_like(x)
        gradient[self.kept(x.shape, up.shape)] = up
        output_storage[0][0] = gradient

    def connection_pattern(self, node):
        """Of x only the shape is read."""
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in up."""
        return [Crop(self.centre)(cotangents[0], inputs[0]), DisconnectedType()()]


class Beside(_Cropped):
    """The part of x that is as large as other maps, and these behind it, in one batch."""

    def make_node(self, x, like):
        """Of x (batch, maps, rows, columns) and others (batch, ...) the maps of both."""
        self.check_types(x, like)
        maps = x.type.shape[1], like.type.shape[1]
        n_maps = None if None in maps else sum(maps)
        shape = like.type.shape[0], n_maps, *like.type.shape[2:]
        return Apply(self, [x, like], [TensorType(x.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, like = inputs
        check_batches(x.shape, like.shape)
        parts = x[self.kept(x.shape, like.shape)], like
        output_storage[0][0] = np.concatenate(parts, axis=1)

    def pullback(self, inputs, outputs, cotangents):
        """The other operation, of the gradient of the maps of both."""
        return BesideGradient(self.centre)(cotangents[0], *inputs)


class BesideGradient(_Cropped):
    """The gradients of x, 0 where it was cut off, and of the maps behind it."""

    def make_node(self, up, x, like):
        """Of up (as the maps of both), x and the others the gradients of these."""
        return Apply(self, [up, x, like], [x.type(), like.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        up, x, like = inputs
        gradient = np.zeros_like(x)
        gradient[self.kept(x.shape, like.shape)] = up[:, : x.shape[1]]
        output_storage[0][0], output_storage[1][0] = gradient, up[:, x.shape[1] :].copy()

    def connection_pattern(self, node):
        """Of x and the others only the shapes are read."""
        return [[True, True], [False, False], [False, False]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in up."""
        pairs = zip(cotangents, inputs[1:], strict=True)
        given = [
            each.zeros_like() if isinstance(up.type, DisconnectedType) else up for up, each in pairs
        ]
        return [Beside(self.centre)(*given), DisconnectedType()(), DisconnectedType()()]


def check_batches(x: tuple, like: tuple) -> None:
    """Refuse maps, by their shapes, of batches that are not as large as each other."""
    if x[0] != like[0]:
        raise InputError(
            f"maps of {x[0]} pictures cannot lie beside maps of {like[0]}: give those of the same"
        )
