"""The gate for parameters: initializers, arrays, tied variables, and what does not fit."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import Conv2D, ConvPool, Dense, parameter
from dltut.layers.parameter import joined, room_for
from dltut.models import MLP, RBM, LogisticRegression, SdA, dA
from dltut.nn import init
from dltut.optim import sgd


def test_an_initializer_draws(floatX):
    W = parameter(init.uniform(1.0), (2, 3), "W", np.random.RandomState(5))
    assert W.name == "W" and W.dtype == floatX
    wanted = np.random.RandomState(5).uniform(-1, 1, (2, 3))
    np.testing.assert_allclose(W.get_value(), wanted, rtol=1e-6)


def test_an_array_is_copied():
    values = np.zeros(3, pytensor.config.floatX)
    b = parameter(values, (3,), "b")
    values += 1
    assert b.get_value().tolist() == [0, 0, 0]
    assert parameter([1, 2], (2,), "b").get_value().tolist() == [1, 2]


def test_a_variable_is_shared(rng):
    first = Dense(rng, 3, 2)
    second = Dense(rng, 3, 2, W=first.W)
    assert second.W is first.W and second.params == [first.W, second.b]
    assert first.W.name == "W"


def test_an_expression_belongs_to_another_layer(rng):
    """An autoencoder's W and W.T: one parameter, whose gradient has both parts."""
    down = Dense(rng, 4, 3, activation=None, name="down")
    up = Dense(rng, 3, 4, W=down.W.T, activation=None, name="up")
    assert [each.name for each in (*down.params, *up.params)] == ["down.W", "down.b", "up.b"]
    assert up.weights == []
    x = rng.normal(size=(5, 4)).astype(pytensor.config.floatX)
    W = down.W.get_value()
    cost = up(down(pt.as_tensor(x))).sum()
    step = function([], cost, sgd(cost, down.params + up.params, 0.1), mode="FAST_COMPILE")
    np.testing.assert_allclose(step(), (x @ W @ W.T).sum(), rtol=1e-4)
    ones = np.ones((5, 4))
    gradient = x.T @ ones @ W + ones.T @ x @ W
    np.testing.assert_allclose(W - down.W.get_value(), 0.1 * gradient, rtol=1e-3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((3, 2)), r"W has shape \(3, 2\); this layer needs \(2, 3\)"),
        (lambda rng, shape: rng.uniform(size=6), r"rng is None, which draws nothing: give"),
        (np.zeros(6), r"W has shape \(6,\); this layer needs \(2, 3\)"),
        (
            pytensor.shared(np.zeros((3, 2))),
            r"W is tied to a variable of shape \(3, 2\); this layer n",
        ),
        (pt.tensor("w", shape=(3, None)), r"W is tied to a variable of shape \(3, None\)"),
        (pt.vector("w"), r"W is tied to a variable of shape \(None,\)"),
    ],
)
def test_what_does_not_fit(given, message):
    with pytest.raises(InputError, match=rf"^{message}"):
        parameter(given, (2, 3), "W")


@pytest.mark.parametrize("size", [2.0, 0, -3, "2", None])
def test_sizes_are_whole(size):
    with pytest.raises(InputError, match=r"^W would have shape .*: every size is a whole num"):
        parameter(None, (size, 3), "W")


def test_more_numbers_than_there_is_room_for(rng):
    for start in (None, init.normal()):
        with pytest.raises(InputError, match=r"^W of shape \(9+, 9+\) cannot be made \(.*\)$"):
            parameter(start, (999_999_999_999, 999_999_999_999), "W", rng)


def test_a_seed_is_no_generator():
    for make in (MLP, dA, RBM, SdA):
        with pytest.raises(InputError, match=r"^rng is 1234, which draws nothing: give np.rando"):
            make(1234, 4, 3, 2)
    with pytest.raises(InputError, match=r"or np.random.default_rng\(5\)$"):
        Dense(5, 4, 3)
    with pytest.raises(InputError, match=r"^rng is 'seed', .* np.random.RandomState\(1234\) or"):
        Dense("seed", 4, 3)


def test_every_layer_goes_through_the_gate(rng):
    for layer in (
        lambda **given: Dense(rng, 4, 5, name="a", **given),
        lambda **given: Conv2D(rng, 4, 5, name="a", **given),
        lambda **given: ConvPool(rng, 4, 5, name="a", **given),
        lambda **given: LogisticRegression(4, 5, name="a", **given),
    ):
        assert [each.name for each in layer().params] == ["a.W", "a.b"]
        for name in "Wb":
            with pytest.raises(InputError, match=rf"^a.{name} has shape \(7,\); this layer needs"):
                layer(**{name: np.zeros(7)})


def test_numbers_and_descriptions():
    for start in (0.5, {"name": "constant", "value": 0.5}):
        np.testing.assert_array_equal(
            parameter(start, (2, 3), "W").get_value(), np.full((2, 3), 0.5)
        )
    drawn = parameter({"name": "uniform", "limit": 2}, (2, 3), "W", np.random.RandomState(5))
    wanted = np.random.RandomState(5).uniform(-2, 2, size=(2, 3))
    np.testing.assert_allclose(drawn.get_value(), wanted, rtol=1e-6)
    with pytest.raises(InputError, match=r"^rng is None, which draws nothing"):
        parameter("normal", (2, 3), "W")


def test_names():
    assert joined("", "W") == "W" and joined("hidden0", "W") == "hidden0.W"


def test_there_is_room_for_so_many_numbers():
    with room_for(10):
        W = parameter(None, (2, 4), "W")
        assert parameter(W, (2, 4), "tied") is W
        with pytest.raises(InputError, match=r"U would have shape \(3, 1\), far more numbers"):
            parameter(None, (3, 1), "U")
    with room_for(100, 1), pytest.raises(InputError, match="far more numbers"):
        _ = [parameter(None, (1,), name) for name in "ab"]
    assert parameter(None, (3, 4), "U").get_value().size == 12
