"""A trained model as a function of arrays."""

from collections.abc import Callable

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.machine.shared import as_floatX
from dltut.models.reconstructions import way_back


def probability_function(model) -> Callable[[np.ndarray], np.ndarray]:
    """A compiled function from inputs to class probabilities.

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
        If the model learned without classes; when called with an array that is not a matrix of
        finite numbers with the model's ``n_in`` columns.

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
    x, n_in = pt.matrix("x"), getattr(model, "n_in", None)
    softmax = function([x], pt.special.softmax(model(x), axis=1), name="the prediction")

    def probabilities(inputs: np.ndarray) -> np.ndarray:
        inputs = as_floatX(inputs)
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
        return np.asarray(softmax(inputs))

    return probabilities
