"""What PyTensor's Alloc and SpecifyShape do most of the time, and arithmetic of lengths.

Numba compiles the errors that PyTensor's own forms would put into words: seconds, in every function
that has one of them. JAX takes what it computes for unknown, and lengths have to be known.
"""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import Split
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


class OfLengths(Op):
    """What another operation makes of lengths of arrays, by NumPy.

    Parameters
    ----------
    op : Op
        Its inputs are lengths of arrays, constants, or what such operations made of them.
    """

    __props__ = ("op",)

    def __init__(self, op: Op):
        self.op = op

    def make_node(self, *inputs):
        """The outputs are those of the operation."""
        outputs = [each.type() for each in self.op.make_node(*inputs).outputs]
        return Apply(self, list(inputs), outputs)

    def perform(self, node, inputs, output_storage):
        """By the other operation."""
        self.op.perform(self.op.make_node(*node.inputs), inputs, output_storage)


class SplitByLengths(Split):
    """PyTensor's Split, at places that are made of lengths."""
