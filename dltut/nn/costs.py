"""What training lowers and what people count: costs and error rates."""

import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.kernels.binary_cross_entropy import BinaryCrossEntropy
from dltut.kernels.cross_entropy import CrossEntropy
from dltut.kernels.error_rate import ErrorRate
from dltut.machine.shared import as_floats


def negative_log_likelihood(scores, y):
    r"""Mean negative log-likelihood of the right class.

    .. math:: -\frac{1}{N} \sum_i \log \mathrm{softmax}(\mathrm{scores}_i)_{y_i}

    Parameters
    ----------
    scores : matrix, shape (batch, n_classes)
        Unnormalised log-probabilities; the softmax is taken here, where it is stable.
    y : integer vector, shape (batch,)
        The right classes, from 0 to n_classes - 1.

    Returns
    -------
    scalar
        In nats.

    Raises
    ------
    InputError
        If the ranks are not 2 and 1; if y is not of whole numbers.

    Notes
    -----
    The mean, not the sum, so that the learning rate does not depend on the batch size. There is no
    second derivative: taking the gradient of its gradient is an error.

    Examples
    --------
    >>> import numpy as np
    >>> cost = negative_log_likelihood(pt.zeros((5, 10)), pt.zeros(5, dtype="int32"))
    >>> round(float(cost.eval(mode="FAST_COMPILE")), 6)  # ln 10
    2.302585
    """
    scores, y = _checked(scores, y)
    scores = as_floats(scores)
    return CrossEntropy()(scores, y)[0]


def errors(scores, y):
    """Share of the batch whose largest score is not the right class: the zero-one loss.

    Parameters
    ----------
    scores : matrix, shape (batch, n_classes)
    y : integer vector, shape (batch,)

    Returns
    -------
    scalar
        From 0 to 1.

    Raises
    ------
    InputError
        If the ranks are not 2 and 1; if y is not of whole numbers.

    Examples
    --------
    >>> import numpy as np
    >>> rate = errors(pt.as_tensor(np.eye(4)), pt.as_tensor(np.array([0, 1, 2, 0])))
    >>> float(rate.eval(mode="FAST_COMPILE"))
    0.25
    """
    scores, y = _checked(scores, y)
    return ErrorRate()(as_floats(scores), y)  # float64, being a count: no 27.500001 %


def binary_cross_entropy(scores, x):
    r"""Cross-entropy of units that are on or off, summed over the units, averaged over the batch.

    .. math:: -\frac{1}{N} \sum_{n,i} x_{ni} \log z_{ni} + (1 - x_{ni}) \log (1 - z_{ni}),
              \qquad z = \mathrm{sigmoid}(\mathrm{scores})

    Parameters
    ----------
    scores : matrix, shape (batch, n_units)
        What the sigmoid is taken of; here, where no logarithm of a rounded zero can appear.
    x : matrix, shape (batch, n_units), or vector, shape (batch,), for one unit
        Probabilities, from 0 to 1, such as grey levels; or labels, 0 or 1.

    Returns
    -------
    scalar
        In nats.

    Raises
    ------
    InputError
        If the ranks do not fit; if there is not one score for each unit.

    Notes
    -----
    There is no second derivative: taking the gradient of its gradient is an error.

    Examples
    --------
    >>> cost = binary_cross_entropy(pt.zeros((5, 8)), pt.ones((5, 8)))
    >>> round(float(cost.eval(mode="FAST_COMPILE")), 6)  # 8 ln 2
    5.545177
    """
    scores, x = _paired(scores, x)
    return BinaryCrossEntropy()(_matrix(scores), _matrix(x).astype(scores.dtype))[0]


def label_errors(scores, y):
    """Share of labels that are guessed wrong: the zero-one loss of each, averaged.

    Parameters
    ----------
    scores : matrix, shape (batch, n_labels)
        Above 0 where a label is guessed to hold.
    y : matrix, shape (batch, n_labels), or vector, shape (batch,), for one label
        0 or 1.

    Returns
    -------
    scalar
        From 0 to 1.

    Raises
    ------
    InputError
        If the ranks do not fit; if there is not one score for each label.

    Examples
    --------
    >>> scores = pt.as_tensor([[2.0, -1.0], [-3.0, -1.0]])
    >>> rate = label_errors(scores, pt.as_tensor([[1, 1], [0, 0]]))
    >>> float(rate.eval(mode="FAST_COMPILE"))
    0.25
    """
    scores, y = _paired(scores, y)
    return pt.neq(scores > 0, y > 0.5).mean(dtype="float64")  # a count, as in `errors`


def squared_error(prediction, target):
    """Squared error, summed over the units and averaged over the batch.

    Parameters
    ----------
    prediction : matrix, shape (batch, n_out)
    target : matrix, shape (batch, n_out), or vector, shape (batch,), for one output

    Returns
    -------
    scalar

    Raises
    ------
    InputError
        If the ranks do not fit; if there is not one prediction for each target.

    Examples
    --------
    >>> cost = squared_error(pt.as_tensor([[1.0], [4.0]]), pt.as_tensor([1.0, 2.0]))
    >>> float(cost.eval(mode="FAST_COMPILE"))
    2.0
    """
    prediction, target = _paired(prediction, target)
    return _matrix((prediction - target) ** 2).sum(axis=1).mean()


def absolute_error(prediction, target):
    """How far off a prediction is on average, over the batch and the outputs.

    Parameters
    ----------
    prediction : matrix, shape (batch, n_out)
    target : matrix, shape (batch, n_out), or vector, shape (batch,), for one output

    Returns
    -------
    scalar
        In the target's own units. Unlike the root of a mean square, it is averaged over minibatches
        without loss.

    Raises
    ------
    InputError
        If the ranks do not fit; if there is not one prediction for each target.
    """
    prediction, target = _paired(prediction, target)
    return pt.abs(prediction - target).mean()


def _matrix(values):
    """Numbers of a row an example, (batch, n), also where there is but one each."""
    return values if values.ndim == 2 else values[:, None]


def _paired(scores, y):
    """Scores and targets of one shape and width: (batch, n), or (batch,) if the targets are."""
    scores, y = as_floats(scores), as_floats(y)
    if (scores.ndim, y.ndim) not in ((2, 2), (2, 1), (1, 1)):
        raise InputError(
            "expected scores of rank 2 (batch, n) and targets of the same shape, or of rank 1 "
            f"(batch,) for one output; got rank {scores.ndim} and {y.ndim}"
        )
    n_scores, n_targets = scores.type.shape[1:], y.type.shape[1:] or (1,)
    if scores.ndim == 2 and None not in (*n_scores, *n_targets) and n_scores != n_targets:
        raise InputError(
            f"{n_scores[0]} scores and {n_targets[0]} targets an example: "
            "give the model as many outputs as there are targets"
        )
    # A column and a row of numbers would become a square: all predictions with all targets.
    scores = scores.flatten() if (scores.ndim, y.ndim) == (2, 1) else scores
    return scores, y.astype(scores.dtype)


def _checked(scores, y):
    scores, y = pt.as_tensor_variable(scores), pt.as_tensor_variable(y)
    if (scores.ndim, y.ndim) != (2, 1):
        raise InputError(
            "expected scores of rank 2 (batch, n_classes) and y of rank 1 (batch,), the numbers "
            f"of the classes; got rank {scores.ndim} and {y.ndim}"
        )
    if not y.dtype.startswith(("int", "uint")):
        raise InputError(f"y holds {y.dtype}; labels are whole numbers: use pt.ivector('y')")
    return scores, y
