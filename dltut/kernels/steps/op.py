"""The steps of all sequences as rows of one matrix, and back, as Operations.

PyTensor's own reshaping does the same, with a shape that is computed: JAX wants one that is known.
"""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError

NOT_FIT = (
    "the shapes of a recurrent loop do not fit: with inputs (time, batch, n) goes a mask (time, "
    "batch), or its steps are as many as the rows"
)


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


class RealRows(Op):
    """The rows of the steps that are no padding: a product of them costs nothing for padding.

    JAX, which must know how many rows there are, keeps all of them, those of padding as zeros. So
    what is made of the rows may not depend on how many there are.
    """

    __props__ = ()

    def make_node(self, x, mask):
        """Of x (time, batch, n) and a bool mask (time, batch) a matrix (steps, n), step by step."""
        return Apply(self, [x, mask], [TensorType(x.dtype, shape=(None, x.type.shape[2]))()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, mask = inputs
        if x.shape[:2] != mask.shape:
            raise InputError(f"{NOT_FIT}; here: inputs {x.shape}, a mask {mask.shape}")
        output_storage[0][0] = x[mask]

    def connection_pattern(self, node):
        """The mask decides."""
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """The way back."""
        return [RealSteps()(cotangents[0], inputs[1]), DisconnectedType()()]


class RealSteps(Op):
    """The way back: the rows in their places, and zeros where there is padding."""

    __props__ = ()

    def make_node(self, rows, mask):
        """Of rows (steps, m) and a bool mask (time, batch) a tensor (time, batch, m)."""
        shape = *mask.type.shape, rows.type.shape[1]
        return Apply(self, [rows, mask], [TensorType(rows.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        rows, mask = inputs
        if len(rows) != mask.sum():
            raise InputError(f"{NOT_FIT}; here: {len(rows)} rows, {mask.sum()} steps")
        steps = np.zeros((*mask.shape, rows.shape[1]), rows.dtype)
        steps[mask] = rows
        output_storage[0][0] = steps

    def connection_pattern(self, node):
        """The mask decides."""
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """The first way."""
        return [RealRows()(cotangents[0], inputs[1]), DisconnectedType()()]
