"""What the models of music share: units that remember give every frame biases of its own."""

from dataclasses import InitVar
from typing import NamedTuple

import pytensor.tensor as pt

from dltut.layers import Elman, Network, parameter
from dltut.layers.parameter import joined
from dltut.machine.rng import Streams, seed_from
from dltut.nn import init
from dltut.nn.loop import run
from dltut.nn.sequences import places, trimmed


class Steps(NamedTuple):
    """The frames of a batch as rows, step after step, with what the past says of each."""

    v: pt.TensorVariable  # (time * batch, n_visible)
    vbias: pt.TensorVariable  # (time * batch, n_visible)
    hbias: pt.TensorVariable  # (time * batch, n_hidden)
    real: pt.TensorVariable  # (time * batch,), 1, or 0 for padding


class Remembering(Network):
    r"""Biases that depend on all frames before: the half that the models of music share.

    .. math::

        u_t &= \tanh(b_u + v_t W_{vu} + u_{t-1} W_{uu}), \qquad u_0 = 0 \\
        b_v^t &= b_v + u_{t-1} W_{uv} \\
        b_h^t &= b_h + u_{t-1} W_{uh}

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the seed of the streams, then the weights.
    n_visible : int
        Notes.
    n_hidden : int
        Units of the distribution of a frame.
    n_recurrent : int
        Units that remember, u.
    streams : Streams, optional
        What samples are drawn from while learning.
    name : str
        Prefix of the parameters' names.
    """

    rng: InitVar
    n_visible: int = 88
    n_hidden: int = 150
    n_recurrent: int = 100
    streams: InitVar = None
    name: str = ""

    def __post_init__(self, rng, streams):
        self.streams = Streams(seed_from(rng)) if streams is None else streams
        n_visible, n_hidden, n_recurrent = self.n_visible, self.n_hidden, self.n_recurrent
        self.W = self._weights("W", n_visible, n_hidden, rng, 0.01)
        self._frame_weights(rng)
        self.bv = parameter(None, (n_visible,), joined(self.name, "bv"))
        self.bh = parameter(None, (n_hidden,), joined(self.name, "bh"))
        self.Wuh = self._weights("Wuh", n_recurrent, n_hidden, rng)
        self.Wuv = self._weights("Wuv", n_recurrent, n_visible, rng)
        weights = {
            "W": self._weights("Wvu", n_visible, n_recurrent, rng),
            "U": self._weights("Wuu", n_recurrent, n_recurrent, rng),
            "b": parameter(None, (n_recurrent,), joined(self.name, "bu")),
        }
        self.cell = Elman(rng, n_visible, n_recurrent, **weights)

    def steps(self, frames, length) -> Steps:
        """The rows of a batch, with the biases that the frames before give to each.

        Parameters
        ----------
        frames : variable, shape (batch, time, n_visible)
            Silent after the end of a piece.
        length : integer vector, shape (batch,)
            Frames of each piece.
        """
        real = pt.lt(places(frames, axis=1)[None, :], length[:, None]).astype("int32")
        real, v = (each.swapaxes(0, 1) for each in trimmed(real, frames))  # (time, batch, ...)
        u = run(self.cell, v[:-1])[0]
        u = pt.concatenate([self.cell.start(frames.shape[0])[0][None], u])  # u_(t-1)
        vbias, hbias = self.biases(u.reshape((-1, self.n_recurrent)))
        return Steps(v.reshape((-1, self.n_visible)), vbias, hbias, real.ravel().astype(u.dtype))

    def biases(self, u) -> tuple:
        """Those of the frame behind each row of u (n, n_recurrent): of notes, of hidden units."""
        return self.bv + u @ self.Wuv, self.bh + u @ self.Wuh

    def sample(self, streams: Streams, vbias, hbias):
        """A frame drawn for each row of biases, (n, n_visible).

        Parameters
        ----------
        streams : Streams
            What is drawn from.
        vbias, hbias : matrix, shape (n, n_visible) and (n, n_hidden)
        """
        raise NotImplementedError

    def _frame_weights(self, rng) -> None:
        """Make more weights of the distribution of a frame, where there are more."""

    def _weights(self, name, n_in, n_out, rng, deviation=0.0001):
        return parameter(init.normal(deviation), (n_in, n_out), joined(self.name, name), rng)


def mean_over(rows, real):
    """The mean of rows (n,) over those that are real, no padding; scalar."""
    return (rows * real).sum() / real.sum()
