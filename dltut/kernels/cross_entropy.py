"""Negative log-likelihood of each row's label from unnormalised scores, and its gradient."""

import numpy as np
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
        check_labels(y, scores)
        shifted = scores - scores.max(axis=1, keepdims=True)
        chosen = np.take_along_axis(shifted, y[:, None], axis=1)[:, 0]
        output_storage[0][0] = np.log(np.exp(shifted).sum(axis=1)) - chosen

    def connection_pattern(self, node):
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        return [CrossEntropyGradient()(*inputs, cotangents[0]), DisconnectedType()()]


class CrossEntropyGradient(Op):
    """(scores, y, up) -> gradient of the scores: each row's softmax minus its label, times up."""

    __props__ = ()

    def make_node(self, scores, y, up):
        return Apply(self, [scores, y, up], [scores.type()])

    def perform(self, node, inputs, output_storage):
        scores, y, up = inputs
        check_labels(y, scores)
        delta = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta /= delta.sum(axis=1, keepdims=True)
        delta[np.arange(len(y)), y] -= 1
        output_storage[0][0] = delta * up[:, None]


def check_batch(scores_shape: tuple[int, int], y_shape: tuple[int]) -> None:
    """Refuse an empty batch, whose mean does not exist, and labels that miss or are too many."""
    if scores_shape[0] != y_shape[0] or y_shape[0] == 0:
        raise InputError(
            f"a batch of {scores_shape[0]} rows of scores and {y_shape[0]} labels: "
            "give one label for each row, and at least one row"
        )


def check_labels(y: np.ndarray, scores: np.ndarray) -> None:
    """Refuse labels outside 0 .. n_classes - 1, one for each row of the scores."""
    check_batch(scores.shape, y.shape)
    n_classes = scores.shape[1]
    if not 0 <= y.min() <= y.max() < n_classes:
        raise InputError(
            f"labels run from {y.min()} to {y.max()} but the model has {n_classes} classes: "
            f"labels are whole numbers from 0 to {n_classes - 1}"
        )
