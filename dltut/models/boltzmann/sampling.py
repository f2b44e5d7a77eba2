"""What a trained Boltzmann machine dreams of: long Gibbs chains, looked at from time to time."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut.machine.backend import function
from dltut.machine.notices import spinner
from dltut.machine.shared import as_floatX


def gibbs_samples(rbm, x: np.ndarray, n_samples: int = 10, n_steps: int = 1000) -> np.ndarray:
    """Means of the visible units along Gibbs chains.

    Parameters
    ----------
    rbm : RBM
    x : array, shape (n_chains, n_visible)
        Where the chains start, such as test digits.
    n_samples : int
        How often to look.
    n_steps : int
        Gibbs steps before each look.

    Returns
    -------
    array, shape (n_samples, n_chains, n_visible)
        The means that the last visible states were drawn from, which show a picture with less
        noise; the chains go on from the states.

    Examples
    --------
    >>> from dltut.models import RBM
    >>> rbm = RBM(np.random.RandomState(123), n_visible=6, n_hidden=4)
    >>> gibbs_samples(rbm, np.eye(6)[:2], n_samples=3, n_steps=5).shape
    (3, 2, 6)
    """
    start = pt.matrix("x")
    hidden = function([start], rbm.sample_h_given_v(start), name="the chains' start")(as_floatX(x))
    h = pytensor.shared(np.asarray(hidden), name="h")
    end = rbm.chain(h, n_steps)
    look = function([], rbm.mean(end.v_scores), updates={h: end.h}, name="the chains")
    with spinner("following Gibbs chains"):
        return np.stack([look() for _ in range(n_samples)])
