"""Minibatches learned from many at a time: the same numbers, and whoever looks sees its own."""

import resource
import time

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function, shared_dataset
from dltut.kernels.engine import many
from dltut.machine.rng import Streams
from dltut.machine.stopwatch import Stopwatch
from dltut.nn import negative_log_likelihood
from dltut.optim import momentum
from dltut.training import (
    Extension,
    LossHistory,
    MaxEpochs,
    Monitor,
    NoImprovement,
    Patience,
    PolyakAverage,
    Scheduled,
    Trainer,
    any_of,
    minibatch_function,
    minibatch_functions,
    trainer,
)


def noisy_step(chunk_size=None, partial="drop", n=23):
    """A linear classifier with momentum and noise on its inputs, (step, params, measured, rate)."""
    rng = np.random.default_rng(7)
    given = shared_dataset((rng.random((n, 5)), rng.integers(0, 3, n)), chunk_size)
    x, y = pt.matrix("x"), pt.ivector("y")
    W = pytensor.shared(np.zeros((5, 3), x.dtype), "W")
    b = pytensor.shared(np.zeros(3, x.dtype), "b")
    seen = x * Streams(5).bernoulli(0.8, x)
    cost = negative_log_likelihood(seen @ W + b, y)
    rate = pytensor.shared(np.asarray(0.5, x.dtype), "rate")
    updates = momentum(cost, [W, b], rate, 0.9)
    step = minibatch_function(cost, [x, y], given, 4, updates, partial)
    plain = negative_log_likelihood(x @ W + b, y)
    measured = minibatch_functions({"cost": plain}, [x, y], {"valid": given}, 4)
    return step, measured, rate


def values(step):
    return {name: np.array(variable.get_value()) for name, variable in step.state.items()}


@pytest.mark.parametrize("chunk_size", [None, 8])
def test_many_calls_are_the_single_ones(mode, floatX, chunk_size):
    """Costs and everything that changes, bit for bit, in pieces of any length."""
    alone, *_ = noisy_step(chunk_size, "keep")
    together, *_ = noisy_step(chunk_size, "keep")
    assert alone.n_batches == 6
    expected = [float(alone(index)) for _ in range(2) for index in range(6)]
    found = [together.many(*piece) for piece in ((0, 1), (1, 5), (0, 2), (2, 4))]
    assert np.concatenate(found).tolist() == expected
    for name, value in values(alone).items():
        np.testing.assert_array_equal(values(together)[name], value, err_msg=name)
    assert together.many(3, 0).shape == (0,)
    for piece in ((-1, 2), (4, 3), (6, 1)):
        with pytest.raises(IndexError, match=r"^minibatch"):
            together.many(*piece)


def test_numbers_are_made_by_one_call_of_compiled_code(monkeypatch):
    """In mode NUMBA, and again after a value of another kind was set."""
    step, *_ = noisy_step()
    step(0)
    monkeypatch.setattr(type(step._function), "__call__", None)
    assert step.many(1, 4).shape == (4,)
    W = step.state["W"]
    W.set_value(np.asfortranarray(W.get_value()), borrow=True)
    with pytest.raises(TypeError):  # these were compiled for another layout: one by one
        step.many(1, 4)


def test_it_ends_with_a_number_that_is_not_finite():
    i = pt.lscalar("i")
    count = pytensor.shared(0.0, "count")
    f = function([i], 1.0 / (i - 3), {count: count + 1.0})
    for _ in range(2):
        np.testing.assert_array_equal(f.many(1, 9), [-0.5, -1.0, np.inf])
    assert count.get_value() == 6


def test_calls_without_machine_code_are_made_one_by_one():
    i = pt.lscalar("i")
    f = function([i], 1.0 / i, mode="FAST_COMPILE")
    for _ in range(2):
        np.testing.assert_array_equal(f.many(1, 2), [1.0, 0.5])


def test_what_is_no_longer_needed_is_given_back():
    """A value that each call makes anew: a thousand calls hold no more than one."""
    i = pt.lscalar("i")
    value = pytensor.shared(np.zeros(50_000), "value")
    f = function([i], value.sum() + i, {value: pt.cumsum(value) + i})
    f.many(0, 2)
    f.many(0, 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    f.many(0, 1000)  # 400 MB in all
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


def test_compiling_the_loop_does_not_count(monkeypatch):
    """Of a function that has no shared variable, which is made many times as well."""
    on_disk, watch = many.kept_on_disk, Stopwatch()

    class Slowly:
        def __init__(self, *arguments, **options):
            self.loop, self.is_compiled = on_disk(*arguments, **options), False

        def compile(self, kinds=None):
            time.sleep(0.5)
            self.is_compiled = kinds is None or self.loop.compile(kinds) is not None

        def __call__(self, *arguments):
            if not self.is_compiled:
                self.compile()
            return self.loop(*arguments)

    monkeypatch.setattr(many, "kept_on_disk", Slowly)
    i = pt.lscalar("i")
    f = function([i], 2.0 * i)
    f(0)
    many._loop.cache_clear()
    with watch.running():
        np.testing.assert_array_equal(f.many(1, 3), [2.0, 4.0, 6.0])
    many._loop.cache_clear()
    assert watch.seconds < 0.5


def run(quick, monkeypatch, extensions=(), n_epochs=6, **options):
    """Train; `quick`: many minibatches at a time, from the first second on."""
    monkeypatch.setattr(trainer, "PAYS_AFTER", -1.0 if quick else 1e9)
    step, measured, rate = noisy_step(**options)
    made = [each(rate) for each in extensions]
    monitor = Monitor(measured, every=4, watch="valid_cost", lower=True)
    training = Trainer(step, extensions=[*made[:1], monitor, *made[1:]])
    calls, at_once = [], step.many
    step.many = lambda first, n: calls.append(n) or at_once(first, n)
    log = training.run(n_epochs)
    return log, values(step), training, made, calls


@pytest.mark.parametrize(
    "extensions",
    [
        (),
        (lambda rate: LossHistory(),),
        (lambda rate: LossHistory(), lambda rate: Patience(13, 2), lambda rate: NoImprovement(9)),
        (lambda rate: LossHistory(), lambda rate: any_of(Patience(21), MaxEpochs(5))),
        (lambda rate: Scheduled(rate, lambda epoch: 0.5**epoch),),
        (lambda rate: Scheduled(rate, lambda number: 0.9**number, per="minibatch"),),
    ],
)
def test_a_run_is_the_same(monkeypatch, extensions):
    slow_log, slow, slow_training, slow_made, none = run(False, monkeypatch, extensions)
    log, quick, training, made, calls = run(True, monkeypatch, extensions)
    assert not none
    per_minibatch = any(getattr(each, "per", "") == "minibatch" for each in made)
    assert bool(calls) != per_minibatch
    assert (log.iteration, log.stop_reason) == (slow_log.iteration, slow_log.stop_reason)
    assert log.rows == slow_log.rows
    for name, value in slow.items():
        np.testing.assert_array_equal(quick[name], value, err_msg=name)
        np.testing.assert_array_equal(training.best[name], slow_training.best[name])
    for one, other in zip(made, slow_made, strict=True):
        if isinstance(one, LossHistory):
            assert one.costs == other.costs
            assert len(one.costs) == log.iteration + 1


def test_averages_begin_where_they_should(monkeypatch):
    sums = []
    for quick in (False, True):
        step, *_ = noisy_step()
        monkeypatch.setattr(trainer, "PAYS_AFTER", -1.0 if quick else 1e9)
        averaging = PolyakAverage([step.state["W"]], start=7)
        Trainer(step, extensions=[averaging]).run(3)
        assert averaging.n == 8
        sums.append(averaging._sums["W"])
    np.testing.assert_array_equal(*sums)


class Sees(Extension):
    """Notes the iterations at which it is asked."""

    def __init__(self):
        self.seen = []

    def after_batch(self, trainer):
        self.seen.append(trainer.log.iteration)


class SeesRows(Sees):
    next_look = Extension.with_others


class LooksAgain(SeesRows):
    """Fills in another hook and does not say how often."""

    def should_stop(self, log):
        return None


class LooksAtTen(LooksAgain):
    def next_look(self, log):
        return 10 if log.iteration < 10 else None


class Borrowed:
    """No `Extension`, but with a hook."""

    def __init__(self):
        self.seen = []

    def between_batches(self, trainer):
        self.seen.append(trainer.log.iteration)


@pytest.mark.parametrize("kind", [Sees, LooksAgain, Borrowed])
def test_whoever_does_not_say_sees_every_minibatch(monkeypatch, kind):
    _, _, _, (extension,), calls = run(True, monkeypatch, (lambda rate: kind(),), 3)
    assert extension.seen == list(range(15))
    assert not calls


@pytest.mark.parametrize(("kind", "also"), [(SeesRows, ()), (LooksAtTen, (10,))])
def test_the_others_see_what_they_asked_for(monkeypatch, kind, also):
    """A row comes after every fourth minibatch, an epoch has five."""
    _, _, _, (extension,), calls = run(True, monkeypatch, (lambda rate: kind(),), 3)
    assert calls
    assert {3, 4, 7, 9, 11, 14, *also} <= set(extension.seen)
    assert len(extension.seen) < 15


def test_a_mistake_in_the_data_is_one_line():
    """It stands in the third minibatch."""
    x, y = np.zeros((8, 2)), np.array([0, 1, 1, 0, 1, 7, 0, 0])
    W = pytensor.shared(np.zeros((2, 3)), "W")
    scores, labels = pt.dmatrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(scores @ W, labels)
    step = minibatch_function(cost, [scores, labels], shared_dataset((x, y)), 2)
    step(0)
    with pytest.raises(ValueError, match=r"^a label is outside the classes") as caught:
        step.many(0, 4)
    assert "\n" not in str(caught.value)
