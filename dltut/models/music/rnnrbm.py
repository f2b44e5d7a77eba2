"""The RNN-RBM: a restricted Boltzmann machine for every frame, its biases from those before."""

from collections.abc import Callable

import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad

from dltut.models.boltzmann.pseudo_likelihood import scattered_bits
from dltut.models.music.remembering import Remembering, mean_over
from dltut.nn.gibbs import gibbs_chain
from dltut.nn.sequences import places
from dltut.optim import sgd


class RNNRBM(Remembering):
    r"""A restricted Boltzmann machine at each step, whose biases the frames before have moved.

    .. math::

        p(v_1, \ldots, v_T) &= \prod_t p(v_t \mid v_1, \ldots, v_{t-1}) \\
        p(v_t \mid v_1, \ldots, v_{t-1}) &= \frac{1}{Z_t} \exp\left(v_t b_v^t
            + \sum_j \log\left(1 + e^{(b_h^t + v_t W)_j}\right)\right)

    Parameters are those of `Remembering`. W is drawn with the deviation 0.01, the weights of the
    recurrence with 0.0001, and biases are 0.

    References
    ----------
    .. [1] Boulanger-Lewandowski, Bengio and Vincent, Modeling temporal dependencies in
       high-dimensional sequences, ICML 2012.
    .. [2] Deep Learning Tutorials, Modeling and generating sequences of polyphonic music with the
       RNN-RBM.

    Examples
    --------
    >>> import numpy as np
    >>> RNNRBM(np.random.RandomState(1), n_visible=5, n_hidden=4, n_recurrent=3)
    RNNRBM(n_visible=5, n_hidden=4, n_recurrent=3): 83 parameters
      RNNRBM  W (5, 4), bv (5,), bh (4,), Wuh (3, 4), Wuv (3, 5)  56
      Elman   Wvu (5, 3), Wuu (3, 3), bu (3,)                     27
    """

    def free_energy(self, v, vbias, hbias):
        """Of each row of v, with the biases of its frame, in nats; shape (n,).

        Parameters
        ----------
        v : matrix, shape (n, n_visible)
        vbias, hbias : matrix, shape (n, n_visible) and (n, n_hidden)
        """
        return -(v * vbias).sum(axis=1) - pt.softplus(v @ self.W + hbias).sum(axis=1)

    def chain(self, streams, v, vbias, hbias, k: int):
        """K Gibbs steps from each row: the scores of the last v, and v; no gradient goes through.

        Parameters
        ----------
        streams : Streams
        v : matrix, shape (n, n_visible)
            Where the chains start.
        vbias, hbias : matrix, shape (n, n_visible) and (n, n_hidden)
        k : int
            At least 1.
        """
        p = pt.sigmoid(v @ self.W + hbias)
        h = streams.bernoulli(p, p)
        return gibbs_chain(streams, h, self.W, hbias, vbias, k)[:2]

    def cost(self, frames, length, k: int = 15):
        """Mean free energy of the frames minus that of the ends of their chains: CD-k; scalar.

        Parameters
        ----------
        frames : variable, shape (batch, time, n_visible)
        length : integer vector, shape (batch,)
        k : int
            Gibbs steps from each frame.
        """
        return self._contrast(self.steps(frames, length), k)[0]

    def cost_updates(self, frames, length, learning_rate, k: int = 15, rule: Callable = sgd):
        """A number to watch, and the updates of a learning step.

        Parameters
        ----------
        frames : variable, shape (batch, time, n_visible)
        length : integer vector, shape (batch,)
        learning_rate : float or shared scalar
        k : int
            Gibbs steps from each frame.
        rule : callable
            Of `dltut.optim`.

        Returns
        -------
        scalar
            The cross-entropy of the frames and the ends of their chains, in nats a frame. Its
            negative is what the tutorial prints; here it comes from the scores, so that it is
            finite.
        dict
            {shared variable: next value}
        """
        steps = self.steps(frames, length)
        cost, scores = self._contrast(steps, k)
        return self._cross_entropy(steps, scores), rule(cost, self.params, learning_rate)

    def measures(self, frames, length) -> dict:
        """Sums over a piece, means over the batch: the log pseudo-likelihood, and the frames.

        Each frame is asked for one note, the next for another: nothing depends on chance.
        """
        v, vbias, hbias, real = self.steps(frames, length)
        n_pieces = length.shape[0].astype(real.dtype)
        note = scattered_bits(places(v), self.n_visible)
        chosen = pt.eq(note[:, None], pt.arange(self.n_visible))  # (n, n_visible)
        flipped = pt.where(chosen, 1 - v, v)
        rise = self.free_energy(flipped, vbias, hbias) - self.free_energy(v, vbias, hbias)
        return {
            "pseudo_likelihood": -self.n_visible * (pt.softplus(-rise) * real).sum() / n_pieces,
            "frames": real.sum() / n_pieces,
        }

    def sample(self, streams, vbias, hbias, k: int = 25):
        """A frame for each row of biases: k Gibbs steps from silence.

        Parameters
        ----------
        streams : Streams
            What is drawn from.
        vbias, hbias : matrix, shape (n, n_visible) and (n, n_hidden)
        k : int
            At least 1.
        """
        silence = pt.zeros_like(vbias)
        return self.chain(streams, silence, vbias, hbias, k)[1]

    def _contrast(self, steps, k):
        v, vbias, hbias, real = steps
        scores, end = self.chain(self.streams, v, vbias, hbias, k)
        fall = self.free_energy(v, vbias, hbias) - self.free_energy(
            disconnected_grad(end), vbias, hbias
        )
        return mean_over(fall, real), scores

    def _cross_entropy(self, steps, scores):
        lost = pt.softplus(scores) - steps.v * scores
        return mean_over(lost.sum(axis=1), steps.real)
