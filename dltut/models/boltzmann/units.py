"""What the visible units of a Boltzmann machine may be: bits, or numbers with Gaussian noise."""

import pytensor.tensor as pt

from dltut.nn import binary_cross_entropy, squared_error
from dltut.nn.names import Names


class Binary:
    r"""Units that are 0 or 1: energy :math:`-v b`, on with probability sigmoid(scores)."""

    def energy(self, v, vbias):
        """The part of the energy that the hidden units do not enter, shape (batch,)."""
        return -(v @ vbias)

    def mean(self, scores):
        """The probability of 1."""
        return pt.sigmoid(scores)

    def sample(self, streams, scores):
        """Zeros and ones."""
        return streams.bernoulli(self.mean(scores), scores)

    def reconstruction_cost(self, scores, x):
        """Cross-entropy, summed over the units and averaged over the batch."""
        return binary_cross_entropy(scores, x)


class Gaussian:
    r"""Real numbers of variance 1: energy :math:`\Vert v - b\Vert^2 / 2`, normal around the scores.

    Notes
    -----
    Of the joint energy, what depends on v is

    .. math:: \frac{1}{2} \Vert v - b\Vert^2 - v W h
              = \frac{1}{2} \Vert v - (b + W h)\Vert^2 + \mathrm{a \; term \; without \;} v

    so :math:`p(v \mid h)` is normal with mean :math:`b + W h` and unit variance: give every input
    mean 0 and variance 1 before learning.

    References
    ----------
    .. [1] Hinton (2010), A practical guide to training restricted Boltzmann machines, section 13.2.
    """

    def energy(self, v, vbias):
        """The part of the energy that the hidden units do not enter, shape (batch,)."""
        return ((v - vbias) ** 2).sum(axis=1) / 2

    def mean(self, scores):
        """The scores themselves."""
        return scores

    def sample(self, streams, scores):
        """The mean and standard normal noise."""
        return scores + streams.normal(scores)

    def reconstruction_cost(self, scores, x):
        """Squared error, summed over the units and averaged over the batch."""
        return squared_error(scores, x)


def visible_units(name: str) -> Binary | Gaussian:
    """The units of a name: "binary" or "gaussian".

    Raises
    ------
    InputError
        If there are none of that name.
    """
    return Names("kind of visible units", binary=Binary, gaussian=Gaussian).function(name)()
