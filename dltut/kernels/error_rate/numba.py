"""Error rate for NUMBA mode: one loop over the scores."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.cross_entropy.numba import check_batch
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.error_rate.op import ErrorRate


def rate_of_errors(scores, y, rate):
    """Write the share of wrong rows of scores (batch, n_classes) for y (batch,) to rate ()."""
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


@compiled_form(ErrorRate)
def error_rate(op, node):
    """The share of wrong rows."""
    scores, y = (each.type.dtype for each in node.inputs)
    fill = kernel(rate_of_errors, (*arrays(scores, 2), *arrays(y, 1), *arrays("float64", 0)))

    @numba_njit
    def error_rate(scores, y):
        """Of scores (batch, n_classes) and y (batch,) the rate ()."""
        rate = np.empty((), np.float64)
        fill((scores, y, rate))
        return rate

    return error_rate
