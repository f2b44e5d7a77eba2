"""Error rate for NUMBA mode: one loop over the scores."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.kernels.error_rate import ErrorRate
from dltut.kernels.numba.cross_entropy import check_batch
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.version import source_version


def rate_of_errors(scores, y, rate):
    check_batch(scores, y)
    wrong = 0
    for n in range(scores.shape[0]):
        best = 0
        for k in range(1, scores.shape[1]):
            value, largest = scores[n, k], scores[n, best]
            if value > largest or (np.isnan(value) and not np.isnan(largest)):
                best = k
        wrong += best != y[n]
    rate[()] = wrong / scores.shape[0]


@register_funcify_default_op_cache_key(ErrorRate)
def error_rate(op, node, **kwargs):
    scores, y = (each.type.dtype for each in node.inputs)
    fill = kernel(rate_of_errors, (*arrays(scores, 2), *arrays(y, 1), *arrays("float64", 0)))

    @numba_njit
    def error_rate(scores, y):
        rate = np.empty((), np.float64)
        fill((scores, y, rate))
        return rate

    return error_rate, source_version()
