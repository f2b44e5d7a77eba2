"""Mean negative log-likelihood of each row's label from unnormalised scores, as an Operation."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError


class CrossEntropy(Op):
    """The mean of ``log(sum(exp(scores))) - scores[y]``, and its gradient by the scores.

    Both come from one pass: each row's softmax minus its label, over the number of rows, is the
    gradient.
    """

    __props__ = ()

    def make_node(self, scores, y):
        """Of scores (batch, n_classes) and labels y (batch,) the cost () and (batch, n_classes)."""
        loss = TensorType(scores.type.dtype, shape=())()
        return Apply(self, [scores, y], [loss, scores.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: softmax without overflow."""
        scores, y = inputs
        check_labels(y, scores)
        rows = np.arange(len(y))
        shifted = scores - scores.max(axis=1, keepdims=True)
        delta = np.exp(shifted)
        totals = delta.sum(axis=1, keepdims=True)
        losses = np.log(totals[:, 0]) - shifted[rows, y]
        delta /= totals
        delta[rows, y] -= 1
        output_storage[0][0] = np.asarray(losses.mean(dtype="float64"), dtype=scores.dtype)
        output_storage[1][0] = delta / np.asarray(len(y), dtype=scores.dtype)

    def connection_pattern(self, node):
        """Labels are whole numbers: no gradient goes to them."""
        return [[True, True], [False, False]]

    def pullback(self, inputs, outputs, cotangents):
        """The second output, times the gradient () of the cost."""
        by_loss, by_delta = cotangents
        if not isinstance(by_delta.type, DisconnectedType):
            raise NotImplementedError("second derivatives of the cost are not available")
        return [by_loss * outputs[1], DisconnectedType()()]


def check_batch(scores_shape: tuple[int, int], y_shape: tuple[int]) -> None:
    """Refuse an empty batch, whose mean does not exist, and labels that miss or are too many."""
    if scores_shape[0] != y_shape[0] or y_shape[0] == 0:
        raise InputError(
            f"a batch of {scores_shape[0]} rows of scores and {y_shape[0]} labels: "
            "give one label for each row, and at least one row"
        )


def check_labels(y: np.ndarray, scores: np.ndarray) -> None:
    """Refuse labels y (batch,) outside 0 .. n_classes - 1 for scores (batch, n_classes)."""
    check_batch(scores.shape, y.shape)
    n_classes = scores.shape[1]
    if not 0 <= y.min() <= y.max() < n_classes:
        raise InputError(
            f"labels run from {y.min()} to {y.max()} but the model has {n_classes} classes: "
            f"labels are whole numbers from 0 to {n_classes - 1}"
        )
