"""Consecutive rows of an array, as an Operation."""

from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable


class Rows(Op):
    """``data[start : start + size]`` as a view; on JAX a slice of static size.

    Parameters
    ----------
    size : int
        How many rows; fewer come back only at the end of the data.
    """

    __props__ = ("size",)
    view_map = {0: [0]}  # noqa: RUF012 (PyTensor reads it from the class)

    def __init__(self, size: int):
        self.size = size

    def make_node(self, data, start):
        """Of data (n, ...) and a whole number () the rows (size, ...)."""
        data, start = as_tensor_variable(data), as_tensor_variable(start)
        output = data.type.clone(shape=(None, *data.type.shape[1:]))()
        return Apply(self, [data, start], [output])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: a slice."""
        data, start = inputs
        output_storage[0][0] = data[int(start) : int(start) + self.size]


def rows(data, start, size: int):
    """Rows `start` to `start + size` of `data`, symbolically.

    Parameters
    ----------
    data : tensor, shape (n, ...)
    start : integer scalar
        At least 0.
    size : int
        How many rows.

    Returns
    -------
    tensor, shape (size, ...)
    """
    return Rows(size)(data, start)
