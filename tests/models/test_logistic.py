"""Logistic regression: zeros at first, scores linear in the input."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.models import LogisticRegression


def test_zeros_at_first(floatX):
    model = LogisticRegression(784, 10)
    assert model.params == [model.W, model.b] and model.weights == [model.W]
    assert model.W.get_value().shape == (784, 10) and not model.W.get_value().any()
    assert not model.b.get_value().any() and {each.dtype for each in model.params} == {floatX}


def test_scores(rng):
    W, b, x = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(5, 4))
    model = LogisticRegression(4, 3, W, b, name="output")
    found = function([], model(pt.as_tensor(x)), mode="FAST_COMPILE")()
    np.testing.assert_allclose(found, x @ W + b, rtol=1e-5)
    assert [each.name for each in model.params] == ["output.W", "output.b"]
    assert model.arguments == {"n_in": 4, "n_out": 3, "name": "output"}
