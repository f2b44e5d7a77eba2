"""Taggers: windows, the Elman network against a loop in NumPy, padding, unknown words."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.special import expit

from dltut import function
from dltut.datasets.slots import context_window
from dltut.exceptions import InputError
from dltut.models import BidirectionalTagger, WindowTagger
from dltut.models.tagger import windows_of
from dltut.optim import max_norm, sgd

WORDS = np.array([[3, 5, 2, 4, 0, 0], [6, 2, 0, 0, 0, 0]], dtype="int32")


@pytest.fixture(autouse=True)
def quick():
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        yield


def scores_of(model):
    words = pt.imatrix("words")
    return function([words], model(words))


def test_windows_are_those_of_the_data():
    words = pt.imatrix("words")
    windows = function([words], windows_of(words, 5))(WORDS)
    assert windows.tolist() == [context_window(row, 5) for row in WORDS.tolist()]


def test_the_published_network_against_numpy():
    model = WindowTagger(np.random.RandomState(345), 7, 3, n_embedding=4, window=3, n_hidden=5)
    E, W, U, b, h, V, c = (each.get_value() for each in model.params)
    assert abs(E).max() <= 0.2 and abs(V).max() <= 0.2 and not (b.any() or h.any() or c.any())
    scores = scores_of(model)(WORDS)
    assert scores.shape == (2, 4, 3)  # no wider than the longest sentence
    for row, n, found in zip(WORDS, (4, 2), scores, strict=True):
        state = h
        for t, window in enumerate(context_window(row[:n].tolist(), 3)):
            state = expit(E[window].ravel() @ W + state @ U + b)
            np.testing.assert_allclose(found[t], state @ V + c)


def test_first_weights_come_in_the_published_order():
    model = WindowTagger(np.random.RandomState(345), 7, 3, n_embedding=4, window=3, n_hidden=5)
    rng = np.random.RandomState(345)
    for param, shape in (("words.W", (7, 4)), ("hidden.W", (12, 5)), ("hidden.U", (5, 5))):
        value = next(each for each in model.params if each.name == param).get_value()
        np.testing.assert_allclose(value, rng.uniform(-0.2, 0.2, shape))


def test_embeddings_have_length_one_after_each_update():
    model = WindowTagger(np.random.RandomState(345), 7, 3, n_embedding=4, window=3, n_hidden=5)
    words = pt.imatrix("words")
    E = model.embedding.W
    updates = sgd((model(words) ** 2).mean(), model.params, 0.1)
    step = function([words], [], max_norm(updates, [E], limit=1, least=1, axes=1))
    for _ in range(3):
        step(WORDS)
        np.testing.assert_allclose(np.linalg.norm(E.get_value(), axis=1), 1)


@pytest.mark.parametrize("kind", [WindowTagger, BidirectionalTagger])
def test_a_padded_batch_is_each_sentence_alone(kind):
    scores = scores_of(kind(np.random.RandomState(1), 7, 3, n_embedding=4, n_hidden=5))
    together = scores(WORDS)
    for row, n, found in zip(WORDS, (4, 2), together, strict=True):
        np.testing.assert_allclose(scores(row[None, :n])[0], found[:n])


def test_both_ends_are_seen():
    scores = scores_of(BidirectionalTagger(np.random.RandomState(1), 7, 3, 4, 5))
    before, after = WORDS[:1, :4].copy(), WORDS[:1, :4].copy()
    before[0, 0], after[0, 3] = 6, 6
    for other in (before, after):
        assert (scores(other) != scores(WORDS[:1, :4])).all()


def test_words_are_made_unknown_while_training():
    model = BidirectionalTagger(np.random.RandomState(1), 7, 3, 4, 5, 0.0, word_dropout=0.3)
    words = pt.imatrix("words")
    known = function([words], model._known(words, True))
    many = np.tile(WORDS, (500, 1))
    found = known(many)
    assert ((found == many) | ((found == 1) & (many > 1))).all()
    assert np.mean(found[many > 1] == 1) == pytest.approx(0.3, abs=0.03)
    assert model._known(words, False) is words


def test_a_window_has_a_middle():
    with pytest.raises(InputError, match="a window of 4 words has no middle"):
        WindowTagger(np.random.RandomState(1), 7, 3, window=4)
