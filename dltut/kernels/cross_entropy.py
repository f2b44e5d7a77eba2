"""Negative log-likelihood of each row's label from unnormalised scores, in one pass."""

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.errors import InputError


class CrossEntropy(Op):
    """(scores, y) -> ``log(sum(exp(scores))) - scores[y]`` for each row, stable at any size."""

    __props__ = ()

    def make_node(self, scores, y):
        output = TensorType(scores.type.dtype, shape=scores.type.shape[:1])()
        return Apply(self, [scores, y], [output])

    def perform(self, node, inputs, output_storage):
        scores, y = inputs
        check_labels(y, scores.shape[1])
        shifted = scores - scores.max(axis=1, keepdims=True)
        chosen = np.take_along_axis(shifted, y[:, None], axis=1)[:, 0]
        output_storage[0][0] = np.log(np.exp(shifted).sum(axis=1)) - chosen

    def connection_pattern(self, node):
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        scores, y = inputs
        is_label = pt.eq(pt.arange(scores.shape[1]), y[:, None])
        delta = (pt.special.softmax(scores, axis=1) - is_label) * cotangents[0][:, None]
        return [delta, DisconnectedType()()]


def check_labels(y: np.ndarray, n_classes: int) -> None:
    """Refuse labels outside 0 .. n_classes - 1."""
    if y.size and not 0 <= y.min() <= y.max() < n_classes:
        raise InputError(
            f"labels run from {y.min()} to {y.max()} but the model has {n_classes} classes: "
            f"labels are whole numbers from 0 to {n_classes - 1}"
        )
