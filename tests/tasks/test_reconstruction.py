"""What an autoencoder gives back of its input, in words and beside it."""

from types import SimpleNamespace

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy.special import expit

from dltut import function
from dltut.datasets.kinds import Numbers, Pictures
from dltut.models import RBM, Autoencoder, dA
from dltut.tasks import Reconstruction, read_examples

TASK = Reconstruction(Pictures((1, 3, 4)))


def test_the_cost_against_numpy(rng):
    scores, x = rng.normal(size=(5, 12)), rng.random((5, 12))
    s, t = pt.matrices("scores", "x")
    cost, measure = function([s, t], [TASK.cost(s, t), TASK.measures(s, t)[TASK.watch]])(scores, x)
    z = expit(scores)
    assert cost == measure
    assert cost == pytest.approx(-(x * np.log(z) + (1 - x) * np.log(1 - z)).sum(axis=1).mean())


@pytest.mark.parametrize("kind", [Autoencoder, RBM])
def test_the_answer_is_the_input_and_what_is_given_back(kind, rng):
    model, x = kind(rng, 12, 5), rng.random((3, 12))
    W = model.W.get_value()
    answers = TASK.answers(model, x)
    np.testing.assert_allclose(answers[:, 0], x)
    np.testing.assert_allclose(answers[:, 1], expit(expit(x @ W) @ W.T), rtol=1e-5)
    off = np.abs(x[0] - answers[0, 1]).mean()
    assert TASK.line(answers[0]) == f"given back, {off:.3g} off on average"
    assert len(TASK.row(answers[0])) == 12


def test_noise_is_shown_where_there_was_some(rng):
    model, split = dA(rng, 12, 5), SimpleNamespace(x=rng.random((20, 12)))
    heights = {}
    for level in (0.0, 0.3):
        task = Reconstruction(Pictures((1, 3, 4)), corruption_level=level)
        [(name, picture)] = task.pictures(model, split).items()
        assert name == "reconstructions.png" and np.asarray(picture).std() > 20
        heights[level] = picture.height
    assert heights[0.3] > 1.2 * heights[0.0]  # a row of corrupted inputs more


def test_rows_of_a_table_are_not_drawn(rng):
    task = Reconstruction(Numbers(tuple("abcdefghijkl")))
    assert task.pictures(dA(rng, 12, 5), SimpleNamespace(x=rng.random((20, 12)))) == {}
    [answer] = task.answers(dA(rng, 12, 5), np.zeros((1, 12)))
    assert list(task.row(answer)) == list("abcdefghijkl")


def test_the_picture_of_one():
    [example] = read_examples(np.linspace(0, 1, 12), TASK.inputs)
    same, dark = (
        np.asarray(TASK.picture(example, np.stack([example.x.ravel(), back])))
        for back in (example.x.ravel(), np.zeros(12))
    )
    differ = np.argwhere((same != dark).any(axis=2))
    assert differ[:, 1].min() > 0.6 * same.shape[1]  # the last of three pictures
