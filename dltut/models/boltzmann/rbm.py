"""The restricted Boltzmann machine, trained by contrastive divergence."""

from collections.abc import Callable
from dataclasses import InitVar
from typing import NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad

from dltut.layers import Network, parameter
from dltut.layers.parameter import joined
from dltut.machine.remember import remember
from dltut.machine.rng import Streams, seed_from
from dltut.machine.shared import shared_zeros
from dltut.models.boltzmann.pseudo_likelihood import pseudo_likelihood, scattered_bits
from dltut.models.boltzmann.units import visible_units
from dltut.nn import init
from dltut.nn.gibbs import gibbs_chain
from dltut.optim import sgd


class GibbsSample(NamedTuple):
    """Where a Gibbs chain has come to: what v was drawn from before the sigmoid, v, and h."""

    v_scores: pt.TensorVariable  # (batch, n_visible)
    v: pt.TensorVariable
    h: pt.TensorVariable  # (batch, n_hidden)


class RBM(Network):
    r"""Two layers of units, each independent given the other, with a probability for every state.

    .. math:: E(v, h) = -v b - h c - v W h^T, \qquad p(v, h) = e^{-E(v, h)} / Z

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the seed of the streams unless those are given, then W.
    n_visible, n_hidden : int
        Units (inputs and features).
    W : array, shared variable or initializer, optional
        Shape (n_visible, n_hidden). Default: the tutorials' uniform rule for sigmoids.
    hbias, vbias : array, shared variable or initializer, optional
        c and b, shape (n_hidden,) and (n_visible,). Default zeros.
    visible : {"binary", "gaussian"}
        Bits, for which grey levels from 0 to 1 may stand as their means; or real numbers of
        variance 1, whose energy is :math:`\Vert v - b \Vert^2 / 2` in the place of :math:`-v b`.
    streams : Streams, optional
        What the samples are drawn from.
    name : str
        Prefix of the parameters' names.

    References
    ----------
    .. [1] Hinton (2002), Training products of experts by minimizing contrastive divergence.
    .. [2] Tieleman (2008), Training restricted Boltzmann machines using approximations to the
       likelihood gradient.
    .. [3] Deep Learning Tutorials, Restricted Boltzmann machines.

    Examples
    --------
    >>> import numpy as np
    >>> rbm = RBM(np.random.RandomState(123), n_visible=4, n_hidden=3)
    >>> rbm.free_energy(np.zeros((1, 4))).eval(mode="FAST_COMPILE").round(6)  # -3 ln 2
    array([-2.079442])
    """

    rng: InitVar
    n_visible: int = 784
    n_hidden: int = 500
    W: InitVar = None
    hbias: InitVar = None
    vbias: InitVar = None
    visible: str = "binary"
    streams: InitVar = None
    name: str = ""

    def __post_init__(self, rng, W, hbias, vbias, streams):
        self.units = visible_units(self.visible)
        self.streams = Streams(seed_from(rng)) if streams is None else streams
        n_visible, n_hidden = self.n_visible, self.n_hidden
        W = init.glorot_tutorial(pt.sigmoid) if W is None else W
        self.W = parameter(W, (n_visible, n_hidden), joined(self.name, "W"), rng)
        self.hbias = parameter(hbias, (n_hidden,), joined(self.name, "hbias"), rng)
        self.vbias = parameter(vbias, (n_visible,), joined(self.name, "vbias"), rng)

    @property
    def n_in(self) -> int:
        """Inputs: the visible units."""
        return self.n_visible

    def __call__(self, x, train: bool = False):
        """The features of x: probabilities of the hidden units, shape (batch, n_hidden)."""
        return self.propup(x)

    def energy(self, v, h):
        """Energy of each pair of states, shape (batch,)."""
        return self.units.energy(v, self.vbias) - (h * self.hidden_scores(v)).sum(axis=1)

    def free_energy(self, v):
        r"""Energy of v with the hidden units summed out, :math:`-\log \sum_h e^{-E(v, h)}`.

        Returns
        -------
        vector, shape (batch,)
            In nats. For bits :math:`-v b - \sum_j \log(1 + e^{(v W + c)_j})`.
        """
        return self.units.energy(v, self.vbias) - pt.softplus(self.hidden_scores(v)).sum(axis=1)

    def hidden_scores(self, v):
        """What the sigmoid of the hidden units is taken of, shape (batch, n_hidden)."""
        return v @ self.W + self.hbias

    def visible_scores(self, h):
        """What the mean of the visible units is taken of, shape (batch, n_visible)."""
        return h @ self.W.T + self.vbias

    def mean(self, v_scores):
        """Mean of the visible units: the sigmoid of the scores, or themselves if Gaussian."""
        return self.units.mean(v_scores)

    def propup(self, v):
        """Probability of each hidden unit given v."""
        return pt.sigmoid(self.hidden_scores(v))

    def propdown(self, h):
        """Mean of each visible unit given h."""
        return self.mean(self.visible_scores(h))

    def sample_h_given_v(self, v):
        """Hidden states, drawn with the probabilities that v gives them."""
        p = self.propup(v)
        return self.streams.bernoulli(p, p)

    def sample_v_given_h(self, h):
        """Visible states, drawn from their distribution given h."""
        return self.units.sample(self.streams, self.visible_scores(h))

    def gibbs_hvh(self, h) -> GibbsSample:
        """One step of Gibbs sampling from hidden states: draw v, then h."""
        v_scores = self.visible_scores(h)
        v = self.units.sample(self.streams, v_scores)
        return GibbsSample(v_scores, v, self.sample_h_given_v(v))

    def gibbs_vhv(self, v) -> GibbsSample:
        """One step of Gibbs sampling from visible states: draw h, then v."""
        h = self.sample_h_given_v(v)
        v_scores = self.visible_scores(h)
        return GibbsSample(v_scores, self.units.sample(self.streams, v_scores), h)

    def chain(self, h, n_steps: int) -> GibbsSample:
        """`gibbs_hvh` so many times in one compiled loop, which no gradient goes through.

        Parameters
        ----------
        h : matrix, shape (batch, n_hidden)
            Hidden states, one chain a row.
        n_steps : int
            At least 1.

        Raises
        ------
        InputError
            If there is no step.
        """
        weights = self.W, self.hbias, self.vbias
        return GibbsSample(*gibbs_chain(self.streams, h, *weights, n_steps, self.visible))

    def persistent_chain(self, batch_size: int):
        """A shared variable for the hidden states of so many chains, zeros at first."""
        return shared_zeros((batch_size, self.n_hidden), joined(self.name, "chain"))

    def cost(self, x, k: int = 1, persistent=None):
        r"""Mean free energy of the data minus that of states which k Gibbs steps lead to; scalar.

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)
        k : int
            Gibbs steps.
        persistent : shared variable, shape (n_chains, n_hidden), optional
            From `persistent_chain`: the chains go on where the last call left them (PCD), which is
            remembered. Without, they start from the data at each call (CD).

        Notes
        -----
        The chain's end is held constant: the gradient is that of the free energy at both places,
        an estimate of that of :math:`-\log p(x)`.
        """
        cost, end = self._contrast(x, k, persistent)
        return cost if persistent is None else remember(cost, persistent, end.h)

    def _contrast(self, x, k, persistent):
        """The cost, and where the chains have come to."""
        start = self.sample_h_given_v(x) if persistent is None else persistent
        end = self.chain(start, k)
        v = disconnected_grad(end.v)
        return self.free_energy(x).mean() - self.free_energy(v).mean(), end

    def cost_updates(self, x, learning_rate, k: int = 1, persistent=None, rule: Callable = sgd):
        """A number to watch, and the updates of a learning step.

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)
        learning_rate : float or shared scalar
        k, persistent
            See `cost`.
        rule : callable
            Of `dltut.optim`.

        Returns
        -------
        scalar
            CD: `reconstruction_cost` of the chain's end. PCD: `pseudo_likelihood` of one bit,
            another at each call until all had their turn; for Gaussian units the reconstruction
            from the hidden means.
        dict
            {shared variable: next value}
        """
        cost, end = self._contrast(x, k, persistent)
        updates = rule(cost, self.params, learning_rate)
        if persistent is None:
            return self.reconstruction_cost(x, end.v_scores), updates
        updates[persistent] = end.h
        if self.visible == "gaussian":
            return self.reconstruction_cost(x, self.visible_scores(self.propup(x))), updates
        number = pytensor.shared(np.int64(0), name=joined(self.name, "bit"))
        updates[number] = (number + 1) % self.n_visible
        return self.pseudo_likelihood(x, scattered_bits(number, self.n_visible)), updates

    def pseudo_likelihood(self, x, bit):
        """Log pseudo-likelihood of x, estimated from one bit, see `pseudo_likelihood`."""
        return pseudo_likelihood(self, x, bit)

    def reconstruction_cost(self, x, v_scores):
        """How badly the visible units of these scores match x: cross-entropy or squared error."""
        return self.units.reconstruction_cost(v_scores, x)
