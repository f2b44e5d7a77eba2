"""Batch normalisation beside NumPy: both modes, both shapes, what is kept and what is learned."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient

from dltut import function, shared_dataset
from dltut.exceptions import InputError
from dltut.layers import BatchNorm
from dltut.models import MLP, load_model, save_model
from dltut.nn import negative_log_likelihood
from dltut.optim import momentum
from dltut.training import Checkpoint, Trainer, minibatch_function


def normalised(x, axes, gamma, beta, epsilon=1e-4):
    mean, variance = (f(x, axis=axes, keepdims=True) for f in (np.mean, np.var))
    gamma, beta = (each.reshape(np.shape(mean)) for each in (gamma, beta))
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, mean.ravel(), variance.ravel()


@pytest.mark.parametrize(
    ("shape", "axes", "width", "backend"),
    [
        ((8, 3), (0,), "float64", "JAX"),
        ((4, 3, 2, 5), (0, 2, 3), "float32", "NUMBA"),
    ],
)
def test_both_modes(shape, axes, width, backend, rng):
    """B11: NumPy's numbers in training; after many equal batches the same numbers without it."""
    tight = {"rtol": 1e-4 if width == "float32" else 1e-10, "atol": 1e-5}
    values = (5 + 3 * rng.normal(size=shape)).astype(width)
    gamma, beta = rng.normal(size=(2, 3))
    with pytensor.config.change_flags(floatX=width):
        layer, x = BatchNorm(3, gamma, beta, name="n"), pt.tensor(dtype=width, shape=shape)
        train = function([x], layer(x, train=True), mode=backend)
        test = function([x], layer(x), mode=backend)
    wanted, mean, variance = normalised(values.astype("float64"), axes, gamma, beta)
    assert [each.name for each in train.state] == ["n.mean", "n.variance"] and test.state == []
    np.testing.assert_allclose(test(values).std(axis=axes), abs(gamma) * values.std(axes), 1e-3)
    np.testing.assert_allclose(train(values), wanted, **tight)
    np.testing.assert_allclose(layer.mean.get_value(), 0.1 * mean, **tight)
    np.testing.assert_allclose(layer.variance.get_value(), 0.9 + 0.1 * variance, **tight)
    for _ in range(200):
        out = train(values)
    np.testing.assert_allclose(test(values), out, rtol=1e-4, atol=1e-4)
    assert out.dtype == test(values).dtype == layer.mean.get_value().dtype == width


@pytest.mark.parametrize("shape", [(4, 2), (2, 2, 2, 1)])
def test_gradients(shape, rng):
    """By x, the scale and the shift, beside finite differences; both means depend on x."""

    def expression(x, gamma, beta):
        return BatchNorm(2, gamma, beta)(x, train=True) ** 2

    assert_gradient(expression, rng.normal(size=shape), *rng.normal(size=(2, 2)))


def test_two_are_learned_and_two_are_kept():
    layer = BatchNorm(3)
    assert layer.params == [layer.gamma, layer.beta] and layer.weights == []
    assert layer.kept == [layer.mean, layer.variance]
    for settings in ({"epsilon": 0}, {"epsilon": float("nan")}, {"alpha": 0}, {"alpha": 1.5}):
        with pytest.raises(
            InputError, match=r"^(epsilon|alpha) is .*; it is above 0( and at most 1)?$"
        ):
            BatchNorm(3, **settings)


def test_a_resumed_run_goes_on_with_the_averages(tmp_path):
    """They are part of what a step changes, so a checkpoint holds them: bit for bit the same."""
    x, y = pt.matrix("x"), pt.ivector("y")
    split = shared_dataset((np.random.RandomState(3).rand(12, 4), np.arange(12) % 3))

    def ends(folder, *epochs):
        for last in epochs:
            model = MLP(np.random.RandomState(1), 4, 5, 3, batch_norm=True)
            cost = negative_log_likelihood(model(x, train=True), y)
            updates = momentum(cost, model.params, 0.1)
            step = minibatch_function(cost, [x, y], split, 4, updates, mode="FAST_COMPILE")
            checkpoint = Checkpoint(tmp_path / folder, model, resume=True)
            Trainer(step, extensions=[checkpoint]).run(last)
        return {name: each.get_value().tobytes() for name, each in step.state.items()}

    whole = ends("whole", 3)
    assert whole == ends("resumed", 1, 3) and "hidden0.mean" in whole


def test_an_mlp_learns_with_it_and_its_file_holds_the_averages(rng, tmp_path):
    x, y = pt.matrix("x"), pt.ivector("y")
    data = 100 + 50 * rng.normal(size=(60, 4)), np.repeat([0, 1, 2], 20)
    data[0][:, 0] += 200 * data[1]
    model = MLP(np.random.RandomState(1), 4, (8, 6), 3, batch_norm=True)
    wanted = "hidden0.W hidden0.gamma hidden0.beta hidden1.W hidden1.gamma hidden1.beta".split()
    assert [each.name for each in model.params] == [*wanted, "output.W", "output.b"]
    cost = negative_log_likelihood(model(x, train=True), y)
    updates = momentum(cost, model.params, 0.1)
    step = minibatch_function(cost, [x, y], shared_dataset(data), 60, updates, mode="FAST_COMPILE")
    costs = [float(step(0)) for _ in range(60)]
    assert costs[-1] < costs[0] / 5
    assert {"hidden0.mean", "hidden1.variance"} < step.state.keys()
    assert (model.layers[0].normal.mean.get_value() != 0).all()

    save_model(tmp_path / "m.safetensors", model)
    loaded = load_model(tmp_path / "m.safetensors")
    f = function([x], [model(x), loaded(x)], mode="FAST_COMPILE")
    np.testing.assert_array_equal(*f(data[0].astype(x.dtype)))
