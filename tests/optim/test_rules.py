"""Every rule against the table that Lasagne took from torch.optim, NumPy, and two minima."""

from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.optim import (
    adadelta,
    adagrad,
    adam,
    adamax,
    amsgrad,
    apply_momentum,
    apply_nesterov_momentum,
    momentum,
    nesterov,
    rmsprop,
    scale_steps,
    sgd,
)

CURVATURE = np.array([0.1, 0.2, 0.3])  # the cost of the table is sum(CURVATURE * w ** 2)

# rule, its settings, w after ten steps from 1, digits that the table is good for
TABLE = {
    "sgd": (sgd, {"learning_rate": 0.1}, [0.81707281, 0.66483264, 0.53861511], 1e-8),
    "momentum": (
        momentum,
        {"learning_rate": 0.1, "momentum": 0.5},
        [0.68484870, 0.44803322, 0.27431190],
        2e-7,
    ),
    "nesterov": (
        nesterov,
        {"learning_rate": 0.1, "momentum": 0.5},
        [0.67466544, 0.44108468, 0.27690021],
        1e-8,
    ),
    "adagrad": (adagrad, {"learning_rate": 0.1}, [0.55373120] * 3, 3e-5),
    "rmsprop": (rmsprop, {"learning_rate": 0.01}, [0.832054, 0.832053, 0.832053], 2e-5),
    "adadelta": (adadelta, {}, [0.95453238, 0.95452375, 0.95452215], 1e-8),
    "adam": (adam, {"learning_rate": 0.01}, [0.90034972] * 3, 3e-7),
    "adamax": (adamax, {"learning_rate": 0.01}, [0.90211749] * 3, 3e-7),
    "amsgrad": (amsgrad, {"learning_rate": 0.01}, [0.90034980] * 3, 3e-7),
}
RULES = {name: row[0] for name, row in TABLE.items()}


def adagrad_with_momentum(gradients, params, learning_rate):
    return apply_momentum(adagrad(gradients, params, learning_rate), params, 0.5)


def sgd_with_longer_steps(gradients, params, learning_rate):
    return scale_steps(sgd(gradients, params, learning_rate), {params[0]: 2.0})


class Race:
    """All rules in one compiled function, each on its own w and with the gradient it is given."""

    def __init__(self, floatX):
        rows = {name: (rule, settings) for name, (rule, settings, _, _) in TABLE.items()}
        rows["wrapped"] = adagrad_with_momentum, {"learning_rate": 0.1}
        rows["half"] = adadelta, {"learning_rate": 0.5}
        rows["scaled"] = sgd_with_longer_steps, {"learning_rate": 0.1}
        self.params = {name: pytensor.shared(np.ones(3, floatX), name=name) for name in rows}
        inputs, updates = [], {}
        for name, (rule, settings) in rows.items():
            gradient = pt.vector(name, dtype=floatX)
            inputs.append(gradient)
            updates |= rule([gradient], [self.params[name]], **settings)
        self._step = function(inputs, updates=updates)
        self.state = list(updates)

    def run(self, gradient, start, n_steps):
        """{name: the values of w at each step} for gradient(w, step); the state begins at 0."""
        for variable in self.state:
            variable.set_value(np.zeros_like(np.asarray(variable.get_value())))
        for param in self.params.values():
            param.set_value(np.asarray(start, dtype=param.dtype))
        history = {name: [np.array(start)] for name in self.params}
        for step in range(n_steps):
            slopes = [gradient(each[-1], step) for each in history.values()]
            self._step(*(slope.astype(self.state[0].dtype) for slope in slopes))
            for name, param in self.params.items():
                history[name].append(np.array(param.get_value()))
        return history


@cache
def compiled_race(mode, floatX):
    return Race(floatX)


@pytest.fixture
def race(mode, floatX):
    return compiled_race(mode, floatX)


def table_gradient(w, step=0):
    return 2 * CURVATURE * w


@pytest.mark.parametrize(
    "backend", ["NUMBA float32", "NUMBA float64", "JAX float32", "JAX float64"], indirect=True
)
def test_rules_take_the_ten_steps_of_the_table(race, floatX):
    after = race.run(table_gradient, np.ones(3), n_steps=10)
    for name, (_, _, expected, digits) in TABLE.items():
        tolerance = max(digits, 1e-5) if floatX == "float32" else digits
        np.testing.assert_allclose(after[name][-1], expected, rtol=tolerance, err_msg=name)


def test_state_keeps_the_parameters_width(race, floatX):
    race.run(table_gradient, np.ones(3), n_steps=1)
    assert {str(variable.get_value().dtype) for variable in race.state} == {floatX}


def test_rules_follow_the_valley_of_rosenbrock(race, floatX):
    def banana(w):
        x, y, _ = w
        return np.array([2 * (x - 1) - 40 * x * (y - x**2), 20 * (y - x**2), 0])

    def height(w):
        return (w[0] - 1) ** 2 + 10 * (w[1] - w[0] ** 2) ** 2

    def shortened(w, step):
        return banana(w) / max(1, np.linalg.norm(banana(w)))

    start = np.array([-0.5, 0.5, 0.0])
    after = race.run(shortened, start, n_steps=60)
    for name, path in after.items():
        assert height(path[-1]) < height(start), name


def test_weights_without_a_gradient_stay(race):
    after = race.run(lambda w, step: np.zeros(3), np.ones(3), n_steps=3)
    for name, path in after.items():
        np.testing.assert_array_equal(path, 1, err_msg=name)


def test_amsgrad_divides_by_the_largest_as_numpy_says(race, floatX):
    def fading(w, step):
        return np.array([1.0, -2.0, 0.5]) * 0.01**step

    w, mean, square, largest = np.ones(3), 0, 0, 0
    for step in range(40):
        mean = 0.9 * mean + 0.1 * fading(w, step)
        square = 0.999 * square + 0.001 * fading(w, step) ** 2
        largest = np.maximum(largest, square)
        rate = 0.01 * np.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
        w = w - rate * mean / (np.sqrt(largest) + 1e-8)
    found = race.run(fading, np.ones(3), n_steps=40)
    tolerance = 1e-12 if floatX == "float64" else 1e-5
    np.testing.assert_allclose(found["amsgrad"][-1], w, rtol=tolerance)
    assert np.all(np.abs(found["adam"][-1] - w) > 1e-4)


def test_adadelta_has_a_rate_too(race, floatX):
    one = race.run(table_gradient, np.ones(3), n_steps=1)
    whole, half = (1 - one[name][-1] for name in ("adadelta", "half"))
    np.testing.assert_allclose(half, whole / 2, rtol=1e-12 if floatX == "float64" else 1e-3)


def test_momentum_wraps_adagrad_as_numpy_says(race, floatX):
    w, squares, velocity = np.ones(3), np.zeros(3), np.zeros(3)
    for _ in range(10):
        gradient = table_gradient(w)
        squares = squares + gradient**2
        velocity = 0.5 * velocity - 0.1 * gradient / np.sqrt(squares + 1e-6)
        w = w + velocity
    found = race.run(table_gradient, np.ones(3), n_steps=10)["wrapped"][-1]
    np.testing.assert_allclose(found, w, rtol=1e-12 if floatX == "float64" else 1e-5)


def test_scaled_steps_are_those_of_a_scaled_rate(race, floatX):
    found = race.run(table_gradient, np.ones(3), n_steps=10)["scaled"][-1]
    expected = (1 - 2 * 0.1 * 2 * CURVATURE) ** 10
    np.testing.assert_allclose(found, expected, rtol=1e-12 if floatX == "float64" else 1e-5)


@pytest.fixture
def w():
    return pytensor.shared(np.ones((3, 2), "float32"), name="hidden0.W", shape=(None, 2))


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("rate", [0.1, np.float64(0.1), pytensor.shared(np.float64(0.1))])
def test_nothing_is_widened_by_rates_and_settings(name, rate, w, floatX):
    updates = RULES[name]((w**2).sum(), [w], learning_rate=rate)
    assert {value.dtype for value in updates.values()} == {"float32"}
    for variable, value in updates.items():
        assert variable.type.is_super(value.type), variable


@pytest.mark.parametrize("name", RULES)
def test_state_is_named_for_its_parameter(name, w):
    updates = RULES[name]((w**2).sum(), [w], learning_rate=0.1)
    names = [variable.name for variable in updates]
    assert len(set(names)) == len(names)
    assert all(each == "hidden0.W" or each.startswith("hidden0.W.") for each in names)
    for variable in updates:
        assert variable.name.endswith(".steps") or variable.get_value().shape == (3, 2)


def test_state_of_a_nameless_parameter_has_no_name():
    w = pytensor.shared(np.ones(2))
    assert [variable.name for variable in momentum((w**2).sum(), [w], 0.1)] == [None, None]


def test_one_counter_serves_all_parameters(w):
    b = pytensor.shared(np.ones(2, "float32"), name="hidden0.b")
    updates = adam((w**2).sum() + b.sum(), [w, b])
    assert [each.name for each in updates if each.ndim == 0] == ["hidden0.W.steps"]


@pytest.mark.parametrize("wrap", [apply_momentum, apply_nesterov_momentum])
def test_wrapping_leaves_the_given_updates_alone(wrap, w):
    updates = sgd((w**2).sum(), [w], 0.1)
    before = dict(updates)
    assert len(wrap(updates, [w])) == 2
    assert updates == before


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("rate", [0, -0.1, float("nan"), float("inf")])
def test_rates_are_above_zero(name, rate, w):
    with pytest.raises(
        InputError, match=rf"^learning_rate is {rate}; it is above 0, such as 0\.01"
    ):
        RULES[name]((w**2).sum(), [w], learning_rate=rate)


@pytest.mark.parametrize(
    ("rule", "setting"),
    [
        (momentum, "momentum"),
        (nesterov, "momentum"),
        (rmsprop, "rho"),
        (adadelta, "rho"),
        (adam, "beta1"),
        (amsgrad, "beta2"),
        (adamax, "beta1"),
    ],
)
@pytest.mark.parametrize("value", [1, -0.1, 90])
def test_settings_are_fractions(rule, setting, value, w):
    message = rf"^{setting} is {value}; it is at least 0 and below 1, such as 0\.9"
    with pytest.raises(InputError, match=message):
        rule((w**2).sum(), [w], learning_rate=0.1, **{setting: value})


@pytest.mark.parametrize("rate", ["0.1", None, np.ones(2), pt.vector("rates")])
def test_rates_are_numbers(rate, w):
    with pytest.raises(InputError, match=r"^learning_rate is .*; a number or a shared scalar"):
        sgd((w**2).sum(), [w], rate)


def test_steps_of_what_is_not_updated(w):
    b = pytensor.shared(np.ones(2, "float32"), name="hidden0.b")
    with pytest.raises(InputError, match=r"^parameter hidden0.b is not updated .*: hidden0.W$"):
        scale_steps(sgd((w**2).sum(), [w], 0.1), {b: 2.0})


def test_factors_are_above_zero(w):
    with pytest.raises(InputError, match=r"^the factor of hidden0.W is -1; it is above 0"):
        scale_steps(sgd((w**2).sum(), [w], 0.1), {w: -1})
