"""New music: frame after frame drawn from what a model expects."""

import numpy as np
import pytensor.tensor as pt

from dltut.machine.backend import function
from dltut.machine.checks import check_counts
from dltut.machine.rng import Streams
from dltut.machine.shared import as_floatX, shared_zeros


def compose(
    model, n_steps: int = 200, start: np.ndarray | None = None, n_pieces: int = 1, seed: int = 1234
) -> np.ndarray:
    """Frames that a model of music draws, each given those before it.

    Parameters
    ----------
    model : RNNRBM or RNNNADE
    n_steps : int
        Frames to draw.
    start : array, shape (n_frames, n_visible), optional
        What the pieces go on from; it is not part of the result.
    n_pieces : int
        How many.
    seed : int
        Of all draws.

    Returns
    -------
    array of 0 and 1, shape (n_pieces, n_steps, n_visible)

    Examples
    --------
    >>> from dltut.models import RNNNADE
    >>> model = RNNNADE(np.random.RandomState(1), n_visible=5, n_hidden=4, n_recurrent=3)
    >>> compose(model, n_steps=6, n_pieces=2).shape
    (2, 6, 5)
    """
    return Composer(model, n_pieces, seed)(n_steps, start)


class Composer:
    """`compose` for several pieces after one another, compiled once.

    Parameters
    ----------
    model : RNNRBM or RNNNADE
    n_pieces : int
        At a time.
    seed : int
        Of the draws of each call.
    """

    def __init__(self, model, n_pieces: int = 1, seed: int = 1234):
        check_counts("pieces", n_pieces=n_pieces)
        self.model, self.seed = model, seed
        self.u = shared_zeros((n_pieces, model.n_recurrent), "u")
        self._streams = Streams(seed)
        frame = model.sample(self._streams, *model.biases(self.u))
        self._draw = function([], frame, name="the next frame")
        v = pt.matrix("v")
        after = {self.u: model.cell.step(model.cell.prepare(v[None])[0], self.u)[0]}
        self._hear = function([v], updates=after, name="what is remembered")

    def __call__(self, n_steps: int, start: np.ndarray | None = None) -> np.ndarray:
        """New frames (n_pieces, n_steps, n_visible) that follow `start`, from the first draw on."""
        check_counts("frames", n_steps=n_steps)
        n_pieces = len(self.u.get_value())
        self.u.set_value(np.zeros_like(self.u.get_value()))
        for number, state in enumerate(self._streams.states):
            state.set_value(np.array([self.seed, number, 0], "uint32"))
        for frame in () if start is None else as_floatX(start):
            self._hear(np.tile(frame, (n_pieces, 1)))
        frames = []
        for _ in range(n_steps):
            frames.append(np.asarray(self._draw()))
            self._hear(as_floatX(frames[-1]))
        return np.stack(frames, axis=1)
