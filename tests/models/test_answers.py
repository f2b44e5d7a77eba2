"""A model as a function of arrays, and what it refuses."""

import numpy as np
import pytensor
import pytest
from scipy.special import softmax

from dltut.exceptions import InputError
from dltut.models import (
    RBM,
    Autoencoder,
    LeNet,
    LogisticRegression,
    dA,
    probability_function,
    reconstruction_function,
    score_function,
)


def test_softmax_of_the_scores(mode, rng):
    W, b, x = rng.normal(size=(4, 3)), 500 * rng.normal(size=3), rng.normal(size=(5, 4))
    f = probability_function(LogisticRegression(4, 3, W, b))
    found = f(x)
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, softmax(x @ W + b, axis=1), atol=1e-4)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    assert f(np.zeros((0, 4))).shape == (0, 3) and f(np.zeros((1, 4), "uint8")).shape == (1, 3)


@pytest.fixture
def quick():
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        yield


def test_any_callable_is_a_model(quick):
    assert probability_function(lambda x: 0 * x)(np.ones((1, 2))).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("kind", [dA, RBM])
def test_a_model_without_classes_has_no_probabilities(kind, rng):
    with pytest.raises(InputError, match=rf"^a {kind.__name__} learned without classes and predic"):
        probability_function(kind(rng, 12, 5))


def test_a_model_that_diverged_has_no_answer(quick):
    f = probability_function(LogisticRegression(2, 2, W=np.array([[0.0, np.nan], [0.0, 1.0]])))
    with pytest.raises(InputError, match="the model answers with NaN or infinite numbers: its tra"):
        f(np.ones((1, 2)))


def test_scores_are_what_the_model_makes(quick):
    scores = score_function(lambda x: x[:, 0])(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert type(scores) is np.ndarray and scores.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            np.zeros(784),
            r"inputs have shape \(784,\); expected a matrix with one example a row: use",
        ),
        (np.zeros((1, 1, 28, 28)), r"inputs have shape \(1, 1, 28, 28\); expected a matrix"),
        (
            np.zeros((2, 1568)),
            r"inputs have 1568 numbers in a row but the model expects 784: bring",
        ),
        (np.full((1, 784), np.nan), "the inputs hold NaN or infinite values"),
        (np.full((1, 784), np.inf), "the inputs hold NaN or infinite values"),
    ],
)
def test_refusals(inputs, message, rng, quick):
    """Two pictures in one row are not two pictures."""
    for model in (LogisticRegression(784, 10), LeNet(rng, n_kernels=(2,), n_hidden=3)):
        with pytest.raises(InputError, match=rf"^{message}"):
            probability_function(model)(inputs)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_an_autoencoder_decodes_its_code(mode, rng):
    model, x = Autoencoder(rng, 12, 5), rng.random((3, 12))
    W = np.asarray(model.W.get_value())
    seen, reconstruction = reconstruction_function(model)(x)
    np.testing.assert_allclose(seen, x, rtol=1e-6)
    np.testing.assert_allclose(reconstruction, sigmoid(sigmoid(x @ W) @ W.T), rtol=1e-5)
    assert type(seen) is type(reconstruction) is np.ndarray


def test_a_denoising_one_sees_noise(quick, rng):
    model, x = dA(rng, 12, 5), np.ones((200, 12))
    W = model.W.get_value()
    seen, reconstruction = reconstruction_function(model, corruption_level=0.3)(x)
    assert 0.2 < (seen == 0).mean() < 0.4 and set(np.unique(seen)) == {0, 1}
    np.testing.assert_allclose(reconstruction, sigmoid(sigmoid(seen @ W) @ W.T), rtol=1e-5)


def test_an_rbm_gives_its_mean_back(quick, rng):
    model, x = RBM(rng, 12, 5), rng.random((3, 12))
    W = model.W.get_value()
    _, reconstruction = reconstruction_function(model)(x)
    np.testing.assert_allclose(reconstruction, sigmoid(sigmoid(x @ W) @ W.T), rtol=1e-5)


def test_a_classifier_has_no_way_back():
    with pytest.raises(InputError, match=r"^a LogisticRegression does not reconstruct its input"):
        reconstruction_function(LogisticRegression(3, 4))
