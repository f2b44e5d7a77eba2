"""The part of maps that is as large as other maps, and the gradient, as Operations."""

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


class Crop(_Cropped):
    """Rows and columns of x, as many as others have."""

    def make_node(self, x, like):
        """Of x (batch, maps, rows, columns) and others the part that is as large as these."""
        shape = *x.type.shape[:2], *like.type.shape[2:]
        if None not in (*x.type.shape[2:], *like.type.shape[2:]):
            self.kept((0, 0, *x.type.shape[2:]), (0, 0, *like.type.shape[2:]))
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
