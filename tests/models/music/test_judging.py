"""Likelihoods by annealing against exact ones, accuracies against counts."""

import numpy as np
import pytest
from models.music.oracle import batch, biases, small
from models.music.test_rnnrbm import log_p

from dltut.exceptions import InputError
from dltut.models import RNNNADE, RNNRBM, frame_accuracy, log_likelihood
from dltut.models.music.judging import frame_rows


def test_log_likelihood():
    """Every frame has a partition function of its own."""
    model, (frames, length) = small(RNNRBM), batch()
    wanted = [
        log_p(model, frame[None], *bias)[0]
        for piece, n in zip(frames, length, strict=True)
        for frame, bias in zip(piece[:n], biases(model, piece[:n]), strict=True)
    ]
    found = log_likelihood(model, frames, length, n_chains=100, n_steps=100)
    assert found.n_frames == 11 and 0 < found.deviation < 0.03
    assert abs(found.mean - np.mean(wanted)) < 4 * found.deviation
    some = log_likelihood(model, frames, length, n_chains=10, n_steps=10, most_frames=4)
    assert some.n_frames == 4 and some.deviation > found.deviation


def test_rows_in_the_order_of_the_pieces():
    model, (frames, length) = small(RNNNADE), batch((2, 3, 1), 4)
    v, vbias, hbias = frame_rows(model, frames, length, at_once=2)
    np.testing.assert_array_equal(v, np.concatenate([frames[i, :n] for i, n in enumerate(length)]))
    assert vbias.shape == (6, 5) and hbias.shape == (6, 4)
    with pytest.raises(InputError, match="a length for each"):
        frame_rows(model, frames, length[:2])


@pytest.mark.parametrize("bias, wanted", [(50, 4 / 15), (-50, 0.0)])
def test_accuracy(bias, wanted):
    """A model that always draws all notes, and one that draws none."""
    model = small(RNNNADE, scale=0.01)
    next(each for each in model.params if each.name == "bv").set_value(np.full(5, bias, float))
    frames = np.zeros((2, 2, 5))
    frames[0, :, :2] = 1
    assert frame_accuracy(model, frames, np.array([2, 1])) == pytest.approx(wanted)
