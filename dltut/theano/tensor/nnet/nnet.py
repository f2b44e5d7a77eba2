"""``theano.tensor.nnet.nnet``: softmax, costs and non-linearities."""

import pytensor.tensor as pt
from pytensor.tensor.special import LogSoftmax, Softmax

from dltut.machine.shared import as_floats
from dltut.theano.names import passed_on
from dltut.theano.tensor.allocation import filled
from dltut.theano.tensor.nnet import stable
from dltut.theano.tensor.nnet.sigm import sigmoid, softplus


def softmax(c):
    """exp(c) over its sum along each row; a vector becomes a matrix of one row, as in Theano."""
    return pt.special.softmax(_rows(c), axis=-1)


def logsoftmax(c):
    """The logarithm of `softmax`, exact where that is close to 0."""
    return pt.special.log_softmax(_rows(c), axis=-1)


softmax_op = softmax_graph = softmax
logsoftmax_op = logsoftmax


def _rows(c):
    c = pt.as_tensor_variable(c)
    if not c.dtype.startswith("float") or c.ndim < 1:
        raise ValueError(f"a softmax is of a vector or a matrix of floats; this is {c.type}")
    return pt.shape_padleft(c) if c.ndim == 1 else c


def softmax_with_bias(x, b):
    """The softmax of x with b added to each row."""
    return softmax(x + b)


def crossentropy_categorical_1hot(coding_dist, true_one_of_n):
    """Minus the logarithm of the probability of each row's label.

    Parameters
    ----------
    coding_dist : matrix, shape (batch, n_classes)
    true_one_of_n : vector of int, shape (batch,)
    """
    logs = stable.log(pt.as_tensor_variable(coding_dist))
    return -logs[pt.arange(true_one_of_n.shape[0]), true_one_of_n]


def categorical_crossentropy(coding_dist, true_dist):
    """How many nats it takes to say which class it was, for each row.

    Parameters
    ----------
    coding_dist : matrix, shape (batch, n_classes)
        Probabilities.
    true_dist : vector of int, or matrix of shape (batch, n_classes)
        Labels, or probabilities.

    Raises
    ------
    TypeError
        If the ranks do not fit.
    """
    coding_dist, true_dist = pt.as_tensor_variable(coding_dist), pt.as_tensor_variable(true_dist)
    if true_dist.ndim == coding_dist.ndim:
        return -pt.sum(true_dist * stable.log(coding_dist), axis=coding_dist.ndim - 1)
    if true_dist.ndim == coding_dist.ndim - 1:
        return crossentropy_categorical_1hot(coding_dist, true_dist)
    raise TypeError(
        f"a cross-entropy of {coding_dist.ndim} axes of probabilities has targets of as many, or "
        f"of one less; these have {true_dist.ndim}"
    )


def binary_crossentropy(output, target):
    """``-(target * log(output) + (1 - target) * log(1 - output))`` of each element."""
    output = pt.as_tensor_variable(output)
    return -(target * pt.log(output) + (1.0 - target) * pt.log(1.0 - output))


def sigmoid_binary_crossentropy(output, target):
    """The binary cross-entropy of the sigmoid of scores, exact for large ones."""
    output, target = as_floats(output), as_floats(target)
    return softplus(-abs(output)) + output * ((output > 0) - target)


def crossentropy_softmax_1hot_with_bias(x, b, y_idx, **options):
    """(cross-entropy of each row, softmax) of scores with a bias.

    Parameters
    ----------
    x : matrix
    b : vector
    y_idx : vector of int
    **options
        Unread.
    """
    p = softmax_with_bias(x, b)
    return crossentropy_categorical_1hot(p, y_idx), p


def crossentropy_softmax_1hot(x, y_idx, **options):
    """(cross-entropy of each row, softmax) of scores.

    Parameters
    ----------
    x : matrix
    y_idx : vector of int
    **options
        Unread.
    """
    p = softmax(x)
    return crossentropy_categorical_1hot(p, y_idx), p


def crossentropy_softmax_argmax_1hot_with_bias(x, b, y_idx):
    """(cross-entropy of each row, softmax, the likeliest class) of scores with a bias.

    Parameters
    ----------
    x : matrix
    b : vector
    y_idx : vector of int
    """
    costs, p = crossentropy_softmax_1hot_with_bias(x, b, y_idx)
    return costs, p, pt.argmax(p, axis=-1)


def crossentropy_softmax_max_and_argmax_1hot_with_bias(x, b, y_idx, **options):
    """(cross-entropy of each row, softmax, largest probability, its class) of scores with a bias.

    Parameters
    ----------
    x : matrix
    b : vector
    y_idx : vector of int
    **options
        Unread.
    """
    costs, p = crossentropy_softmax_1hot_with_bias(x, b, y_idx)
    return costs, p, pt.max(p, axis=-1), pt.argmax(p, axis=-1)


def relu(x, alpha=0):
    """X above 0, ``alpha * x`` below; at 0 its gradient is the mean of both slopes."""
    if isinstance(alpha, int | float) and alpha == 0:
        return 0.5 * (x + abs(x))
    x = pt.as_tensor_variable(x)
    alpha = pt.as_tensor_variable(alpha)
    alpha = alpha.astype(x.dtype) if x.dtype.startswith("float") and not alpha.ndim else alpha
    return 0.5 * (1 + alpha) * x + 0.5 * (1 - alpha) * abs(x)


def elu(x, alpha=1):
    """X above 0, ``alpha * (exp(x) - 1)`` below."""
    return pt.switch(x > 0, x, alpha * pt.expm1(x))


def selu(x):
    """`elu`, scaled so that means and variances stay."""
    return 1.0507009873554804934193349852946 * elu(x, 1.6732632423543772848170429916717)


def softsign(x):
    """X / (1 + abs(x))."""
    return x / (1.0 + abs(x))


def confusion_matrix(actual, pred):
    """How often each class was taken for each: counts (n, n), and the classes.

    Parameters
    ----------
    actual, pred : vector of int
    """
    classes = pt.extra_ops.Unique()(pt.concatenate([actual, pred]))
    hits = [pt.eq(each[:, None], classes).astype("int64") for each in (actual, pred)]
    return [pt.dot(hits[0].T, hits[1]), classes]


def h_softmax(
    x, batch_size, n_outputs, n_classes, n_outputs_per_class, W1, b1, W2, b2, target=None
):
    """A softmax in two levels: first of the class, then within it.

    Parameters
    ----------
    x : matrix, shape (batch_size, n_in)
    batch_size, n_outputs, n_classes, n_outputs_per_class : int
    W1, b1, W2, b2 : variable
        (n_in, n_classes), (n_classes,), (n_classes, n_in, n_outputs_per_class), (n_classes,
        n_outputs_per_class).
    target : vector of int, optional
        Of these the probabilities are computed; else all of them.
    """
    of_class = softmax(pt.dot(x, W1) + b1)
    if target is None:
        inside = pt.special.softmax(pt.tensordot(x, W2, [[1], [1]]) + b2, axis=-1)
        whole = of_class[:, :, None] * inside
        return whole.reshape((x.shape[0], -1), ndim=2)[:, :n_outputs]
    target = target.flatten()
    classes, places = target // n_outputs_per_class, target % n_outputs_per_class
    scores = pt.matmul(x[:, None, :], W2[classes])[:, 0] + b2[classes]
    rows = pt.arange(target.shape[0])
    return of_class[rows, classes] * pt.special.softmax(scores, axis=-1)[rows, places]


def prepend_scalar_to_each_row(scalar, x):
    """A column of one number before the others."""
    column = filled(pt.as_tensor_variable(scalar).astype(x.dtype), (x.shape[0], 1))
    return pt.concatenate([column, x], axis=1)


def prepend_0_to_each_row(x):
    """A column of zeros before the others."""
    return prepend_scalar_to_each_row(0, x)


def prepend_1_to_each_row(x):
    """A column of ones before the others."""
    return prepend_scalar_to_each_row(1, x)


__all__ = ["LogSoftmax", "Softmax", "sigmoid", "softplus"]
__getattr__ = passed_on(__name__)
