"""Binary cross-entropy of every unit from unnormalised scores, as an Operation."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError


class BinaryCrossEntropy(Op):
    """``log(1 + exp(scores)) - scores * x`` and its gradient by the scores.

    The cost is summed over the units and averaged over the rows. Both come from one pass: the
    sigmoid of the scores minus x, over the number of rows, is the gradient.
    """

    __props__ = ()

    def make_node(self, scores, x):
        """Of scores and x (batch, units) the cost () and the gradient (batch, units)."""
        loss = TensorType(scores.type.dtype, shape=())()
        return Apply(self, [scores, x], [loss, scores.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: softplus and sigmoid without overflow."""
        scores, x = inputs
        check_units(scores.shape, x.shape)
        small = np.exp(-abs(scores))
        losses = scores * ((scores > 0) - x) + np.log1p(small)
        output_storage[0][0] = np.asarray(losses.sum(axis=1).mean(), dtype=scores.dtype)
        sigmoid = np.where(scores > 0, 1, small) / (1 + small)
        output_storage[1][0] = ((sigmoid - x) / len(x)).astype(scores.dtype)

    def connection_pattern(self, node):
        """The targets x may be learned too."""
        return [[True, True], [True, True]]

    def pullback(self, inputs, outputs, cotangents):
        """The second output, and minus the scores over the rows, times the gradient () by cost."""
        scores, _ = inputs
        by_loss, by_delta = cotangents
        if not isinstance(by_delta.type, DisconnectedType):
            raise NotImplementedError("second derivatives of the cost are not available")
        share = by_loss / scores.shape[0].astype(scores.dtype)
        return [by_loss * outputs[1], -share * scores]


def check_units(scores_shape: tuple[int, int], x_shape: tuple[int, int]) -> None:
    """Refuse an empty batch, whose mean does not exist, and scores that are not one for each x."""
    if scores_shape != x_shape or 0 in x_shape:
        raise InputError(
            f"scores of shape {scores_shape} for data of shape {x_shape}: "
            "give one score for each number, and at least one row"
        )
