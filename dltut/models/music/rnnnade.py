"""The RNN-NADE: each frame note by note, so that its likelihood is exact."""

import pytensor.tensor as pt

from dltut.kernels.nade import NadeScores
from dltut.models.music.remembering import Remembering, mean_over
from dltut.nn.loop import scan


class RNNNADE(Remembering):
    r"""Each note of a frame given those below it and all frames before.

    .. math::

        p(v_t \mid v_1, \ldots, v_{t-1}) &= \prod_i p(v_{ti} \mid v_{t1}, \ldots, v_{t,i-1},
            v_1, \ldots, v_{t-1}) \\
        p(v_{ti} = 1 \mid \ldots) &= \sigma\left((b_v^t)_i + V_i \, h_{ti}\right), \qquad
        h_{ti} = \sigma\left(b_h^t + \sum_{j<i} v_{tj} W_j\right)

    Parameters are those of `Remembering`. W and V are drawn with the deviation 0.01, the weights of
    the recurrence with 0.0001, and biases are 0.

    References
    ----------
    .. [1] Larochelle and Murray, The neural autoregressive distribution estimator, AISTATS 2011.
    .. [2] Boulanger-Lewandowski, Bengio and Vincent, Modeling temporal dependencies in
       high-dimensional sequences, ICML 2012.

    Examples
    --------
    >>> import numpy as np
    >>> RNNNADE(np.random.RandomState(1), n_visible=5, n_hidden=4, n_recurrent=3)
    RNNNADE(n_visible=5, n_hidden=4, n_recurrent=3): 103 parameters
      RNNNADE  W (5, 4), V (5, 4), bv (5,), bh (4,), Wuh (3, 4), Wuv (3, 5)  76
      Elman    Wvu (5, 3), Wuu (3, 3), bu (3,)                               27
    """

    def _frame_weights(self, rng):
        self.V = self._weights("V", self.n_visible, self.n_hidden, rng, 0.01)

    def log_likelihoods(self, frames, length):
        """Log-likelihood of each frame given those before it, in nats, and which are no padding.

        Parameters
        ----------
        frames : variable, shape (batch, time, n_visible)
        length : integer vector, shape (batch,)

        Returns
        -------
        two vectors, shape (time * batch,)
            The second is 1, or 0 for padding.
        """
        v, vbias, hbias, real = self.steps(frames, length)
        scores = vbias + NadeScores()(v, self.W, self.V, hbias)
        return (v * scores - pt.softplus(scores)).sum(axis=1), real

    def cost(self, frames, length):
        """The mean over all frames of their negative log-likelihood; scalar."""
        rows, real = self.log_likelihoods(frames, length)
        return -mean_over(rows, real)

    def measures(self, frames, length) -> dict:
        """Sums over a piece, means over the batch: the exact log-likelihood, and the frames."""
        rows, real = self.log_likelihoods(frames, length)
        n_pieces = length.shape[0].astype(real.dtype)
        return {
            "log_likelihood": (rows * real).sum() / n_pieces,
            "frames": real.sum() / n_pieces,
        }

    def sample(self, streams, vbias, hbias):
        """A frame for each row of biases, note after note.

        Parameters
        ----------
        streams : Streams
            What is drawn from.
        vbias, hbias : matrix, shape (n, n_visible) and (n, n_hidden)
        """

        def note(number, bias, W, V, a):
            """A note (n,), and the sums (n, n_hidden) behind it."""
            on = pt.lt(number, pt.sigmoid(bias + pt.sigmoid(a) @ V)).astype(a.dtype)
            return [a + on[:, None] * W, on]

        numbers = streams.uniform(vbias)
        return scan(note, [hbias, None], sequences=[numbers.T, vbias.T, self.W, self.V])[1].T
