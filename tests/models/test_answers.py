"""A model as a function of arrays, and what it refuses."""

import numpy as np
import pytensor
import pytest
from scipy.special import softmax

from dltut.exceptions import InputError
from dltut.models import RBM, LeNet, LogisticRegression, dA, probability_function


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
