"""The steps of all sequences as rows of one matrix, and back, as Operations.

PyTensor's own reshaping does the same, with a shape that is computed: JAX wants one that is known.
"""

from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType


class AsRows(Op):
    """``x.reshape((time * batch, n))``."""

    __props__ = ()
    view_map = {0: [0]}  # noqa: RUF012 (PyTensor reads it from the class)

    def make_node(self, x):
        """Of x (time, batch, n) a matrix (time * batch, n)."""
        time, batch, n = x.type.shape
        count = None if time is None or batch is None else time * batch
        return Apply(self, [x], [TensorType(x.dtype, shape=(count, n))()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        (x,) = inputs
        output_storage[0][0] = x.reshape((x.shape[0] * x.shape[1], x.shape[2]))

    def pullback(self, inputs, outputs, cotangents):
        """The way back."""
        return [AsSteps()(cotangents[0], inputs[0])]


class AsSteps(Op):
    """The way back: ``rows.reshape((time, batch, m))``."""

    __props__ = ()
    view_map = {0: [0]}  # noqa: RUF012 (PyTensor reads it from the class)

    def make_node(self, rows, like):
        """Of rows (time * batch, m) and anything (time, batch, n) a tensor (time, batch, m)."""
        shape = *like.type.shape[:2], rows.type.shape[1]
        return Apply(self, [rows, like], [TensorType(rows.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        rows, like = inputs
        output_storage[0][0] = rows.reshape((*like.shape[:2], rows.shape[1]))

    def connection_pattern(self, node):
        """The second gives its shape alone."""
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """The first way."""
        return [AsRows()(cotangents[0]), DisconnectedType()()]
