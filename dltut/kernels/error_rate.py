"""Share of the rows whose largest score is not the right class."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.kernels.cross_entropy import check_batch


class ErrorRate(Op):
    """(scores, y) -> the share in float64; of several largest scores the first one counts."""

    __props__ = ()

    def make_node(self, scores, y):
        return Apply(self, [scores, y], [TensorType("float64", shape=())()])

    def perform(self, node, inputs, output_storage):
        scores, y = inputs
        check_batch(scores.shape, y.shape)
        output_storage[0][0] = np.asarray((scores.argmax(axis=1) != y).mean(dtype="float64"))

    def connection_pattern(self, node):
        return [[False], [False]]

    def pullback(self, inputs, outputs, cotangents):
        return [DisconnectedType()(), DisconnectedType()()]
