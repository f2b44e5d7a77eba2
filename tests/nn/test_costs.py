"""Costs and error rates beside NumPy, and what they refuse."""

import numpy as np
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import (
    absolute_error,
    binary_cross_entropy,
    errors,
    label_errors,
    negative_log_likelihood,
    squared_error,
)


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


def quickly(*outputs):
    return function([], [*outputs], mode="FAST_COMPILE")()


def test_real_targets(rng, floatX):
    """Several numbers an example, or one, as a column or as a row; widths are the predictions'."""
    one, other = rng.normal(size=(2, 5, 3)).astype(floatX)
    column, single = one[:, :1], other[:, 0]
    square, distance, alone, flat = quickly(
        squared_error(one, other),
        absolute_error(one, other),
        squared_error(column, single),
        absolute_error(column[:, 0], single.astype("float64")),
    )
    np.testing.assert_allclose(square, ((one - other) ** 2).sum() / 5, rtol=1e-6)
    np.testing.assert_allclose(distance, abs(one - other).mean(), rtol=1e-6)
    np.testing.assert_allclose(alone, ((one - other)[:, 0] ** 2).mean(), rtol=1e-6)
    np.testing.assert_allclose(flat, abs(one - other)[:, 0].mean(), rtol=1e-6)
    assert square.dtype == distance.dtype == alone.dtype == flat.dtype == floatX


def test_several_labels(rng):
    """Beside NumPy, for whole numbers as labels; no logarithm of a rounded 0 is met."""
    scores, y = rng.normal(size=(6, 4)), rng.integers(0, 2, (6, 4))
    p = 1 / (1 + np.exp(-scores))
    wanted = -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / 6
    cost, first, far, rate = quickly(
        binary_cross_entropy(scores, y),
        binary_cross_entropy(scores[:, :1], y[:, 0]),
        binary_cross_entropy(np.array([[1000.0, -1000.0]]), np.array([[0, 1]])),
        label_errors(scores, y),
    )
    np.testing.assert_allclose(cost, wanted)
    np.testing.assert_allclose(first, -np.log(np.where(y, p, 1 - p))[:, 0].mean())
    assert far == 2000 and rate == ((scores > 0) != y).mean() and rate.dtype == "float64"
    assert_gradient(lambda scores: binary_cross_entropy(scores, y), scores)


@pytest.mark.parametrize("measure", [squared_error, absolute_error, label_errors])
def test_targets_that_do_not_fit(measure):
    """A row of targets beside a table of scores would be spread over its columns."""
    for scores, y in ((np.zeros((5, 3)), np.zeros(5)), (np.zeros((5, 2)), np.zeros((5, 3)))):
        with pytest.raises(InputError, match=r"^[32] scores and [13] targets an example: give the"):
            measure(scores, y)
    for scores, y in ((pt.matrix(), pt.tensor3()), (pt.vector(), pt.matrix())):
        with pytest.raises(InputError, match=r"^expected scores of rank 2 \(batch, n\) and target"):
            measure(scores, y)
    x, y = pt.matrix("x"), pt.vector("y")
    with pytest.raises((ValueError, AssertionError)):
        function([x, y], measure(x, y), mode="FAST_COMPILE")(np.zeros((5, 3)), np.zeros(5))


@pytest.mark.parametrize("cost", [errors, negative_log_likelihood])
def test_refusals(cost):
    for scores, y in ((pt.vector(), pt.ivector()), (pt.matrix(), pt.imatrix())):
        with pytest.raises(
            InputError, match=r"^expected scores of rank 2 \(batch, n_classes\) and y"
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
