"""A reduction over the middle axis of three, as an Operation."""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

OF_NUMPY = {
    "add": np.add,
    "mul": np.multiply,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "and": np.logical_and,
    "or": np.logical_or,
}


class Reduction(Op):
    """What an operation of two numbers makes of all numbers along some axes.

    Parameters
    ----------
    kind : {"add", "mul", "maximum", "minimum", "and", "or"}
    axes : tuple of int
        Neighbours, such as (1, 2).
    accumulated : str
        The type in which it is computed.
    dtype : str
        That of the result.
    """

    __props__ = ("kind", "axes", "accumulated", "dtype")

    def __init__(self, kind: str, axes: tuple[int, ...], accumulated: str, dtype: str):
        self.kind, self.axes, self.accumulated, self.dtype = kind, axes, accumulated, dtype

    def make_node(self, x):
        """Of x (any shape) the result, without these axes."""
        shape = tuple(n for axis, n in enumerate(x.type.shape) if axis not in self.axes)
        return Apply(self, [x], [TensorType(self.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        operation = OF_NUMPY[self.kind]
        numbers = inputs[0].astype(self.accumulated)
        output_storage[0][0] = np.asarray(operation.reduce(numbers, axis=self.axes), self.dtype)
