"""Costs and error rates beside NumPy, and what they refuse."""

import numpy as np
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import errors, negative_log_likelihood, squared_error


def test_errors_of_a_thousand_rows(rng):
    scores, y = rng.normal(size=(1000, 10)), rng.integers(0, 10, 1000)
    rate = function([], errors(scores, y), mode="FAST_COMPILE")()
    assert rate == (scores.argmax(axis=1) != y).mean() and rate.dtype == "float64"


def test_errors_take_the_first_of_equal_scores():
    rate = errors(np.zeros((4, 3)), np.array([0, 0, 1, 2]))
    assert function([], rate, mode="FAST_COMPILE")() == 0.5


def test_negative_log_likelihood(rng):
    y = np.array([0, 2, 1, 1])
    assert_gradient(lambda scores: negative_log_likelihood(scores, y), rng.normal(size=(4, 3)))
    whole = negative_log_likelihood(np.zeros((4, 10), dtype=int), y)
    found = function([], whole, mode="FAST_COMPILE")()
    np.testing.assert_allclose(found, np.log(10), rtol=1e-6)


def test_squared_error(rng):
    one, other = rng.normal(size=(2, 5, 3))
    cost = function([], squared_error(pt.as_tensor(one), other), mode="FAST_COMPILE")()
    np.testing.assert_allclose(cost, ((one - other) ** 2).sum() / 5)


@pytest.mark.parametrize("cost", [errors, negative_log_likelihood])
def test_refusals(cost):
    for scores, y in ((pt.vector(), pt.ivector()), (pt.matrix(), pt.imatrix())):
        with pytest.raises(
            TypeError, match=r"^expected scores of rank 2 \(batch, n_classes\) and y"
        ):
            cost(scores, y)
    with pytest.raises(
        InputError, match=r"^y holds float64; labels are whole numbers: use pt.ivec"
    ):
        cost(pt.matrix(), pt.dvector())


def test_there_is_no_second_derivative():
    scores, y = pt.dmatrix("scores"), pt.ivector("y")
    slope = pt.grad(negative_log_likelihood(scores, y), scores)
    with pytest.raises(NotImplementedError):
        pt.grad(slope.sum(), scores)
