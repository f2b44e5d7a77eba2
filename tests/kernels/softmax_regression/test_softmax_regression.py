"""The cost and gradients of logistic regression beside SciPy, and where the pass is put."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from graphs import Pair, normal, shared
from scipy.special import log_softmax, softmax

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.engine.gemm import COLUMNS
from dltut.kernels.softmax_regression import SoftmaxRegression
from dltut.models import MLP, LogisticRegression
from dltut.nn import l2, negative_log_likelihood
from dltut.optim import adam, sgd

MODES, WIDTHS = ["NUMBA", "FAST_COMPILE"], ["float32", "float64"]


@pytest.fixture(scope="module")
def functions():
    """(mode, width) -> compiled (x, W, b, y) -> cost and gradients."""
    compiled = {}

    def of(mode, width):
        if (mode, width) not in compiled:
            x, W = (pt.matrix(name, dtype=width) for name in "xW")
            b, y = pt.vector("b", dtype=width), pt.ivector("y")
            results = SoftmaxRegression()(x, W, b, y)
            compiled[mode, width] = function([x, W, b, y], results, mode=mode)
        return compiled[mode, width]

    return of


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("batch", "n_in", "n_out"),
    [(1, 1, 1), (2, 3, 2), (7, 17, 10), (600, 784, 10), (601, 33, 9), (4099, 65, 40), (30, 90, 70)],
)
def test_scipy(functions, mode, width, batch, n_in, n_out):
    rng = np.random.default_rng(batch)
    x, W, b = rng.normal(size=(batch, n_in)), rng.normal(size=(n_in, n_out)), rng.normal(size=n_out)
    y = rng.integers(0, n_out, batch).astype("int32")
    delta = softmax(x @ W + b, axis=1) - np.eye(n_out)[y]
    cost = -log_softmax(x @ W + b, axis=1)[np.arange(batch), y].mean()
    x, W, b = (each.astype(width) for each in (x, W, b))
    for each in (x, np.asfortranarray(x), np.repeat(x, 2, 0)[::2], np.repeat(x, 2, 1)[:, ::2]):
        found = functions(mode, width)(each, W, b, y)
        tolerance = 1e-12 if width == "float64" else 3e-5
        wanted = cost, x.T @ delta / batch, delta.mean(axis=0)
        for one, other in zip(found, wanted, strict=True):
            assert one.dtype == width
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("mode", MODES)
def test_scores_of_a_thousand_and_none(functions, mode):
    """No overflow; what is no number makes all of the cost none."""
    W, b, y = np.array([[1000.0, -1000]]), np.zeros(2), np.array([1], "int32")
    cost, by_W, by_b = functions(mode, "float64")(np.ones((1, 1)), W, b, y)
    np.testing.assert_allclose([cost, *by_W[0], *by_b], [2000, 1, -1, 1, -1])
    found = functions(mode, "float64")(np.full((1, 1), np.nan), W, b, y)
    assert all(np.isnan(each).all() for each in found)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("x", "W", "b", "y", "message"),
    [
        ((2, 3), (4, 5), 5, [0, 1], "weights have a row for each column"),
        ((2, 3), (3, 5), 4, [0, 1], "and a column for each"),
        ((2, 3), (3, 5), 5, [0], "give one label for each row"),
        ((0, 3), (3, 5), 5, [], "and at least one row"),
        ((2, 3), (3, 5), 5, [0, 5], "labels are whole numbers from 0 to"),
        ((2, 3), (3, 5), 5, [-1, 0], "labels are whole numbers from 0 to"),
    ],
)
def test_what_does_not_fit(functions, mode, x, W, b, y, message):
    given = np.zeros(x), np.zeros(W), np.zeros(b), np.array(y, "int32")
    with pytest.raises(InputError, match=message):
        functions(mode, "float64")(*given)


@pytest.fixture(scope="module")
def regression():
    """Inputs, a model, its cost and a minibatch."""
    x, y = pt.matrix("x", dtype="float64"), pt.ivector("y")
    model = LogisticRegression(3, 4)
    for each in model.params:
        each.set_value(normal(*each.get_value().shape))
    labels = np.array([0, 3, 1, 2, 2, 0, 1], "int32")
    return [x, y], model, negative_log_likelihood(model(x), y), [normal(7, 3), labels]


def test_any_rule_follows(regression):
    """Plain descent, and one with a memory, go on from the gradients; so do penalties."""
    inputs, model, cost, arguments = regression
    for rule in (sgd, adam):
        both = Pair(inputs, cost, rule(cost, model.params, 0.1))
        assert both.operations.count("SoftmaxRegression") == 1
        assert not {"CrossEntropy", "Affine", "DenseUpdate", "ChannelSums"} & set(both.operations)
        both.assert_same(*arguments)
    penalised = cost + 0.1 * l2(model.weights)
    both = Pair(inputs, penalised, sgd(penalised, model.params, 0.1))
    assert "SoftmaxRegression" in both.operations
    both.assert_same(*arguments)


def test_where_it_is_not_all(regression):
    """Scores that are asked for, a layer below, many classes, a gradient of one alone."""
    inputs, model, cost, arguments = regression
    x, y = inputs
    deep = MLP(np.random.RandomState(1), 3, 5, 4)
    deep_cost = negative_log_likelihood(deep(x), y)
    W, b = shared("W", 3, COLUMNS, shape=(3, COLUMNS)), shared("b", COLUMNS)
    wide = negative_log_likelihood(x @ W + b, y)
    cases = [
        ([cost, model(x)], sgd(cost, model.params, 0.1)),
        (deep_cost, sgd(deep_cost, deep.params, 0.1)),
        (wide, {W: W - pytensor.grad(wide, W), b: b - pytensor.grad(wide, b)}),
        (cost, sgd(cost, model.params[:1], 0.1)),
    ]
    for outputs, updates in cases:
        both = Pair(inputs, outputs, updates)
        assert "SoftmaxRegression" not in both.operations
        both.assert_same(*arguments)
