"""Cross-entropy for NUMBA mode: one loop over the rows."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.cross_entropy.op import CrossEntropy
from dltut.kernels.engine.elementary import exp, log
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel


@numba_njit
def check_batch(scores, y):
    """Refuse an empty batch, and labels y (n,) that are not as many as scores (batch, k)."""
    if scores.shape[0] != len(y) or len(y) == 0:
        raise InputError(
            "a batch is empty or does not have as many labels as rows of scores: "
            "give one label for each row, and at least one row"
        )


@numba_njit
def check_labels(scores, y):
    """Refuse labels y (batch,) that are no column of scores (batch, n_classes)."""
    check_batch(scores, y)
    batch, n_classes = scores.shape
    for n in range(batch):
        if not 0 <= y[n] < n_classes:
            raise InputError(
                "a label is outside the classes of the model: "
                "labels are whole numbers from 0 to n_classes - 1"
            )


def loss_and_gradient(scores, y, loss, delta):
    """The mean cost of a batch, and its gradient by the scores.

    Parameters
    ----------
    scores : array, shape (batch, n_classes)
    y : integer array, shape (batch,)
    loss : array, shape ()
    delta : array, shape (batch, n_classes)
        First scores less the largest of the row, then their exponentials, then the gradient.
    """
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


@compiled_form(CrossEntropy)
def cross_entropy(op, node):
    """The mean cost and its gradient."""
    scores, y = (each.type.dtype for each in node.inputs)
    results = arrays(scores, 0, 2, layout="C")
    fill = kernel(loss_and_gradient, (*arrays(scores, 2), *arrays(y, 1), *results))

    @numba_njit
    def cross_entropy(scores, y):
        """Of scores (batch, n_classes) and y (batch,) the cost () and (batch, n_classes)."""
        loss, delta = np.empty((), scores.dtype), np.empty(scores.shape, scores.dtype)
        fill((scores, y, loss, delta))
        return loss, delta

    return cross_entropy
