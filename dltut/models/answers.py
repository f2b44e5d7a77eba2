"""A trained model as a function of arrays: its scores, probabilities, reconstructions."""

from collections.abc import Callable

import numpy as np
import pytensor.tensor as pt
import scipy

from dltut.exceptions import InputError
from dltut.machine.backend import function


def score_function(model, dtype: str | None = None) -> Callable[[np.ndarray], np.ndarray]:
    """A compiled function from inputs to what the model makes of them.

    Parameters
    ----------
    model : model of `dltut.models`, or any callable from inputs to scores
    dtype : str, optional
        Of the inputs, such as int32 for numbered words; default: floats of the width in use.

    Returns
    -------
    callable
        ``f(x)`` with x of shape (n, n_in) gives an array of n rows.

    Raises
    ------
    InputError
        When called with an array that is not a matrix of finite numbers with the model's ``n_in``
        columns, or if the answer is NaN or infinite: training diverged.

    Examples
    --------
    >>> scores = score_function(lambda x: 2 * x)
    >>> scores(np.ones((1, 3))).tolist()
    [[2.0, 2.0, 2.0]]
    """
    x = pt.matrix("x", dtype=dtype)
    compiled = _checked(model, function([x], [model(x)], name="the prediction"), x.dtype)
    return lambda inputs: compiled(inputs)[0]


def probability_function(model) -> Callable[[np.ndarray], np.ndarray]:
    """A compiled function from inputs to class probabilities, the softmax of the scores.

    Parameters
    ----------
    model : model of `dltut.models`, or any callable from inputs to scores

    Returns
    -------
    callable
        ``f(x)`` with x of shape (n, n_in) gives an array of shape (n, n_classes) whose rows sum to
        1; ``f(x).argmax(axis=1)`` are the predicted classes.

    Raises
    ------
    InputError
        If the model learned without classes; and as `score_function`.

    Examples
    --------
    >>> from dltut.models import LogisticRegression
    >>> probabilities = probability_function(LogisticRegression(3, 4))
    >>> probabilities(np.zeros((1, 3))).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    if way_back(model):
        raise InputError(
            f"a {type(model).__name__} learned without classes and predicts none: "
            "python -m dltut plot draws what it gives back of its inputs"
        )
    scores = score_function(model)
    return lambda inputs: scipy.special.softmax(scores(inputs), axis=1)


def reconstruction_function(
    model, corruption_level: float = 0.0
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """A compiled function from inputs to what the model saw and what it gives back.

    Parameters
    ----------
    model : autoencoder, or RBM
        The mean reconstruction of the latter.
    corruption_level : float
        Of the noise that a denoising autoencoder sees; 0 for others.

    Returns
    -------
    callable
        ``f(x)`` with x of shape (n, n_visible) gives two arrays of that shape.

    Raises
    ------
    InputError
        If the model has no way back from its code to its input; and as `score_function`.

    Examples
    --------
    >>> from dltut.models import Autoencoder
    >>> f = reconstruction_function(Autoencoder(np.random.RandomState(1), 12, 5))
    >>> seen, reconstruction = f(np.zeros((3, 12)))
    >>> reconstruction.shape
    (3, 12)
    """
    back = way_back(model)
    if back is None:
        raise InputError(
            f"a {type(model).__name__} does not reconstruct its input: give an autoencoder or RBM"
        )
    x = pt.matrix("x")
    seen = model.corrupted(x, corruption_level) if corruption_level else x
    outputs = [pt.as_tensor(seen), back(model(seen))]
    return _checked(model, function([x], outputs, name="the reconstruction"), x.dtype)


def way_back(model) -> Callable | None:
    """What makes an input of a code: an autoencoder's decoder, an RBM's propdown; None for others.

    Examples
    --------
    >>> from dltut.models import LogisticRegression
    >>> way_back(LogisticRegression(3, 4)) is None
    True
    """
    return getattr(model, "reconstruction", getattr(model, "propdown", None))


def _checked(model, compiled, dtype):
    """The compiled function, of rows that the model can take and with finite numbers only."""
    n_in = getattr(model, "n_in", getattr(model, "n_visible", None))

    def checked(inputs):
        inputs = np.asarray(inputs, dtype=dtype)
        if inputs.ndim != 2:
            raise InputError(
                f"inputs have shape {inputs.shape}; expected a matrix with one example a row: "
                "use x.reshape(n, -1) for pictures, x[None] for one example"
            )
        if n_in not in (None, inputs.shape[1]):
            raise InputError(
                f"inputs have {inputs.shape[1]} numbers in a row but the model expects {n_in}: "
                "bring them to the size of what it learned from"
            )
        if not np.isfinite(inputs).all():
            raise InputError("the inputs hold NaN or infinite values")
        outputs = tuple(map(np.asarray, compiled(inputs)))
        if not all(np.isfinite(each).all() for each in outputs):
            raise InputError(
                "the model answers with NaN or infinite numbers: its training diverged; train "
                "again with a lower learning rate"
            )
        return outputs

    return checked
