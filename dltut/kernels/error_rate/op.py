"""The share of the rows whose largest score is not the right class, as an Operation."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.kernels.cross_entropy import check_batch


class ErrorRate(Op):
    """The share in float64; of several largest scores the first one counts."""

    __props__ = ()

    def make_node(self, scores, y):
        """Of scores (batch, n_classes) and labels y (batch,) a scalar."""
        return Apply(self, [scores, y], [TensorType("float64", shape=())()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: its argmax."""
        scores, y = inputs
        check_batch(scores.shape, y.shape)
        output_storage[0][0] = np.asarray((scores.argmax(axis=1) != y).mean(dtype="float64"))

    def connection_pattern(self, node):
        """It is no smooth function of anything."""
        return [[False], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """There is no gradient."""
        return [DisconnectedType()(), DisconnectedType()()]
