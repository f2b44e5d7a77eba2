"""Steps in JAX's loop: what takes part, and that no value is ever lost."""

import sys
from contextlib import contextmanager

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.nn import conv2d

pytest.importorskip("jax")
from dltut.kernels.engine import looped


def counting():
    """A step that counts and doubles, its variables, its loop once it was called."""
    i = pt.lscalar("i")
    count, twice = pytensor.shared(0.0, "count"), pytensor.shared(np.ones(3), "twice")
    step = function([i], 1.0 / (i - 3), {count: count + 1, twice: twice * 2}, mode="JAX")
    return step, count, twice


def loop_of(step):
    return step._function._loop


def test_many_steps_are_one_call(monkeypatch):
    step, count, twice = counting()
    step(5)
    monkeypatch.setattr(type(step._function), "__call__", None)
    np.testing.assert_array_equal(step.many(4, 3), [1, 1 / 2, 1 / 3])
    assert count.get_value() == 4 and twice.get_value().tolist() == [16, 16, 16]
    np.testing.assert_array_equal(step.many(1, 9), [-0.5, -1, np.inf])
    assert count.get_value() == 7


def test_costs_are_fetched_in_pieces(monkeypatch):
    monkeypatch.setattr(looped, "AT_MOST", 4)
    step, count, _ = counting()
    step(5)
    np.testing.assert_array_equal(step.many(4, 10), 1 / np.arange(1.0, 11))
    assert count.get_value() == 11 and loop_of(step)._costs[0].shape == (4,)


def test_single_steps_and_many_are_compiled_once():
    step, count, twice = counting()
    step(5)
    step.many(4, 3)
    count.set_value(0.0)
    twice.set_value(np.zeros(3))
    assert step(7) == 1 / 4 and step(8) == 1 / 5
    assert count.get_value() == 2 and twice.get_value().tolist() == [0, 0, 0]
    assert loop_of(step)._many._cache_size() == 1
    twice.set_value(np.ones(2))
    step.many(4, 3)
    assert twice.get_value().tolist() == [8, 8]


def test_values_that_were_handed_out_stay():
    """JAX has their memory for the next ones, but not while somebody looks."""
    mine = np.ones(3)
    step, _, twice = counting()
    twice.set_value(mine, borrow=True)
    step.many(4, 3)
    seen = twice.get_value(borrow=True)
    step.many(4, 3)
    assert mine.tolist() == [1, 1, 1] and seen.tolist() == [8, 8, 8]
    assert twice.get_value().tolist() == [64, 64, 64]


def test_variables_may_take_the_values_of_others():
    first, second, fixed = (pytensor.shared(np.full(2, x)) for x in (1.0, 2.0, 3.0))
    copy = pytensor.shared(np.zeros(2))
    i = pt.lscalar("i")
    updates = {first: second, second: first, copy: fixed}
    step = function([i], 1.0 * i, updates, mode="JAX")
    for n in (1, 2, 2):
        step.many(0, n)
    assert loop_of(step) is not None
    values = [each.get_value()[0] for each in (first, second, copy, fixed)]
    assert values == [2, 1, 3, 3]


def picture(w):
    return conv2d(pt.ones((1, 1, 3, 3)), pt.ones((1, 1, 2, 2)) * w[0]).sum()


@pytest.mark.parametrize(
    ("number", "made", "following", "factor"),
    [
        (pt.lscalar, lambda w, i: [i * w.sum(), w], lambda w: {w: w * 2}, 2),
        (pt.lscalar, lambda w, i: i * w.sum(), lambda w: {w: pt.concatenate([w, w])}, 2),
        (pt.lscalar, lambda w, i: i * w.sum(), lambda w: {}, 1),
        (pt.dscalar, lambda w, i: i * w.sum(), lambda w: {w: w * 2}, 2),
        (pt.lscalar, lambda w, i: i * picture(w), lambda w: {w: w * 2}, 2),
    ],
    ids=["two outputs", "grows", "no updates", "real number", "convolution"],
)
def test_what_is_no_step_is_called_as_ever(number, made, following, factor, monkeypatch):
    """And so are convolutions on a processor, where XLA is slow with them in loops."""
    monkeypatch.setattr(looped, "is_card", lambda: False)
    i, w = number("i"), pytensor.shared(np.ones(3), "w")
    step = function([i], made(w, i), following(w), mode="JAX")
    found = [step(2) for _ in range(3)]
    assert loop_of(step) is None
    found = [each[0] if isinstance(each, list) else each for each in found]
    np.testing.assert_array_equal(found, found[0] * factor ** np.arange(3.0))


def test_a_card_goes_round_by_itself(monkeypatch):
    """XLA knows the options, and does without where it does not."""
    assert (looped.in_one_graph() is None) == (not looped.is_card())
    monkeypatch.setattr(looped, "is_card", lambda: True)
    (kinds,) = looped.in_one_graph.__wrapped__().values()
    assert kinds.endswith("WHILE")
    monkeypatch.setattr(looped, "IN_A_GRAPH", ("WHILE", "NO_SUCH_KIND"))
    assert looped.in_one_graph.__wrapped__() is None


def test_an_interruption_loses_nothing():
    """Broken off before each instruction of Python: a step was taken, or it was not."""
    step, count, twice = counting()
    step(5)
    n_steps = n_broken = 0
    for place in range(10_000):
        try:
            with interrupted_before(place):
                step(5)
            n_steps += 1
            break
        except KeyboardInterrupt:
            n_broken += 1
        taken = int(count.get_value()) - 1
        assert twice.get_value().tolist() == [2.0 ** (taken + 1)] * 3
        assert taken - n_steps in (0, 1)
        n_steps = taken
    assert n_broken > 50 and 0 < n_steps < n_broken
    assert step(5) == 0.5


@contextmanager
def interrupted_before(place):
    """Ctrl-C before an instruction of our code, counted from the first."""
    left = place

    def trace(frame, event, _):
        nonlocal left
        if not frame.f_code.co_filename.endswith(("looped.py", "backend.py")):
            return None
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if left < 0:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    sys._getframe().f_trace_opcodes = True  # or Python 3.12 tells of lines alone
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)
