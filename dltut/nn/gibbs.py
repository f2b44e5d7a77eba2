"""Gibbs sampling between two layers of units that see each other but not themselves."""

from dltut.kernels.gibbs import GibbsChain
from dltut.machine.checks import check_counts
from dltut.machine.rng import Streams
from dltut.machine.shared import as_floats


def gibbs_chain(streams: Streams, h, W, hbias, vbias, n_steps: int, visible: str = "binary"):
    """Steps of a chain from hidden units to hidden units, all in one compiled operation.

    Parameters
    ----------
    streams : Streams
        Where the units are drawn.
    h : matrix, shape (chains, n_hidden)
        Where the chains begin: samples of the hidden units.
    W, hbias, vbias : variables
        Shapes (n_visible, n_hidden), (n_hidden,) and (n_visible,); or the biases have a row for
        each chain, (chains, n_hidden) and (chains, n_visible).
    n_steps : int
        At least 1. Each draws the visible units given the hidden ones, then the hidden units.
    visible : {"binary", "gaussian"}
        The second have unit variance.

    Returns
    -------
    list of variables
        What the last visible units were drawn from (before the sigmoid, or the mean), the last
        visible units, the last hidden units. All are constants to a gradient.

    Raises
    ------
    InputError
        If there is no step, or no such kind of units.
    """
    check_counts("Gibbs steps", n_steps=n_steps)
    h = as_floats(h)
    rest = (each.astype(h.dtype) for each in (W, hbias, vbias))
    return GibbsChain(int(n_steps), visible)(streams.new_state(), h, *rest)[1:4]
