"""Cross-entropy for NUMBA mode: one loop over the rows."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.exceptions import InputError
from dltut.kernels.cross_entropy import CrossEntropy
from dltut.kernels.numba.elementary import exp, log
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.version import source_version


@numba_njit
def check_batch(scores, y):
    if scores.shape[0] != len(y) or len(y) == 0:
        raise InputError(
            "a batch is empty or has not as many labels as rows of scores: "
            "give one label for each row, and at least one row"
        )


@numba_njit
def check_labels(scores, y):
    check_batch(scores, y)
    batch, n_classes = scores.shape
    for n in range(batch):
        if not 0 <= y[n] < n_classes:
            raise InputError(
                "a label is outside the classes of the model: "
                "labels are whole numbers from 0 to n_classes - 1"
            )


def loss_and_gradient(scores, y, loss, delta):
    check_labels(scores, y)
    batch, n_classes = scores.shape
    share, mean = delta.dtype.type(1) / delta.dtype.type(batch), 0.0
    for n in range(batch):
        top = scores[n, 0]
        for k in range(1, n_classes):
            top = max(top, scores[n, k])
        for k in range(n_classes):
            delta[n, k] = scores[n, k] - top
        mean -= delta[n, y[n]]
    powers = delta.reshape(-1)
    for i in range(len(powers)):  # rows are short: over all of them it is a vector's work
        powers[i] = exp(powers[i])
    for n in range(batch):
        total = delta.dtype.type(0)
        for k in range(n_classes):
            total += delta[n, k]
        for k in range(n_classes):
            delta[n, k] *= share / total
        delta[n, y[n]] -= share
        mean += log(total)
    loss[()] = mean / batch


@register_funcify_default_op_cache_key(CrossEntropy)
def cross_entropy(op, node, **kwargs):
    scores, y = (each.type.dtype for each in node.inputs)
    results = arrays(scores, 0, 2, layout="C")
    fill = kernel(loss_and_gradient, (*arrays(scores, 2), *arrays(y, 1), *results))

    @numba_njit
    def cross_entropy(scores, y):
        loss, delta = np.empty((), scores.dtype), np.empty(scores.shape, scores.dtype)
        fill((scores, y, loss, delta))
        return loss, delta

    return cross_entropy, source_version()
