"""Line searches on costs written in NumPy; a small model compiled at the end."""

import numpy as np
import pytensor
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut import shared_dataset
from dltut.exceptions import InputError
from dltut.layers import Dropout
from dltut.machine.rng import Streams
from dltut.models import LogisticRegression
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import batch_descent
from dltut.training import Checkpoint, Extension, Monitor, Trainer, minibatch_function


class Surface:
    """A cost in NumPy, which counts how often it is looked at."""

    def __init__(self, cost, gradient, start, width="float64", n_batches=1):
        self.w = pytensor.shared(np.array(start, dtype=width), name="w")
        self.cost, self.gradient, self.n_batches, self.seen = cost, gradient, n_batches, []

    def __call__(self, index):
        w = self.w.get_value()
        self.seen.append(w)
        return self.cost(w, index), self.gradient(w, index)


def line(least, start=0.0):
    """(w - least) ** 2, seen from a start."""
    return Surface(lambda w, i: (w[0] - least) ** 2, lambda w, i: 2 * (w - least), [start])


def bowl(rng, n, width="float64", n_batches=1):
    roots = rng.normal(size=(n_batches, n, n))
    A = roots @ roots.transpose(0, 2, 1) + np.eye(n)
    b = rng.normal(size=(n_batches, n))
    surface = Surface(
        lambda w, i: 0.5 * w @ A[i] @ w - b[i] @ w,
        lambda w, i: A[i] @ w - b[i],
        np.zeros(n),
        width,
        n_batches,
    )
    surface.solution = np.linalg.solve(A[0], b[0])
    surface.A, surface.b = A[0], b[0]
    return surface


def test_the_points_of_the_exhaustive_search():
    """The way to 1.3, worked out by hand; the last is the lowest of the parabola."""
    surface = line(1.3)
    step = batch_descent(surface, [surface.w], n_updates=1)
    cost = step(0)
    tried = [float(w[0]) for w in surface.seen[2:]]
    halved = [1.5, 1.25, 1.375, 1.3125, 1.28125, 1.296875, 1.3046875]
    assert tried == pytest.approx([0.5, 1, 2, *halved, 1.3], rel=1e-12)
    assert cost == pytest.approx(0, abs=1e-25)
    assert step._kept["steps"].get_value() == pytest.approx([0.65, 1.3])


def test_the_exhaustive_search_ends_when_there_is_little_to_gain():
    # Doubling from 1: 2, 4, 8 gain 100, 200, 300; then 16 gains 0.5, below 1 % of 300.
    costs = {0: 1000, 0.5: 990, 1: 980, 2: 880, 4: 680, 8: 380, 16: 379.5}
    surface = Surface(lambda w, i: costs[-w[0]], lambda w, i: np.array([1.0]), [0.0])
    step = batch_descent(surface, [surface.w], n_updates=1)
    assert step(0) == 379.5
    assert [-w[0] for w in surface.seen[2:]] == [0.5, 1, 2, 4, 8, 16]


def test_the_exhaustive_search_comes_near_what_is_near():
    surface = line(0.01)
    step = batch_descent(surface, [surface.w], n_updates=1)
    assert step(0) < 1e-25
    assert step._kept["steps"].get_value() == pytest.approx([0.005, 0.01])
    surface = line(0.0001)  # farther in than ten points come
    step = batch_descent(surface, [surface.w], n_updates=5)
    assert step(0) < 1e-20


SIMPLE = [0.001, 0.005, 0.01, 0.05, 0.1]


@pytest.mark.parametrize(
    ("least", "best", "factor"),
    [(0.011, 0.01, 1), (0.12, 0.1, 2), (0.002, 0.001, 1 / 3), (0.0001, 0.0, 1 / 3)],
)
def test_the_simple_search_becomes_finer_or_coarser(least, best, factor):
    surface = line(least)
    step = batch_descent(surface, [surface.w], n_updates=1, search="simple")
    step(0)
    assert surface.w.get_value() == pytest.approx([best])
    assert step._kept["steps"].get_value() == pytest.approx(np.multiply(SIMPLE, factor))


def test_several_updates_with_the_simple_search():
    """By hand: .1 and twice as far, .2 and again, .4 of 1.0; the rest with shorter steps."""
    surface = line(1.0)
    step = batch_descent(surface, [surface.w], n_updates=3, search="simple")
    step(0)
    assert surface.w.get_value() == pytest.approx([0.7])
    assert step._kept["steps"].get_value() == pytest.approx(np.multiply(SIMPLE, 8))


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_a_bowl_is_solved_in_as_many_steps_as_it_has_dimensions(n):
    for seed in range(5):
        surface = bowl(np.random.default_rng(seed), n)
        batch_descent(surface, [surface.w], n_updates=n)(0)
        np.testing.assert_allclose(surface.w.get_value(), surface.solution, atol=1e-5)


def test_directions_are_those_of_linear_conjugate_gradients(rng):
    surface = bowl(rng, 5)
    A, b, w = surface.A, surface.b, np.zeros(5)
    residual = direction = b
    for n in range(1, 5):
        alpha = residual @ residual / (direction @ A @ direction)
        w = w + alpha * direction
        before, residual = residual, residual - alpha * A @ direction
        direction = residual + residual @ residual / (before @ before) * direction
        surface.w.set_value(np.zeros(5))
        batch_descent(surface, [surface.w], n_updates=n)(0)
        np.testing.assert_allclose(surface.w.get_value(), w, atol=1e-5)


def test_damped_directions_keep_less_of_the_last(rng):
    """Where each line is searched to its lowest point, as much as the lengths have it."""
    surface = bowl(rng, 4)
    A, b, w, direction = surface.A, surface.b, np.zeros(4), None
    for n in range(1, 5):
        downhill = b - A @ w
        share = 0 if direction is None else downhill @ downhill / (direction @ direction)
        direction = downhill + share * (0 if direction is None else direction)
        w = w + downhill @ direction / (direction @ A @ direction) * direction
        surface.w.set_value(np.zeros(4))
        batch_descent(surface, [surface.w], n_updates=n, damped=True)(0)
        np.testing.assert_allclose(surface.w.get_value(), w, atol=1e-5)


def test_the_steepest_direction_is_slower(rng):
    costs = []
    for conjugate in (True, False):
        surface = bowl(np.random.default_rng(2), 6)
        costs.append(batch_descent(surface, [surface.w], 6, conjugate=conjugate)(0))
    assert costs[0] < costs[1] - 1e-3


def waves(width, n_batches=2):
    return Surface(
        lambda w, i: float(np.sin(3 * w + i).sum() + 0.05 * w @ w),
        lambda w, i: 3 * np.cos(3 * w + i) + 0.1 * w,
        np.linspace(-2, 5, 4),
        width,
        n_batches,
    )


@given(
    st.lists(st.floats(-9, 9), min_size=4, max_size=4),
    st.sampled_from(["simple", "exhaustive"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["float32", "float64"]),
)
def test_the_cost_of_a_batch_never_rises(start, search, conjugate, reset, width):
    surface = waves(width)
    surface.w.set_value(np.array(start, width))
    options = {"reset_step": reset, "reset_conjugate": reset, "damped": not reset}
    step = batch_descent(surface, [surface.w], 3, search, conjugate, **options)
    for index in (0, 1, 0, 1):
        before = surface(index)[0]
        after = step(index)
        assert after <= before
        assert after == surface(index)[0]
        assert surface.w.get_value().dtype == width


def test_a_run_goes_on_where_no_step_leads_lower():
    wrong = Surface(lambda w, i: float(w @ w), lambda w, i: -2 * w, [3.0, 4.0], n_batches=2)
    log = Trainer(batch_descent(wrong, [wrong.w])).run(3)
    assert (log.iteration, log.stop_reason) == (5, "max_epochs = 3 reached")
    np.testing.assert_array_equal(wrong.w.get_value(), [3, 4])
    there = line(0.0)  # nothing to be done
    assert batch_descent(there, [there.w])(0) == 0
    assert len(there.seen) == 2


def test_what_is_no_number_on_the_way_is_not_taken():
    surface = Surface(
        lambda w, i: -w[0] if w[0] < 3 else np.nan, lambda w, i: np.array([-1.0]), [0.0]
    )
    cost = batch_descent(surface, [surface.w], n_updates=2)(0)
    assert -3 < cost < -2


def test_a_cost_that_is_no_number_ends_the_run():
    surface = Surface(lambda w, i: np.nan, lambda w, i: w, [1.0])
    log = Trainer(batch_descent(surface, [surface.w])).run(3)
    assert log.stop_reason.startswith("the cost is not finite")
    np.testing.assert_array_equal(surface.w.get_value(), [1.0])


def test_running_averages_begin_with_the_first_values():
    surface = line(10.0)
    step = batch_descent(surface, [surface.w], n_updates=1, search="simple")
    names = ["ave_step_size", "ave_grad_size", "ave_grad_mult"]
    assert {name: each() for name, each in step.channels.items()} == dict.fromkeys(names, 0.0)
    step(0)  # a step of .1 along a gradient of 20, at 10
    step(0)  # and one of .1 along a gradient of 19.8
    log = Trainer(step, 1, [Monitor(step.channels, every=1)]).run(1)  # and of 19.6
    size = [20, 0.99 * 20 + 0.01 * 19.8]
    size.append(0.99 * size[1] + 0.01 * 19.6)
    mult = 0.99 * (0.99 * 0.1 / 20 + 0.01 * 0.1 / 19.8) + 0.01 * 0.1 / 19.6
    assert log.rows[0]["ave_step_size"] == pytest.approx(0.1)
    assert log.rows[0]["ave_grad_size"] == pytest.approx(size[2])
    assert log.rows[0]["ave_grad_mult"] == pytest.approx(mult)


class Interrupt(Extension):
    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("search", ["simple", "exhaustive"])
def test_resumed_after_any_batch_equals_uninterrupted(tmp_path, search, reset):
    def run(folder, *stops):
        for stop in (*stops, 99):
            surface = waves("float32", n_batches=3)
            options = {"reset_step": reset, "reset_conjugate": reset, "damped": not reset}
            step = batch_descent(surface, [surface.w], 2, search, **options)
            keep = Checkpoint(folder, resume=True)
            Trainer(step, extensions=[Monitor(step.channels), Interrupt(stop), keep]).run(2)
        return (folder / "log.jsonl").read_bytes(), [
            each.get_value().tobytes() for each in step.state.values()
        ]

    whole = run(tmp_path / "whole")
    for stop in range(5):
        assert run(tmp_path / str(stop), stop) == whole


def softmax(width, dropped=0.0):
    rng = np.random.default_rng(3)
    y = np.repeat(np.arange(3), 40)
    points = rng.normal(size=(120, 2)) * 0.5 + np.array([[0, 3], [3, -2], [-3, -2]])[y]
    order = rng.permutation(120)
    with pytensor.config.change_flags(floatX=width):
        split = shared_dataset((points[order], y[order]))
        x, y = split.x.type("x"), split.y.type("y")
        model = LogisticRegression(2, 3)
        scores = model(Dropout(Streams(1), dropped)(x, train=True))
        cost = negative_log_likelihood(scores, y)
        given = [x, y], split, 60
        options = {"mode": "FAST_COMPILE"}
        both = [cost, *pytensor.grad(cost, model.params)]
        part = minibatch_function(both, *given, **options)
        alone = minibatch_function(cost, *given, **options)
        wrong = minibatch_function(errors(scores, y), *given, **options)
    return model, part, alone, wrong


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_a_softmax_regression_learns(width):
    costs = []
    for spare in (False, True):
        model, part, alone, wrong = softmax(width)
        step = batch_descent(part, model.params, 5, cost=alone if spare else None)
        log = Trainer(step, extensions=[Monitor(wrong, at_start=True)]).run(3)
        assert log.n_batches == 2
        assert log.rows[-1]["valid_error"] == 0
        assert log.cost < 0.01
        assert [each.get_value().dtype for each in model.params] == [width, width]
        costs.append(log.cost)
    assert costs[0] == pytest.approx(costs[1], rel=1e-3)


def test_a_cost_with_dropout_is_refused():
    model, part, alone, _ = softmax("float64", dropped=0.5)
    message = "whenever it is computed: a search along a line needs one that stays the same"
    with pytest.raises(InputError, match=message):
        batch_descent(part, model.params)
    steady = softmax("float64")[1]
    with pytest.raises(InputError, match=message):
        batch_descent(steady, model.params, cost=alone)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_updates": 0}, "n_updates is 0; it counts updates"),
        ({"search": "exhaustiv"}, "there is no search 'exhaustiv'; did you mean exhaustive"),
        ({"least_step": 0}, "least_step is 0; it is above 0"),
    ],
)
def test_what_is_refused(options, message):
    surface = line(1.0)
    with pytest.raises(InputError, match=message):
        batch_descent(surface, [surface.w], **options)


def test_gradients_that_do_not_fit():
    surface = Surface(lambda w, i: w @ w, lambda w, i: w[:1], [1.0, 2.0])
    with pytest.raises(InputError, match="the gradients have 1 elements, the parameters 2"):
        batch_descent(surface, [surface.w])(0)
