"""Binary cross-entropy for NUMBA mode: one pass, rows shared out over the threads."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.exceptions import InputError
from dltut.kernels.binary_cross_entropy import BinaryCrossEntropy
from dltut.kernels.numba.elementary import sigmoid, softplus
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version


@numba_njit
def losses_of_rows(i, side, scores, x, losses, delta):
    """Some rows' losses, and their gradient over the number of all rows."""
    share = delta.dtype.type(1) / delta.dtype.type(len(scores))
    for n in range(i * side, min((i + 1) * side, len(scores))):
        loss, s, wanted, out = delta.dtype.type(0), scores[n], x[n], delta[n]
        for k in range(len(out)):  # no division here: its check for zero would bar vectors
            loss += softplus(s[k]) - s[k] * wanted[k]
            out[k] = (sigmoid(s[k]) - wanted[k]) * share
        losses[n] = loss


def loss_and_gradient(scores, x, loss, delta):
    if scores.shape != x.shape or x.size == 0:
        raise InputError(
            "a batch is empty or has not as many numbers as scores: "
            "give one score for each number, and at least one row"
        )
    losses = np.empty(len(x), delta.dtype)
    side = (len(x) + 7) // 8
    in_parallel(losses_of_rows, (len(x) + side - 1) // side, (side, scores, x, losses, delta))
    total = 0.0
    for n in range(len(losses)):
        total += losses[n]
    loss[()] = total / len(x)


@register_funcify_default_op_cache_key(BinaryCrossEntropy)
def binary_cross_entropy(op, node, **kwargs):
    dtype = node.inputs[0].type.dtype
    fill = kernel(loss_and_gradient, arrays(dtype, 2, 2, 0, 2, layout="C"))

    @numba_njit
    def binary_cross_entropy(scores, x):
        scores, x = np.ascontiguousarray(scores), np.ascontiguousarray(x)
        loss, delta = np.empty((), scores.dtype), np.empty(scores.shape, scores.dtype)
        fill((scores, x, loss, delta))
        return loss, delta

    return binary_cross_entropy, source_version()
