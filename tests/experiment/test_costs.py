"""The terms of a cost against NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut.datasets.kinds import Classes, Numbers
from dltut.exceptions import InputError
from dltut.experiment.costs import Term, default, penalties, reconstruction
from dltut.models import MLP, Autoencoder, LogisticRegression, dA
from dltut.nn import l1, l2
from dltut.tasks import Classification, Reconstruction

X = np.random.default_rng(1).random((5, 4))
Y = np.array([0, 1, 2, 1, 0], dtype="int32")
TASK = Classification(Numbers("abcd"), Classes("xyz"))


@pytest.fixture(autouse=True)
def exact():
    with pytensor.config.change_flags(floatX="float64", mode="FAST_COMPILE"):
        yield


def test_the_default_is_what_the_task_asks():
    model = LogisticRegression(4, 3)
    W = np.random.default_rng(2).standard_normal((4, 3))
    model.params[0].set_value(W)
    x, y = pt.matrix("x"), pt.ivector("y")
    cost = default(TASK, model, x, True, y).eval({x: X, y: Y})
    scores = X @ W
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(cost, -logs[range(5), Y].mean(), rtol=1e-12)


def test_an_autoencoder_gives_its_input_back():
    model, x = Autoencoder(np.random.RandomState(1), 4, 3, tied=True), pt.matrix("x")
    W, b, c = (each.get_value() for each in model.params)
    h = 1 / (1 + np.exp(-(X @ W + b)))
    p = 1 / (1 + np.exp(-(h @ W.T + c)))
    expected = -(X * np.log(p) + (1 - X) * np.log(1 - p)).sum(axis=1).mean()
    for cost in (
        default(Reconstruction(Numbers("abcd")), model, x, True),
        default(Reconstruction(Numbers("abcd")), model, x, False),
        reconstruction(model, x, True),
    ):
        np.testing.assert_allclose(cost.eval({x: X}), expected, rtol=1e-12)
    with pytest.raises(InputError, match="LogisticRegression does not give its input back: recon"):
        reconstruction(LogisticRegression(4, 3), x, True)


def test_noise_is_for_training():
    model, x = dA(np.random.RandomState(1), 4, 3), pt.matrix("x")
    noisy, clean = (
        reconstruction(model, x, train, corruption_level=0.9) for train in (True, False)
    )
    assert noisy.eval({x: X}) != clean.eval({x: X})
    np.testing.assert_allclose(
        clean.eval({x: X}), model.reconstruction_cost(x, model(x)).eval({x: X})
    )


def test_coefficients_and_layers():
    model = MLP(np.random.RandomState(1), 4, [3], 2)
    first, last = (w.get_value() for w in model.weights)
    [name, _] = [w.name.rpartition(".")[0] for w in model.weights]
    context = {"weights": model.weights}
    np.testing.assert_allclose(
        Term(l2, coefficient=0.5)(**context).eval(), 0.5 * ((first**2).sum() + (last**2).sum())
    )
    np.testing.assert_allclose(Term(l2, layers=[name])(**context).eval(), (first**2).sum())
    with pytest.raises(
        InputError, match=rf"there is no layer {name}x with weights; did you mean {name}"
    ):
        Term(l2, layers=[f"{name}x"])(**context)


def test_penalties_add_up():
    w = pt.as_tensor(np.array([[3.0, -4.0]]))
    total = penalties([w], {"l1": 0.5, "l2": 2}, {"l1": l1, "l2": l2})
    assert total.eval() == 0.5 * 7 + 2 * 25
