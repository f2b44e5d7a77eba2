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
    TypeError
        If the ranks are not 2 and 1.
    InputError
        If y is not of whole numbers.

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
    TypeError
        If the ranks are not 2 and 1.
    InputError
        If y is not of whole numbers.

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
    x : matrix, shape (batch, n_units)
        Probabilities, from 0 to 1, such as grey levels.

    Returns
    -------
    scalar
        In nats.

    Raises
    ------
    TypeError
        If the ranks are not 2.

    Notes
    -----
    There is no second derivative: taking the gradient of its gradient is an error.

    Examples
    --------
    >>> cost = binary_cross_entropy(pt.zeros((5, 8)), pt.ones((5, 8)))
    >>> round(float(cost.eval(mode="FAST_COMPILE")), 6)  # 8 ln 2
    5.545177
    """
    scores, x = as_floats(scores), as_floats(x)
    if (scores.ndim, x.ndim) != (2, 2):
        raise TypeError(
            f"expected scores and x of rank 2 (batch, n_units); got rank {scores.ndim} and {x.ndim}"
        )
    return BinaryCrossEntropy()(scores, x.astype(scores.dtype))[0]


def squared_error(prediction, target):
    """Squared error, summed over the units and averaged over the batch.

    Parameters
    ----------
    prediction, target : matrices, shape (batch, n_out)

    Returns
    -------
    scalar
    """
    return ((prediction - target) ** 2).sum(axis=1).mean()


def _checked(scores, y):
    scores, y = pt.as_tensor_variable(scores), pt.as_tensor_variable(y)
    if (scores.ndim, y.ndim) != (2, 1):
        raise TypeError(
            f"expected scores of rank 2 (batch, n_classes) and y of rank 1 (batch,); "
            f"got rank {scores.ndim} and {y.ndim}"
        )
    if not y.dtype.startswith(("int", "uint")):
        raise InputError(f"y holds {y.dtype}; labels are whole numbers: use pt.ivector('y')")
    return scores, y
