"""The models beside what the tutorials' own classes computed on real Theano 1.0.5."""

import json
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import shared_dataset
from dltut.models import MLP, LeNet, LogisticRegression
from dltut.nn import errors, l1, l2, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(scope="module")
def golden():
    return np.load(GOLDEN / "theano105.npz")


@pytest.fixture(scope="module")
def settings():
    return json.loads((GOLDEN / "theano105.json").read_text())


def training_step(model, facts, mode):
    """The tutorials' step on the golden file's data: f(index) -> cost and error before it."""
    rs = np.random.RandomState(0)
    split = shared_dataset((rs.rand(400, 784), rs.randint(0, 10, 400)))
    x, y = pt.matrix("x"), pt.ivector("y")
    scores = model(x)
    cost = negative_log_likelihood(scores, y)
    if "L2_reg" in facts:
        cost = cost + facts["L1_reg"] * l1(model.weights) + facts["L2_reg"] * l2(model.weights)
    updates = sgd(cost, model.params, facts["learning_rate"])
    outputs = [cost, errors(scores, y)]
    return minibatch_function(outputs, [x, y], split, facts["batch_size"], updates, mode=mode)


def trained(model, facts, mode):
    """Costs and error rates of every step."""
    step = training_step(model, facts, mode)
    results = [step(i % step.n_batches) for i in range(facts["steps"])]
    return np.array(results, dtype="float64").T


def tolerance():
    return {"rtol": 1e-10 if pytensor.config.floatX == "float64" else 1e-4, "atol": 1e-12}


def assert_close(found, wanted):
    """Equal to the tolerance times the largest element: small ones carry large ones' noise."""
    scale = max(np.abs(each).max() for each in wanted)
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance()["rtol"] * scale, rtol=0)


def value(variable):
    return np.asarray(variable.get_value(), dtype="float64")


def logistic_trajectory(facts):
    """W and b before each step, and after the last, in NumPy's float64."""
    rs = np.random.RandomState(0)
    data, labels = rs.rand(400, 784), rs.randint(0, 10, 400)
    W, b, size = np.zeros((784, 10)), np.zeros(10), facts["batch_size"]
    for step in range(facts["steps"]):
        yield W.copy(), b.copy()
        batch = slice(step % (400 // size) * size, step % (400 // size) * size + size)
        x, y = data[batch], labels[batch]
        delta = np.exp(x @ W + b)
        delta = (delta / delta.sum(axis=1, keepdims=True) - np.eye(10)[y]) / size
        W -= facts["learning_rate"] * x.T @ delta
        b -= facts["learning_rate"] * delta.sum(axis=0)
    yield W, b


def test_logistic_trajectory(golden, settings, mode):
    with pytensor.config.change_flags(floatX="float64"):
        model = LogisticRegression(784, 10)
        costs, rates = trained(model, settings["logistic"], mode)
        np.testing.assert_allclose(costs, golden["logistic_cost"], **tolerance())
        np.testing.assert_allclose(rates, golden["logistic_error"], **tolerance())


def test_logistic_steps(golden, settings, floatX, mode):
    """Each step from the exact parameters.

    At this learning rate the noise data makes the descent chaotic: after 40 steps NumPy's own
    float32 is 4.5 % away from its float64, so that a free run could not show that a step is right.
    """
    facts = settings["logistic"]
    model = LogisticRegression(784, 10)
    step = training_step(model, facts, mode)
    before, *others = logistic_trajectory(facts)
    for i, after in enumerate(others):
        for variable, values in zip(model.params, before, strict=True):
            variable.set_value(values.astype(floatX))
        cost, rate = step(i % step.n_batches)
        np.testing.assert_allclose(cost, golden["logistic_cost"][i], **tolerance())
        np.testing.assert_allclose(rate, golden["logistic_error"][i], **tolerance())
        before = after
    assert_close(
        [value(model.W), value(model.b)], [golden["logistic_W_final"], golden["logistic_b_final"]]
    )


def test_mlp(golden, settings, floatX, mode):
    facts = settings["mlp"]
    model = MLP(np.random.RandomState(1234), 784, facts["n_hidden"], 10)
    hidden = model.layers[0]
    np.testing.assert_allclose(
        np.abs(value(hidden.W)).sum(), golden["mlp_W0_init_sum_abs"], **tolerance()
    )
    np.testing.assert_allclose(value(hidden.W)[:3, :3], golden["mlp_W0_init_first"], **tolerance())
    costs, rates = trained(model, facts, mode)
    np.testing.assert_allclose(costs, golden["mlp_cost"], **tolerance())
    np.testing.assert_allclose(rates, golden["mlp_error"], **tolerance())
    for name, variable in zip(
        ("hidden_W", "hidden_b", "out_W", "out_b"), model.params, strict=True
    ):
        found = np.abs(value(variable)).sum()
        np.testing.assert_allclose(found, golden[f"mlp_final_abs_sum_{name}"], **tolerance())


def test_lenet(golden, settings, floatX, mode):
    facts = settings["lenet"]
    model = LeNet(
        np.random.RandomState(23455), n_kernels=facts["nkerns"], n_hidden=facts["n_hidden"]
    )
    if floatX == "float64" and mode == "NUMBA":
        pictures = np.random.RandomState(0).rand(400, 784)[:2].reshape(2, 1, 28, 28)
        first = model.layers[0](pt.as_tensor(pictures))
        second = model.layers[1](first)
        for found, name in ((first, "l0"), (second, "l1")):
            np.testing.assert_allclose(
                found.eval(mode="FAST_COMPILE"), golden[f"lenet_{name}_output_b0"], **tolerance()
            )
    costs, _ = trained(model, facts, mode)
    np.testing.assert_allclose(costs, golden["lenet_cost"], **tolerance())
    assert_close([value(model.params[0])], [golden["lenet_final_l0_W"]])
    np.testing.assert_allclose(
        np.abs(value(model.params[2])).sum(), golden["lenet_final_l1_W_abs_sum"], **tolerance()
    )
