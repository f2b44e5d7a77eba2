"""Rows by number, and gradients in the rows that were used alone."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import Embedding
from dltut.models import Sequential
from dltut.optim import sgd


def test_rows_and_their_gradients(mode, floatX, rng):
    """A word that stands twice gets both gradients; numbers may come as floats."""
    layer = Embedding(rng, 6, 3, name="words")
    W = layer.W.get_value()
    x = pt.matrix("x")
    vectors = layer(x)
    updates = sgd((vectors.sum(axis=2) ** 2).sum(), layer.params, 0.1)
    step = function([x], vectors, updates)
    words = np.array([[1, 4], [4, 0]])
    np.testing.assert_array_equal(step(words.astype(floatX)), W[words])
    wanted = W.astype(float)
    for word in words.ravel():
        wanted[word] -= 0.1 * 2 * W[word].sum()
    found = layer.W.get_value()
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    np.testing.assert_array_equal(found[[2, 3, 5]], W[[2, 3, 5]])
    assert found.dtype == floatX


def test_a_number_that_is_no_word_s(mode):
    """An error where there can be one, NaN on JAX; never another word's vector."""
    layer = Embedding(np.random.default_rng(1), 3, 2)
    x = pt.matrix("x")
    f = function([x], layer(x))
    for word in (-1, 3):
        words = np.array([[0], [word]], dtype=pytensor.config.floatX)
        if mode == "JAX":
            assert np.isnan(f(words)[1]).all() and np.isfinite(f(words)[0]).all()
        else:
            with pytest.raises(
                InputError, match=r"^a word has a number below 0 or not below the n"
            ):
                f(words)


def test_before_a_dense_layer(mode, rng):
    """The vectors of an example in one row."""
    layers = [
        {"name": "Embedding", "n_words": 5, "n_out": 3},
        {"name": "Dense", "activation": None},
    ]
    model = Sequential(rng, layers, n_in=2, n_out=4)
    assert model.layers[1].n_in == 6 and model.layers[0].out_shape((2,)) == (2, 3)
    W, A, _ = (each.get_value() for each in model.params)
    x, words = pt.matrix("x"), np.array([[4, 0]], dtype=pytensor.config.floatX)
    cost = (model(x) ** 2).sum()
    step = function([x], [model(x), cost], model.limited(sgd(cost, model.params, 0.01)))
    found, before = step(words)
    assert step(words)[1] < before
    np.testing.assert_allclose(found[0], np.concatenate([W[4], W[0]]) @ A, rtol=1e-5)
