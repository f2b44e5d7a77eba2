"""The RNN-NADE: its likelihood is one, its samples follow it, it learns."""

import numpy as np
import pytensor.tensor as pt
import pytest
from models.music.oracle import batch, biases, small, states, values

from dltut import function
from dltut.machine.rng import Streams
from dltut.models import RNNNADE
from dltut.optim import sgd


def log_p(model, frame, vbias, hbias):
    """Note by note from the definition."""
    p, a, total = values(model), hbias, 0.0
    for i, on in enumerate(frame):
        score = vbias[i] + p["V"][i] @ (1 / (1 + np.exp(-a)))
        total -= np.logaddexp(0, -score if on else score)
        a = a + on * p["W"][i]
    return total


@pytest.fixture(scope="module")
def model():
    return small(RNNNADE)


@pytest.fixture(scope="module")
def likelihoods(model):
    given = pt.tensor3(dtype="float64"), pt.ivector()
    outputs = [*model.log_likelihoods(*given), model.cost(*given)]
    return function(given, [*outputs, *model.measures(*given).values()], mode="FAST_COMPILE")


def test_definition(model, likelihoods):
    frames, length = batch()
    rows, real, cost, total, n_frames = likelihoods(frames, length)
    pieces = [piece[:n] for piece, n in zip(frames, length, strict=True)]
    wanted = [
        [log_p(model, frame, *bias) for frame, bias in zip(each, biases(model, each), strict=True)]
        for each in pieces
    ]
    for piece in range(3):
        np.testing.assert_allclose(rows[piece::3][: length[piece]], wanted[piece])
    assert real.sum() == length.sum()
    everything = sum(map(sum, wanted))
    np.testing.assert_allclose(cost, -everything / length.sum())
    np.testing.assert_allclose([total, n_frames], [everything / 3, length.sum() / 3])


def test_probabilities_add_up(likelihoods):
    """Over all frames that may come third, after the same two."""
    ends = states(5)
    frames = np.zeros((32, 3, 5))
    frames[:, 0, [0, 2]] = frames[:, 1, 1] = 1
    frames[:, 2] = ends
    rows, *_ = likelihoods(frames, np.full(32, 3, "int32"))
    np.testing.assert_allclose(np.exp(rows.reshape(3, 32)[2]).sum(), 1)


def test_samples(model):
    n = 20_000
    [_, bias] = biases(model, np.array([[1, 0, 1, 0, 0], [0] * 5]))
    rows = [np.tile(each, (n, 1)) for each in bias]
    draw = function([], model.sample(Streams(3), *map(pt.as_tensor, rows)))
    counts = np.bincount((draw() @ 2 ** np.arange(5)).astype(int), minlength=32)
    p = np.exp([log_p(model, frame, *bias) for frame in states(5)])
    assert (np.abs(counts / n - p) / np.sqrt(p * (1 - p) / n)).max() < 4.5


def test_learns():
    frames = np.zeros((1, 20, 5))
    frames[0, ::2, :2], frames[0, 1::2, 3:] = 1, 1
    given = pt.tensor3(), pt.ivector()
    model = small(RNNNADE, scale=0.05)
    cost = model.cost(*given)
    step = function(given, cost, sgd(cost, model.params, 0.3))
    costs = [step(frames, np.array([20], "int32")) for _ in range(300)]
    assert costs[0] > 3 and costs[-1] < 0.15
