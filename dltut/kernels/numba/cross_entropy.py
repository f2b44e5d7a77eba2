"""Cross-entropy for NUMBA mode: one loop over the rows."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.errors import InputError
from dltut.kernels.cross_entropy import CrossEntropy, CrossEntropyGradient
from dltut.kernels.numba.version import source_version


@numba_njit
def check_labels(scores, y):
    batch, n_classes = scores.shape
    if batch != len(y) or batch == 0:
        raise InputError(
            "a batch is empty or has not as many labels as rows of scores: "
            "give one label for each row, and at least one row"
        )
    for label in y:
        if not 0 <= label < n_classes:
            raise InputError(
                "a label is outside the classes of the model: "
                "labels are whole numbers from 0 to n_classes - 1"
            )


@register_funcify_default_op_cache_key(CrossEntropy)
def cross_entropy(op, node, **kwargs):
    @numba_njit
    def losses(scores, y):
        check_labels(scores, y)
        batch, n_classes = scores.shape
        loss = np.empty(batch, dtype=scores.dtype)
        for n in range(batch):
            top = scores[n].max()
            total = scores.dtype.type(0)
            for k in range(n_classes):
                total += np.exp(scores[n, k] - top)
            loss[n] = np.log(total) - (scores[n, y[n]] - top)
        return loss

    return losses, source_version()


@register_funcify_default_op_cache_key(CrossEntropyGradient)
def cross_entropy_gradient(op, node, **kwargs):
    @numba_njit
    def deltas(scores, y, up):
        check_labels(scores, y)
        batch, n_classes = scores.shape
        delta = np.empty_like(scores)
        for n in range(batch):
            top = scores[n].max()
            total = scores.dtype.type(0)
            for k in range(n_classes):
                delta[n, k] = np.exp(scores[n, k] - top)
                total += delta[n, k]
            for k in range(n_classes):
                delta[n, k] *= up[n] / total
            delta[n, y[n]] -= up[n]
        return delta

    return deltas, source_version()
