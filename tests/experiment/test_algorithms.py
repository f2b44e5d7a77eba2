"""Each algorithm makes the same step as the functions of the library that it stands for."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import shared_dataset
from dltut.exceptions import InputError
from dltut.experiment.algorithms import batch_descent, conjugate_gradient, minibatch
from dltut.experiment.part import Part
from dltut.models import Sequential
from dltut.optim import sgd

X = np.random.default_rng(1).random((6, 2))
GOAL = X @ [1.0, -2.0]


class Line:
    """A model of two weights."""

    def __init__(self):
        self.w = pytensor.shared(np.zeros(2), name="w")
        self.params = [self.w]


@pytest.fixture(autouse=True)
def exact():
    with pytensor.config.change_flags(floatX="float64", mode="FAST_COMPILE"):
        yield


@pytest.fixture
def problem():
    model, x, y = Line(), pt.matrix("x"), pt.vector("y")
    split = shared_dataset((X, GOAL))
    cost = ((x @ model.w - y) ** 2).mean()
    return {
        "cost": cost,
        "model": model,
        "params": model.params,
        "inputs": [x, y],
        "split": split,
        "batch_size": 3,
    }


def gradient(w, rows):
    return 2 * X[rows].T @ (X[rows] @ w - GOAL[rows]) / len(X[rows])


def test_minibatches(problem):
    step = minibatch(rule=Part(sgd, {"learning_rate": 0.1}), **problem)
    w = np.zeros(2)
    for index, rows in enumerate((slice(0, 3), slice(3, 6))):
        step(index)
        w -= 0.1 * gradient(w, rows)
    np.testing.assert_allclose(problem["model"].w.get_value(), w, rtol=1e-12)
    with pytest.raises(InputError, match=r"rule is missing: give \{name: sgd"):
        minibatch(rule=None, **problem)


def test_norms_and_rates_of_layers_are_kept():
    layers = [
        {"name": "Dense", "n_out": 2, "max_norm": 0.1, "rate": {"b": 0.5}, "activation": None}
    ]
    model = Sequential(np.random.RandomState(1), layers, n_in=2)
    x, y = pt.matrix("x"), pt.vector("y")
    cost = ((model(x).sum(axis=1) - y) ** 2).mean()
    split = shared_dataset((X, 100 * GOAL))
    given = {
        "model": model,
        "params": model.params,
        "inputs": [x, y],
        "split": split,
        "batch_size": 6,
    }
    W, b = (each.get_value() for each in model.params)
    assert np.linalg.norm(W, axis=0).max() <= 0.1 + 1e-12
    error = (X @ W + b).sum(axis=1) - 100 * GOAL
    minibatch(cost, rule=Part(sgd, {"learning_rate": 0.1}), **given)(0)
    assert np.linalg.norm(model.params[0].get_value(), axis=0).max() <= 0.1 + 1e-12
    np.testing.assert_allclose(model.params[1].get_value(), b - 0.05 * 2 * error.mean(), rtol=1e-12)
    with pytest.raises(InputError, match="a line search knows no rates of parameters: take them"):
        batch_descent(cost, **given)


@pytest.mark.parametrize("search", ["exhaustive", "simple"])
def test_norms_stay_within_limits_in_batch_descent(search):
    layers = [{"name": "Dense", "n_out": 1, "max_norm": 0.5, "activation": None}]
    model = Sequential(np.random.RandomState(1), layers, n_in=2)
    x, y = pt.matrix("x"), pt.vector("y")
    cost = ((model(x).sum(axis=1) - y) ** 2).mean()
    split = shared_dataset((X, GOAL))  # whose weights are 1 and -2
    given = {"inputs": [x, y], "split": split, "batch_size": 6, "n_updates": 60, "search": search}
    step = batch_descent(cost, model, model.params, **given)
    costs = [step(0) for _ in range(3)]
    W, b = (each.get_value() for each in model.params)
    assert np.linalg.norm(W) == pytest.approx(0.5, rel=1e-9)  # as far as it may go
    np.testing.assert_allclose(costs[-1], ((X @ W[:, 0] + b - GOAL) ** 2).mean(), rtol=1e-9)
    circle = 0.5 * np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 2 * np.pi, 720)])
    best = (GOAL[:, None] - X @ circle.T).var(axis=0).min()  # the bias takes the mean
    assert costs[-1] < 1.1 * best


def test_conjugate_gradients_find_the_least_squares(problem):
    del problem["model"]
    step = conjugate_gradient(**problem)
    assert step.n_batches == 1
    for _ in range(4):
        step(0)
    np.testing.assert_allclose(problem["params"][0].get_value(), [1, -2], atol=1e-3)


def test_batch_descent_never_rises_on_a_batch(problem):
    step = batch_descent(**problem, n_updates=5)
    before = ((X[:3] @ np.zeros(2) - GOAL[:3]) ** 2).mean()
    after = step(0)
    assert after < before and step.n_batches == 2
    w = problem["model"].w.get_value()
    np.testing.assert_allclose(after, ((X[:3] @ w - GOAL[:3]) ** 2).mean(), rtol=1e-9)
