"""What PyTensor's Alloc and SpecifyShape do most of the time, as operations.

Numba compiles the errors that PyTensor's own forms would put into words: seconds, in every function
that has one of them.
"""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType


class Filled(Op):
    """An array of a shape with one number everywhere.

    Parameters
    ----------
    dtype : str
    shape : tuple of int or None
        As far as it is known.
    """

    __props__ = ("dtype", "shape")

    def __init__(self, dtype: str, shape: tuple):
        self.dtype = dtype
        self.shape = shape

    def make_node(self, value, *lengths):
        """Of an array of one element and whole numbers () the array."""
        return Apply(self, [value, *lengths], [TensorType(self.dtype, shape=self.shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        value, *lengths = inputs
        output_storage[0][0] = np.full([int(each) for each in lengths], value.item(), self.dtype)


class Checked(Op):
    """The array itself, if it has the shape.

    Parameters
    ----------
    shape : tuple of int or None
        None where any length will do.
    """

    __props__ = ("shape",)
    view_map = {0: [0]}  # noqa: RUF012 (PyTensor reads it from the class)

    def __init__(self, shape: tuple):
        self.shape = shape

    @property
    def refusal(self) -> str:
        """What is said of other shapes."""
        return f"SpecifyShape: the shape of an array is not {self.shape} (None: any length)"

    def make_node(self, x):
        """Of an array the same."""
        pairs = zip(self.shape, x.type.shape, strict=True)
        known = (old if new is None else new for new, old in pairs)
        return Apply(self, [x], [TensorType(x.type.dtype, shape=tuple(known))()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        (x,) = inputs
        pairs = zip(self.shape, x.shape, strict=True)
        assert all(wanted is None or wanted == length for wanted, length in pairs), self.refusal
        output_storage[0][0] = x
