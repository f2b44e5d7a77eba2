"""The RNN-RBM: its energies, what contrastive divergence follows, what is watched, samples."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from models.music.oracle import SIZES, batch, biases, small, states

from dltut import function
from dltut.machine.rng import Streams
from dltut.models import RNNRBM


def log_p(model, v, vbias, hbias):
    """log p(v) of all rows by summing over all states of both layers."""
    W = model.W.get_value()

    def free(rows):
        return rows @ vbias + np.logaddexp(0, rows @ W + hbias).sum(axis=1)

    return free(v) - np.logaddexp.reduce(free(states(SIZES["n_visible"])))


@pytest.fixture(scope="module")
def model():
    return small(RNNRBM)


def test_free_energy(model):
    """Against the sum over all hidden states of the energy's definition."""
    v, (vbias, hbias) = states(5), next(biases(model, states(5)[:1]))
    W, h = model.W.get_value(), states(4)
    energies = -(v @ vbias)[:, None] - h @ hbias - v @ W @ h.T
    rows = (np.tile(each, (len(v), 1)) for each in (vbias, hbias))
    found = model.free_energy(pt.as_tensor(v), *map(pt.as_tensor, rows)).eval()
    np.testing.assert_allclose(found, -np.log(np.exp(-energies).sum(axis=1)))


def test_divergence_follows_the_likelihood(model):
    """Where chains have forgotten their start, its mean is the gradient of the likelihood."""
    frames, length = batch((3, 2), 3)
    given = pt.tensor3(), pt.ivector()
    many = 3000
    gradient = function(given, pytensor.grad(model.cost(*given, k=30), model.bv))
    lots = np.tile(frames, (many, 1, 1)), np.tile(length, many)
    found = gradient(*lots)
    v, wanted = states(5), np.zeros(5)
    for piece, n in zip(frames, length, strict=True):
        for frame, (vbias, hbias) in zip(piece[:n], biases(model, piece[:n]), strict=True):
            p = np.exp(log_p(model, v, vbias, hbias))
            wanted += p @ v - frame
    np.testing.assert_allclose(found, wanted / length.sum(), atol=0.03)


def test_cross_entropy_is_finite_and_without_padding(model):
    frames, length = batch((3, 1), 8)
    given = pt.tensor3(), pt.ivector()
    far = small(RNNRBM, scale=300.0)
    for each in (model, far):
        cost, updates = each.cost_updates(*given, 0.1, k=2)
        f = function(given, cost, updates={})
        assert np.isfinite(f(frames, length)) and len(updates) == 8
    cost = function(given, model.cost_updates(*given, 0.1, k=1)[0])
    silent = np.concatenate([frames, np.zeros((1, 8, 5))]), np.append(length, 0).astype("int32")
    assert 0 < cost(*silent) < 10


def test_pseudo_likelihood(model):
    """One note a frame, against conditional probabilities from the sum over all states."""
    frames, length = batch((5, 2), 5)
    given = pt.tensor3(), pt.ivector()
    found = function(given, [*model.measures(*given).values()])(frames, length)
    total = 0.0
    for piece, n in enumerate(length):
        rows = zip(frames[piece, :n], biases(model, frames[piece, :n]), strict=True)
        for t, (frame, bias) in enumerate(rows):
            note = (t * len(length) + piece) * 3 % 5  # 3 is near 0.618 of 5
            flipped = frame.copy()
            flipped[note] = 1 - frame[note]
            one, other = log_p(model, np.stack([frame, flipped]), *bias)
            total += 5 * (one - np.logaddexp(one, other))
    np.testing.assert_allclose(found, [total / 2, length.sum() / 2])


def test_samples(model):
    """After many steps from silence: each state as often as the sum over all states says."""
    n = 20_000
    [_, bias] = biases(model, np.array([[1, 0, 1, 0, 0], [0] * 5]))
    rows = [np.tile(each, (n, 1)) for each in bias]
    draw = function([], model.sample(Streams(3), *map(pt.as_tensor, rows), k=40))
    counts = np.bincount((draw() @ 2 ** np.arange(5)).astype(int), minlength=32)
    p = np.exp(log_p(model, states(5), *bias))
    assert (np.abs(counts / n - p) / np.sqrt(p * (1 - p) / n)).max() < 4.5


def test_learns():
    """Two chords in turn: the cross-entropy falls, and the next chord becomes likely."""
    frames = np.zeros((1, 20, 5))
    frames[0, ::2, :2], frames[0, 1::2, 3:] = 1, 1
    given = pt.tensor3(), pt.ivector()
    model = small(RNNRBM, scale=0.05)
    cost, updates = model.cost_updates(*given, 0.3, k=3)
    step = function(given, cost, updates)
    costs = [step(frames, np.array([20], "int32")) for _ in range(400)]
    assert np.mean(costs[-20:]) < 0.25 * np.mean(costs[:20])
    *_, bias = biases(model, frames[0])
    assert np.exp(log_p(model, frames[0, -1:], *bias)) > 0.7
