"""Schedules: published values, boundaries, and settings that cannot be used."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.optim import schedules


def test_constant():
    assert [schedules.constant(0.1)(step) for step in (0, 1, 10**9)] == [0.1] * 3


def test_inverse_time_of_the_notes():
    rate = schedules.inverse_time(0.1)
    expected = {0: 1, 1: 1 / 1.001, 100: 1 / 1.1, 1000: 0.5}
    for epoch, share in expected.items():
        assert rate(epoch) == pytest.approx(0.1 * share, rel=1e-12)


def test_inverse_holds_until_start():
    rate = schedules.inverse(0.1, start=5)
    assert [rate(step) for step in (0, 4, 5)] == [0.1] * 3
    assert rate(6) == pytest.approx(0.1 * 5 / 6)


def test_exponential_at_the_published_batch():
    rate = schedules.exponential(0.05, 1.00004, minimum=1e-6)
    assert rate(0) == 0.05
    assert rate(25_000) == pytest.approx(0.0183943, abs=5e-8)
    assert rate(10**12) == 1e-6


def test_linear_at_the_published_epoch():
    assert schedules.linear(0.5, 0.7, 1, 250)(50) == pytest.approx(0.539357, abs=5e-7)


def test_linear_boundaries():
    momentum = schedules.linear(0.5, 0.99, start=1, saturate=10)
    assert [momentum(epoch) for epoch in (0, 1, 10, 11)] == [0.5, 0.5, 0.99, 0.99]
    assert momentum(2) == pytest.approx(0.5 + 0.49 / 9)


def test_linear_as_the_momentum_of_the_convolutional_network():
    momentum = schedules.linear(0.5, 0.99, start=1, saturate=10)
    found = [momentum(epoch) for epoch in (0, 1, 2, 3, 10)]
    assert found == pytest.approx([0.5, 0.5, 0.55444, 0.60889, 0.99], abs=5e-6)


@pytest.mark.parametrize(("start", "saturate"), [(1, 2), (3, 10), (5, 6)])
def test_linear_as_pylearn2_s_decay_over_epochs(start, saturate):
    """There, the epoch `start` is the first with a lower rate, by one of equal steps."""
    initial, factor = 0.1, 0.25
    rate = schedules.linear(initial, initial * factor, start - 1, saturate)
    lower = initial * (1 - factor) / (saturate - start + 1)
    expected = initial
    for epoch in range(1, 20):
        if start <= epoch <= saturate:
            expected -= lower
        assert rate(epoch) == pytest.approx(expected, rel=1e-12)
    assert rate(19) == pytest.approx(0.025)


def test_inverse_time_as_one_over_epoch():
    rate = schedules.inverse_time(0.1, decay=1 / 4, start=10, minimum=0.02)
    expected = {
        0: 1,
        9: 1,
        10: 1,
        11: 4 / 5,
        14: 1 / 2,
        22: 1 / 4,
        26: 1 / 5,
        27: 1 / 5,
        999: 1 / 5,
    }
    for epoch, share in expected.items():
        assert rate(epoch) == pytest.approx(0.1 * share, rel=1e-12)


def test_step_boundaries():
    rate = schedules.step(0.8, every=3)
    assert [rate(epoch) for epoch in range(7)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2]
    assert schedules.step(1.0, every=1, factor=0.1)(2) == pytest.approx(0.01)


def test_joined_schedules_count_from_their_starts():
    rate = schedules.join([float, lambda step: 100 + step, lambda step: -step], starts=[3, 5])
    assert [rate(step) for step in range(8)] == [0, 1, 2, 100, 101, 0, -1, -2]
    assert schedules.join([float], [])(7) == 7


@given(first=st.integers(0, 10**7), later=st.integers(0, 10**7))
def test_rates_never_grow(first, later):
    for rate in (
        schedules.constant(0.1),
        schedules.inverse_time(0.1),
        schedules.inverse_time(0.1, 0.5, start=100, minimum=1e-3),
        schedules.inverse(0.1, 100),
        schedules.exponential(0.1, 1.5, 1e-4),
        schedules.linear(0.1, 0.01, 10, 10**6),
        schedules.step(0.1, 1000),
    ):
        assert 0.1 >= rate(first) >= rate(first + later) >= 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.inverse_time(0.1, -1), "^decay is -1; it is 0 or above"),
        (lambda: schedules.inverse_time(0.1, 1, np.inf), "^start is inf; it is a step"),
        (lambda: schedules.inverse_time(0.1, 1, 0, -1), "^minimum is -1; it is a number, 0 or abo"),
        (lambda: schedules.inverse(0.1, 0), "^start is 0; it is a step above 0"),
        (lambda: schedules.exponential(0.1, 0.5), "^factor 0.5 would make the value grow"),
        (lambda: schedules.linear(0.1, 0.2, 5, 5), "^saturate is 5; it is a step after start, 5"),
        (lambda: schedules.step(0.1, 0), "^every is 0; it counts steps"),
        (lambda: schedules.step(0.1, 2, 2), "^factor is 2; it is above 0 and at most 1"),
        (lambda: schedules.step(0.1, 2.5), "^every is 2.5; it counts steps"),
        (lambda: schedules.step(-0.1, 2), "^initial is -0.1; it is a number, 0 or above"),
        (lambda: schedules.constant(np.nan), "^value is nan; it is a number, 0 or above"),
        (lambda: schedules.constant("0.1"), "^value is '0.1'; it is a number, 0 or above"),
        (lambda: schedules.inverse_time(np.inf), "^initial is inf; it is a number, 0 or above"),
        (lambda: schedules.inverse_time(0.1, np.nan), "^decay is nan; it is 0 or above"),
        (lambda: schedules.inverse(0.1, np.inf), "^start is inf; it is a step above 0"),
        (lambda: schedules.exponential(0.1, np.nan), "^factor is nan; it is 1 or above"),
        (lambda: schedules.exponential(0.1, 2, -1), "^minimum is -1; it is a number, 0 or above"),
        (lambda: schedules.linear(0.1, np.nan, 0, 5), "^final is nan; it is a number"),
        (lambda: schedules.linear(0.1, 0.2, np.nan, 5), "^start is nan; it is a step"),
        (lambda: schedules.linear(0.1, 0.2, 0, np.nan), "^saturate is nan; it is a step after"),
        (lambda: schedules.join([], []), r"^starts is \[\]; it has the steps"),
        (lambda: schedules.join([float, float], []), r"^starts is \[\]; .* the 1 schedules behind"),
        (lambda: schedules.join([float] * 3, [5, 5]), r"^starts is \[5, 5\]; .*, rising from 0"),
        (lambda: schedules.join([float] * 2, [0]), r"^starts is \[0\]"),
    ],
)
def test_settings_that_cannot_be_used(make, message):
    with pytest.raises(InputError, match=message):
        make()
