"""How well a model of music expects what comes: log-likelihood and accuracy of its frames."""

from typing import NamedTuple

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.machine.checks import check_counts
from dltut.machine.rng import Streams
from dltut.machine.shared import as_floatX
from dltut.models.boltzmann.annealing import log_partition
from dltut.models.music.rnnrbm import RNNRBM


class Likelihood(NamedTuple):
    """Nats a frame; by how much chance moves it (a standard deviation); over how many frames."""

    mean: float
    deviation: float
    n_frames: int

    def __str__(self) -> str:
        within = f"standard deviation {self.deviation:.3f}"
        return f"{self.mean:.3f} nats a frame ({self.n_frames:,} frames, {within})"


def log_likelihood(
    model: RNNRBM,
    frames: np.ndarray,
    length: np.ndarray,
    n_chains: int = 100,
    n_steps: int = 1000,
    most_frames: int | None = None,
    seed: int = 1234,
) -> Likelihood:
    r"""The mean log-likelihood of a frame given those before it, by annealed importance sampling.

    Parameters
    ----------
    model : RNNRBM
    frames : array, shape (n, longest, n_visible)
        Such as ``data.test.frames``.
    length : array, shape (n,)
    n_chains, n_steps : int
        For each frame's partition function, see `dltut.models.log_partition`.
    most_frames : int, optional
        Estimate it for so many frames only, drawn from all. Default: for all.
    seed : int

    Returns
    -------
    Likelihood
        Its deviation is that of the chains alone, and where frames are drawn that of the draw, too.

    Notes
    -----
    Every frame has biases of its own, and therefore a partition function of its own. The logarithm
    of each is on average estimated too low, see `log_partition`, and the likelihood too high: let
    the chains and steps double until it stays.
    """
    v, vbias, hbias = frame_rows(model, frames, length)
    n, rng = len(v), np.random.default_rng(seed)
    if most_frames is not None:
        check_counts("frames", most_frames=most_frames)
        chosen = np.sort(rng.choice(n, min(n, most_frames), replace=False))
        v, vbias, hbias = v[chosen], vbias[chosen], hbias[chosen]
    W = np.asarray(model.W.get_value())
    value, deviation = log_partition(W, vbias, hbias, n_chains, n_steps, seed)
    scores = hbias.astype("float64") + v @ W
    rows = (v * vbias).sum(axis=1) + np.logaddexp(0, scores).sum(axis=1) - value
    variance = (deviation**2).mean() / len(v)
    if len(v) < n:
        variance += rows.var() / len(v)
    return Likelihood(float(rows.mean()), float(np.sqrt(variance)), len(v))


def frame_accuracy(
    model, frames: np.ndarray, length: np.ndarray, n_draws: int = 1, seed: int = 1234
) -> float:
    r"""Expected accuracy of the notes that a model draws for each frame, given those before it.

    .. math:: \frac{TP}{TP + FP + FN}

    Parameters
    ----------
    model : RNNRBM or RNNNADE
    frames : array, shape (n, longest, n_visible)
    length : array, shape (n,)
    n_draws : int
        Frames drawn in the place of each.
    seed : int

    Returns
    -------
    float
        Notes drawn that sound, over all that are drawn or sound, in all frames together.

    References
    ----------
    .. [1] Bay, Ehmann and Downie, Evaluation of multiple-F0 estimation and tracking systems, ISMIR
       2009.
    """
    v, vbias, hbias = frame_rows(model, frames, length)
    given = pt.matrix("vbias"), pt.matrix("hbias")
    draw = function(given, model.sample(Streams(seed), *given), name="frames to compare")
    right = either = 0
    for _ in range(n_draws):
        for start in range(0, len(v), 2000):
            rows = slice(start, start + 2000)
            drawn, sounding = np.asarray(draw(vbias[rows], hbias[rows])) > 0.5, v[rows] > 0.5
            right += int((drawn & sounding).sum())
            either += int((drawn | sounding).sum())
    return right / max(either, 1)


def frame_rows(model, frames: np.ndarray, length: np.ndarray, at_once: int = 20) -> tuple:
    """All frames of some pieces as rows, and the biases that the frames before give to each.

    Parameters
    ----------
    model : RNNRBM or RNNNADE
    frames : array, shape (n, longest, n_visible)
    length : array, shape (n,)
    at_once : int
        Pieces taken together.

    Returns
    -------
    three arrays, shape (n_frames, n_visible), (n_frames, n_visible) and (n_frames, n_hidden)
        In the order of the pieces, each step after step.

    Raises
    ------
    InputError
        If there is not a length for each piece.
    """
    if frames.ndim != 3 or len(frames) != len(length):
        raise InputError(
            f"frames of shape {frames.shape} and {len(length)} lengths: expected (n, longest, "
            "n_notes) and a length for each"
        )
    given = pt.tensor3("frames"), pt.ivector("length")
    steps = function(given, list(model.steps(*given)), name="the frames' biases")
    found = []
    for start in range(0, len(frames), at_once):
        lengths = np.asarray(length[start : start + at_once], "int32")
        *rows, _ = steps(as_floatX(frames[start : start + at_once]), lengths)
        for piece, n in enumerate(lengths):
            found.append([np.asarray(each)[piece :: len(lengths)][:n] for each in rows])
    return tuple(np.concatenate(each) for each in zip(*found, strict=True))
