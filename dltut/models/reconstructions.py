"""What a model that learned without classes gives back of its input."""

from collections.abc import Callable

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.machine.shared import as_floatX


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
        If the model has no way back from its code to its input.

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
    compiled = function([x], [pt.as_tensor(seen), back(model(seen))], name="the reconstruction")
    return lambda inputs: tuple(np.asarray(each) for each in compiled(as_floatX(inputs)))


def way_back(model) -> Callable | None:
    """What makes an input of a code: an autoencoder's decoder, an RBM's propdown; None for others.

    Examples
    --------
    >>> from dltut.models import LogisticRegression
    >>> way_back(LogisticRegression(3, 4)) is None
    True
    """
    return getattr(model, "reconstruction", getattr(model, "propdown", None))
