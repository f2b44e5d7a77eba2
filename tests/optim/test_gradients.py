"""Gradients and parameters that cannot be used, each with its message."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError
from dltut.models import MLP
from dltut.optim import sgd
from dltut.optim.gradients import gradients


@pytest.fixture
def w():
    return pytensor.shared(np.ones((2, 2)), name="w")


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        (pt.vector("costs"), r"^the cost is TensorVariable of 1 dimensions; a scalar .*mean\(\)"),
        (1.5, "^the cost is 1.5; a scalar variable is expected"),
        (np.float64(1.5), "^the cost is float64 of 0 dimensions; a scalar variable is expected"),
        (None, "^the cost is None; a scalar variable is expected"),
        (pt.lscalar("wrong"), "^the cost is int64, which has no gradient"),
        (pt.dscalar("other"), "^the cost does not depend on parameter w: leave it out"),
    ],
)
def test_costs_that_cannot_be_used(cost, message, w):
    with pytest.raises(InputError, match=message):
        sgd(cost, [w], 0.1)


def test_params_that_cannot_be_used(w):
    cost = (w**2).sum()
    whole = pytensor.shared(np.ones(2, "int64"), name="whole")
    for params, message in [
        (w, r"^params is the one variable w; a list is expected: \[w\]"),
        ([], "^params is empty"),
        (cost, "^params is a TensorVariable: give a list of variables, such as model.params"),
        (MLP(np.random.RandomState(1), 2, 2, 2), "^params is a MLP: give its .params, such as"),
        ([w, pt.matrix("x")], r"^params\[1\] is x, not a shared variable"),
        ([w, np.ones(2)], r"^params\[1\] is array.* not a shared variable"),
        ([whole], "^parameter whole is int64; only floats"),
        ([w, w], "^parameter w is in params twice"),
    ]:
        with pytest.raises(InputError, match=message):
            sgd(cost, params, 0.1)


def test_given_gradients_must_fit(w):
    with pytest.raises(InputError, match=r"^2 gradients for 1 parameters: give one for each"):
        sgd([w, w], [w], 0.1)
    with pytest.raises(InputError, match=r"^the gradient for w has 1 dimensions, not 2"):
        sgd([pt.vector("g")], [w], 0.1)


def test_given_gradients_are_taken_as_they_are(w):
    gradient = pt.dmatrix("g")
    assert gradients([gradient], [w])[w] is gradient


def test_equal_parameters_are_not_the_same_parameter():
    first, second = (pytensor.shared(np.ones(2), name="w") for _ in range(2))
    assert len(sgd((first * second).sum(), [first, second], 0.1)) == 2
