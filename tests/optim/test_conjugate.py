"""Conjugate gradients on costs written in NumPy: nothing is compiled."""

import warnings

import numpy as np
import pytensor
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import check_grad, minimize, rosen, rosen_der

from dltut.exceptions import InputError
from dltut.optim import conjugate_gradient, flatten, unflatten
from dltut.training import Checkpoint, Extension, Monitor, Trainer

FLOATS = st.sampled_from(["float32", "float64"])


@given(
    st.lists(
        FLOATS.flatmap(lambda width: hnp.arrays(width, hnp.array_shapes(min_dims=0, max_dims=3))),
        min_size=1,
        max_size=4,
    )
)
def test_arrays_come_back_exactly(arrays):
    vector = flatten(arrays)
    assert vector.dtype == "float64"
    for found, array in zip(unflatten(vector, arrays), arrays, strict=True):
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)


def test_a_vector_of_another_size():
    with pytest.raises(InputError, match=r"^a vector of shape \(3,\) does not fill 4 elements"):
        unflatten(np.zeros(3), [np.zeros((2, 2))])


class Logistic:
    """Softmax regression in NumPy on three clouds of points that lines separate."""

    def __init__(self, width="float64"):
        rng = np.random.RandomState(0)
        self.y = np.repeat(np.arange(3), 40)
        self.x = rng.normal(size=(120, 2)) * 0.5 + np.array([[0, 3], [3, -2], [-3, -2]])[self.y]
        self.params = [
            pytensor.shared(np.zeros(shape, width), name=name)
            for name, shape in [("W", (2, 3)), ("b", 3)]
        ]

    def cost_and_gradient(self, rows=slice(None)):
        x, y = self.x[rows], self.y[rows]
        W, b = (param.get_value() for param in self.params)
        scores = x @ W + b
        log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        delta = (np.exp(log_p) - np.eye(3)[y]) / len(y)
        return -log_p[np.arange(len(y)), y].mean(), [x.T @ delta, delta.sum(axis=0)]

    def at(self, vector):
        for param, value in zip(
            self.params, unflatten(vector, [np.empty((2, 3)), np.empty(3)]), strict=True
        ):
            param.set_value(value)
        return self.cost_and_gradient()


def flat(found):
    """The cost and its gradients in one list."""
    cost, gradients = found
    return [cost, *gradients]


def descended(surface, params, n_iterations):
    """The cost after so many iterations on a surface."""
    step = conjugate_gradient(lambda index: flat(surface.cost_and_gradient()), params)
    return Trainer(step).run(n_iterations).cost


def test_the_oracle_has_the_right_gradient():
    model, point = Logistic(), np.linspace(-1, 1, 9)
    error = check_grad(lambda v: model.at(v)[0], lambda v: flatten(model.at(v)[1]), point)
    assert error < 1e-6


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_conjugate_gradients_beat_fifty_epochs_of_sgd(width):
    by_sgd, by_cg = Logistic(width), Logistic(width)
    for _ in range(50):
        for start in range(0, 120, 20):
            _, gradients = by_sgd.cost_and_gradient(slice(start, start + 20))
            for param, gradient in zip(by_sgd.params, gradients, strict=True):
                param.set_value((param.get_value() - 0.13 * gradient).astype(width))
    cost = descended(by_cg, by_cg.params, 50)
    assert cost < by_sgd.cost_and_gradient()[0]
    assert cost == by_cg.cost_and_gradient()[0]
    assert [param.get_value().dtype for param in by_cg.params] == [width, width]


class Bowl:
    """0.5 w A w - b w with a random positive definite A of five dimensions."""

    def __init__(self, rng):
        root = rng.normal(size=(5, 5))
        self.A, self.b = root @ root.T + np.eye(5), rng.normal(size=5)
        self.w = pytensor.shared(np.zeros(5), name="w")

    def cost_and_gradient(self):
        w = self.w.get_value()
        return 0.5 * w @ self.A @ w - self.b @ w, [self.A @ w - self.b]


def test_a_quadratic_bowl_is_solved(rng):
    bowl = Bowl(rng)
    descended(bowl, [bowl.w], 100)
    np.testing.assert_allclose(bowl.w.get_value(), np.linalg.solve(bowl.A, bowl.b), atol=1e-5)


def waves(x):
    return np.sin(3 * x).sum() + 0.05 * x @ x


def slope_of_waves(x):
    return 3 * np.cos(3 * x) + 0.1 * x


def distance(x):
    """The slope jumps where each part is least: no line search is content there."""
    return np.abs(x - 0.3).sum()


def slope_of_distance(x):
    return np.sign(x - 0.3)


SURFACES = {
    "rosenbrock": (rosen, rosen_der),
    "waves": (waves, slope_of_waves),
    "distance": (distance, slope_of_distance),
}


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("seed", range(8))
def test_each_iteration_is_scipy_s_bit_for_bit(name, seed):
    f, slope = SURFACES[name]
    start = np.random.default_rng(seed).normal(size=2 + seed % 4) * 2
    theirs, ours, w = [], [], pytensor.shared(start.copy(), name="w")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")

        def note(intermediate_result):
            theirs.append((intermediate_result.x.copy(), intermediate_result.fun))

        options = {"maxiter": 40}
        minimize(f, start, jac=slope, method="CG", callback=note, options=options)
        step = conjugate_gradient(lambda index: [f(w.get_value()), slope(w.get_value())], [w])
        for _ in range(40):
            try:
                ours.append((step(), w.get_value()))
            except StopIteration:
                break
    assert len(ours) == len(theirs)
    for (cost, x), (their_x, their_cost) in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(x, their_x)
        assert cost == their_cost


class Interrupt(Extension):
    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


def searched(folder, stop=None, width="float32"):
    """A run of the search over three parts of the clouds, resumed if it can be."""
    model = Logistic(width)

    class Part:
        n_batches, n_examples = 3, 120

        def __call__(self, index):
            cost, gradients = model.cost_and_gradient(slice(40 * index, 40 * index + 40))
            return [cost, *gradients]

    def error():
        W, b = (param.get_value() for param in model.params)
        return float((np.argmax(model.x @ W + b, axis=1) != model.y).mean())

    step = conjugate_gradient(Part(), model.params)
    keep = Checkpoint(folder, resume=True, every_seconds=0)
    made = Trainer(step, extensions=[Monitor(error), Interrupt(stop), keep])
    made.run(12)
    values = {name: each.tobytes() for name, each in made.values().items()}
    return made.log.rows, values, [each.get_value().tobytes() for each in model.params]


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_a_search_resumes_bit_for_bit(tmp_path, width):
    whole = searched(tmp_path / "whole", width=width)
    assert len(whole[0]) > 6
    for stop in (0, 1, 5):
        searched(tmp_path / f"{stop}", stop, width)
        assert searched(tmp_path / f"{stop}", width=width) == whole


def test_a_search_that_has_arrived_ends_the_run():
    bowl = Bowl(np.random.default_rng(0))
    step = conjugate_gradient(lambda index: flat(bowl.cost_and_gradient()), [bowl.w])
    log = Trainer(step).run(1000)
    assert log.stop_reason == "no part of the gradient is above 1e-05"
    assert 3 < log.iteration < 100 and log.cost == step.cost == bowl.cost_and_gradient()[0]
    w, costs = pytensor.shared(np.ones(2), name="w"), iter(range(1000))
    log = Trainer(conjugate_gradient(lambda index: [next(costs), np.ones(2)], [w])).run(9)
    assert (log.iteration, log.stop_reason) == (-1, "no direction leads lower")
    np.testing.assert_array_equal(w.get_value(), np.ones(2))


def test_a_search_begins_where_the_parameters_are_by_then():
    bowl = Bowl(np.random.default_rng(0))
    step = conjugate_gradient(lambda index: flat(bowl.cost_and_gradient()), [bowl.w])
    bowl.w.set_value(np.full(5, 3.0))
    first = step()
    again = conjugate_gradient(lambda index: flat(bowl.cost_and_gradient()), [bowl.w])
    bowl.w.set_value(np.full(5, 3.0))
    assert again() == first


def test_parts_of_several_sizes_are_refused():
    class Part:
        n_batches, n_examples = 3, 100

    with pytest.raises(InputError, match="100 examples in 3 minibatches: give partial='drop'"):
        conjugate_gradient(Part(), [pytensor.shared(np.ones(2), name="w")])


@pytest.mark.parametrize("tolerance", [0, -1, np.nan])
def test_a_tolerance_is_positive(tolerance):
    with pytest.raises(InputError, match="tolerance is"):
        conjugate_gradient(flat, [pytensor.shared(np.ones(2), name="w")], tolerance)


def test_the_parameters_are_where_the_search_is(rng):
    """Whatever the evaluation leaves in them, and wherever it is broken off."""
    bowl, costs = Bowl(rng), []

    def untidy(index):
        found = flat(bowl.cost_and_gradient())
        bowl.w.set_value(np.full(5, 1e6))
        if len(costs) == 4:
            raise KeyboardInterrupt
        return found

    step = conjugate_gradient(untidy, [bowl.w])
    for _ in range(4):
        costs.append(step())
        assert costs[-1] == step.cost == bowl.cost_and_gradient()[0]
    assert costs == sorted(costs, reverse=True)
    with pytest.raises(KeyboardInterrupt):
        step()
    step.go_back()
    assert bowl.cost_and_gradient()[0] == costs[-1]


def test_costs_and_gradients_that_cannot_be_used():
    w = pytensor.shared(np.zeros(5), name="w")
    with pytest.raises(InputError, match=r"^the cost is nan at the start: look for NaN"):
        conjugate_gradient(lambda index: [np.nan, np.zeros(5)], [w])()
    with pytest.raises(InputError, match=r"^the gradients have 4 elements, the parameters 5"):
        conjugate_gradient(lambda index: [1.0, np.zeros(4)], [w])()
    with pytest.raises(InputError, match="two parameters are called 'w'"):
        conjugate_gradient(flat, [w, pytensor.shared(np.zeros(5), name="w")])
