"""Logarithms of softmax, built as what stays exact and has a kernel.

Theano rewrote ``log(softmax(x))`` when it compiled; here the graph is made so from the beginning,
so that its gradient is made of it as well.
"""

import pytensor.tensor as pt
from pytensor.tensor.special import LogSoftmax, Softmax
from pytensor.tensor.subtensor import AdvancedSubtensor

from dltut.kernels.cross_entropy import CrossEntropy


def log(x):
    """The logarithm; of a softmax it is log-softmax."""
    scores = softmaxed(x)
    return pt.log(x) if scores is None else pt.special.log_softmax(scores, axis=-1)


def softmaxed(x):
    """The scores of a softmax along the last axis, None if `x` is no such thing."""
    if x.owner is not None and isinstance(x.owner.op, Softmax):
        axis = x.owner.op.axis
        if axis in (-1, x.ndim - 1, (x.ndim - 1,), (-1,)):
            return x.owner.inputs[0]
    return None


def mean(x):
    """The mean of all elements; of the labels' log-softmax it is the kernel of cross-entropy."""
    found = _labelled(x)
    return None if found is None else -CrossEntropy()(*found)[0]


def _labelled(x):
    """(scores, labels) if `x` is ``log_softmax(scores)[arange(n), labels]``."""
    if x.ndim != 1 or x.owner is None or not isinstance(x.owner.op, AdvancedSubtensor):
        return None
    logs, *index = x.owner.inputs
    if logs.owner is None or not isinstance(logs.owner.op, LogSoftmax) or len(index) != 2:
        return None
    rows, labels = index
    counts_rows = rows.owner is not None and type(rows.owner.op).__name__ == "ARange"
    is_label = labels.ndim == 1 and labels.dtype.startswith(("int", "uint"))
    if not counts_rows or not is_label or logs.ndim != 2:
        return None
    start, _, step = rows.owner.inputs
    if not _is(start, 0) or not _is(step, 1):
        return None
    return logs.owner.inputs[0], labels


def _is(variable, number: int) -> bool:
    return getattr(variable, "data", None) is not None and variable.data == number
