"""The partition function of Boltzmann machines, by annealed importance sampling."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
import scipy
from numpy.typing import ArrayLike

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.machine.checks import check_counts
from dltut.machine.notices import spinner
from dltut.machine.rng import Streams
from dltut.machine.shared import as_floatX
from dltut.nn.gibbs import gibbs_chain

AT_ONCE = 20_000  # chains, for the sake of the memory


class LogPartition(NamedTuple):
    """Estimates of log Z, and the standard deviation of each as its chains show it; (n,)."""

    value: np.ndarray
    deviation: np.ndarray


def log_partition(
    W: ArrayLike,
    vbias: ArrayLike,
    hbias: ArrayLike,
    n_chains: int = 100,
    n_steps: int = 1000,
    seed: int = 1234,
) -> LogPartition:
    r"""Estimate :math:`\log Z` of machines of bits with the same weights and biases of their own.

    .. math:: Z = \sum_{v, h} e^{v b + h c + v W h^T}

    Parameters
    ----------
    W : array, shape (n_visible, n_hidden)
    vbias, hbias : array, shape (n, n_visible) and (n, n_hidden)
        b and c of each machine; vectors of one.
    n_chains : int
        Of each machine.
    n_steps : int
        Temperatures from that at which Z is known to that of the machine.
    seed : int
        Of all draws.

    Returns
    -------
    LogPartition
        In nats.

    Raises
    ------
    InputError
        If the shapes do not fit, or there is no chain or step.

    Notes
    -----
    At the inverse temperature :math:`\beta` the distribution is that of the biases
    :math:`(1 - \beta) a + \beta b` and :math:`\beta c` and the weights :math:`\beta W`, where
    :math:`a_i = b_i + \sum_j \log(1 + e^{c_j + W_{ij}}) - \log(1 + e^{c_j})` are the log odds of a
    bit when all others are 0. Chains go from :math:`\beta = 0`, where all is independent, to 1; on
    the way each collects the logarithm of its weight. The mean weight is unbiased, so its logarithm
    is, on average, too low: a likelihood from it is too high, the less so the more chains and steps
    there are.

    References
    ----------
    .. [1] Salakhutdinov and Murray, On the quantitative analysis of deep belief networks, ICML
       2008.

    Examples
    --------
    >>> found = log_partition(np.zeros((3, 2)), np.zeros(3), np.zeros(2), n_chains=2, n_steps=2)
    >>> found.value.round(6)  # 5 ln 2
    array([3.465736])
    """
    check_counts("chains and temperatures", n_chains=n_chains, n_steps=n_steps)
    W, vbias, hbias = as_floatX(W), np.atleast_2d(as_floatX(vbias)), np.atleast_2d(as_floatX(hbias))
    if vbias.shape != (len(hbias), W.shape[0]) or hbias.shape[1] != W.shape[1]:
        raise InputError(
            f"biases of shape {vbias.shape} and {hbias.shape} for weights of shape {W.shape}: "
            "expected (n, n_visible), (n, n_hidden) and (n_visible, n_hidden)"
        )
    anneal = _Annealing(W, seed)
    size = max(1, AT_ONCE // n_chains)
    with spinner("annealing"):
        logs = [
            anneal(vbias[i : i + size], hbias[i : i + size], n_chains, n_steps)
            for i in range(0, len(vbias), size)
        ]
    weights = np.concatenate(logs)  # (n, n_chains)
    value = scipy.special.logsumexp(weights, axis=1) - np.log(n_chains)
    spread = np.exp(weights - weights.max(axis=1, keepdims=True))
    return LogPartition(value, spread.std(axis=1) / spread.mean(axis=1) / np.sqrt(n_chains))


class _Annealing:
    """The chains of some machines with the weights W (n_visible, n_hidden), compiled once."""

    def __init__(self, W: np.ndarray, seed: int):
        self.W, streams = W, Streams(seed)
        shared = [pytensor.shared(as_floatX(np.zeros((1, n)))) for n in (W.shape[0], *W.shape)]
        self.base, self.vbias, self.hbias = shared
        self.h = pytensor.shared(as_floatX(np.zeros((1, W.shape[1]))))
        self.log_weight = pytensor.shared(as_floatX(np.zeros(1)))
        w, old, new = pytensor.shared(W), pt.scalar("old"), pt.scalar("new")

        def biases(beta):
            """Of the visible units at a temperature."""
            return (1 - beta) * self.base + beta * self.vbias

        def log_p(beta):
            """Of h, but for the partition function; the visible units are summed out, (n,)."""
            scores = biases(beta) + beta * (self.h @ w.T)
            return beta * (self.h * self.hbias).sum(axis=1) + pt.softplus(scores).sum(axis=1)

        end = gibbs_chain(streams, self.h, new * w, new * self.hbias, biases(new), 1)[2]
        grown = self.log_weight + log_p(new) - log_p(old)
        updates = {self.h: end, self.log_weight: grown}
        self._step = function([old, new], updates=updates, name="a step of annealing")
        half = streams.bernoulli(0.5, self.h)
        self._start = function([], updates={self.h: half}, name="the start of annealing")

    def __call__(self, vbias, hbias, n_chains: int, n_steps: int) -> np.ndarray:
        """Logarithms of the weights of all chains, (n, n_chains), Z where all is independent in."""
        softplus = np.logaddexp(0, hbias[:, None, :] + self.W) - np.logaddexp(0, hbias)[:, None, :]
        base = as_floatX(vbias + softplus.sum(axis=2))
        rows = zip((self.base, self.vbias, self.hbias), (base, vbias, hbias), strict=True)
        for variable, values in rows:
            variable.set_value(np.repeat(values, n_chains, axis=0))
        self.h.set_value(np.zeros_like(self.hbias.get_value()))
        self.log_weight.set_value(as_floatX(np.zeros(len(vbias) * n_chains)))
        self._start()
        betas = as_floatX(np.linspace(0, 1, n_steps + 1))
        for old, new in pairwise(betas):
            self._step(old, new)
        start = self.W.shape[1] * np.log(2) + np.logaddexp(0, base.astype("float64")).sum(axis=1)
        weights = np.asarray(self.log_weight.get_value(), "float64").reshape(len(vbias), n_chains)
        return start[:, None] + weights
