"""Binary cross-entropy for NUMBA mode: rows shared out over the threads."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.binary_cross_entropy.op import BinaryCrossEntropy
from dltut.kernels.engine.blocks import count_of_blocks
from dltut.kernels.engine.elementary import sigmoid, softplus
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel


@numba_njit
def losses_of_rows(i, side, scores, x, losses, delta):
    """Block i, of `side` rows: their losses, and the gradient over the number of all rows.

    Parameters
    ----------
    scores, x, delta : array, shape (batch, units)
    losses : array, shape (batch,)
    """
    zero, one = delta.dtype.type(0), delta.dtype.type(1)
    share = one / delta.dtype.type(len(scores))
    for n in range(i * side, min((i + 1) * side, len(scores))):
        loss, s, wanted, out = zero, scores[n], x[n], delta[n]
        for k in range(len(out)):  # no division here: its check for zero would bar vectors
            # A small loss is no difference of two large numbers: softplus(20) - 20 would be 0.
            loss += s[k] * ((one if s[k] > zero else zero) - wanted[k]) + softplus(-abs(s[k]))
            out[k] = (sigmoid(s[k]) - wanted[k]) * share
        losses[n] = loss


def loss_and_gradient(scores, x, loss, delta):
    """The mean over the rows of the sum over the units, into loss (), and the gradient.

    Parameters
    ----------
    scores, x, delta : array, shape (batch, units)
    """
    if scores.shape != x.shape or x.size == 0:
        raise InputError(
            "a batch is empty or does not have as many numbers as scores: "
            "give one score for each number, and at least one row"
        )
    losses = np.empty(len(x), delta.dtype)
    side = max(1, len(x) // 8)  # rows, so that there are eight blocks or, of few rows, more
    in_parallel(losses_of_rows, count_of_blocks(len(x), side), (side, scores, x, losses, delta))
    total = 0.0
    for n in range(len(losses)):
        total += losses[n]
    loss[()] = total / len(x)


@compiled_form(BinaryCrossEntropy)
def binary_cross_entropy(op, node):
    """The mean cost and its gradient."""
    dtype = node.inputs[0].type.dtype
    fill = kernel(loss_and_gradient, arrays(dtype, 2, 2, 0, 2, layout="C"))

    @numba_njit
    def binary_cross_entropy(scores, x):
        """Of scores and x (batch, units) the cost () and the gradient (batch, units)."""
        scores, x = np.ascontiguousarray(scores), np.ascontiguousarray(x)
        loss, delta = np.empty((), scores.dtype), np.empty(scores.shape, scores.dtype)
        fill((scores, x, loss, delta))
        return loss, delta

    return binary_cross_entropy
