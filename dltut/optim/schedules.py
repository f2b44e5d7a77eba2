"""How a learning rate or a momentum changes during the training.

A schedule is a plain function from a step, counted from 0 in epochs or in minibatches as its user
likes, to a number. Give the rule a shared scalar, and `dltut.training.Scheduled` sets it to
``schedule(step)`` before each step. What reacts to the validation error has a memory and is a
criterion, `dltut.training.HalveOnNoImprovement`.
"""

from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf

from dltut.exceptions import InputError
from dltut.machine.checks import check_counts, check_numbers

Schedule = Callable[[float], float]


def constant(value: float) -> Schedule:
    """The same value at every step.

    Parameters
    ----------
    value : float

    Returns
    -------
    callable
        step -> float

    Examples
    --------
    >>> constant(0.1)(1000)
    0.1
    """
    _check_values(value=value)
    return lambda step: value


def inverse_time(
    initial: float, decay: float = 0.001, start: float = 0, minimum: float = 0.0
) -> Schedule:
    r"""A slow decay, :math:`\eta_0 / (1 + d (t - s))`, from the first step on or from a later one.

    Parameters
    ----------
    initial : float
    decay : float
        0 or above; the value has halved after ``1 / decay`` steps.
    start : float
        The last step at the initial value.
    minimum : float
        What the value never falls below.

    Returns
    -------
    callable
        step -> float

    Raises
    ------
    InputError
        If a number is negative or not finite.

    Examples
    --------
    >>> rate = inverse_time(0.1)
    >>> [round(rate(epoch), 4) for epoch in (0, 1, 100, 1000)]
    [0.1, 0.0999, 0.0909, 0.05]
    >>> rate = inverse_time(0.1, decay=1 / 5, start=5, minimum=0.03)
    >>> [round(rate(epoch), 4) for epoch in (0, 5, 10, 15, 100)]
    [0.1, 0.1, 0.05, 0.0333, 0.03]
    """
    _check_values(initial=initial, minimum=minimum)
    check_numbers(_is_value, "0 or above, such as 0.001", decay=decay)
    check_numbers(lambda step: abs(step) < inf, "a step", start=start)
    return lambda step: max(initial / (1 + decay * max(step - start, 0)), minimum)


def inverse(initial: float, start: float) -> Schedule:
    r"""Constant until `start`, then falling with :math:`1 / t`, :math:`\eta_0 \min(1, s / t)`.

    Parameters
    ----------
    initial : float
    start : float
        The last step at the initial value, above 0.

    Returns
    -------
    callable
        step -> float

    Raises
    ------
    InputError
        If the start is not above 0, or the initial value negative or not finite.

    Notes
    -----
    The annealing under which stochastic gradient descent is proved to converge.

    Examples
    --------
    >>> rate = inverse(0.1, start=10)
    >>> [round(rate(epoch), 6) for epoch in (0, 10, 20, 100)]
    [0.1, 0.1, 0.05, 0.01]
    """
    _check_values(initial=initial)
    check_numbers(lambda step: 0 < step < inf, "a step above 0", start=start)
    return lambda step: initial * (start / max(step, start))


def exponential(initial: float, factor: float, minimum: float = 0.0) -> Schedule:
    r"""Divided by the same factor at each step, :math:`\max(\eta_0 / f^t, \eta_{\min})`.

    Parameters
    ----------
    initial : float
    factor : float
        1 or above; 2 halves at each step.
    minimum : float
        What the value never falls below.

    Returns
    -------
    callable
        step -> float

    Raises
    ------
    InputError
        If the factor is below 1, which would make the value grow, or a value negative or not
        finite.

    Examples
    --------
    >>> rate = exponential(0.05, factor=1.00004, minimum=1e-6)
    >>> round(rate(25_000), 7)
    0.0183943
    >>> rate(10**9)
    1e-06
    """
    _check_values(initial=initial, minimum=minimum)
    check_numbers(lambda factor: 0 < factor < inf, "1 or above, such as 2", factor=factor)
    if factor < 1:
        raise InputError(f"factor {factor} would make the value grow: give 1 / {factor}")
    # A negative power underflows to 0 where a positive one would overflow.
    return lambda step: max(initial * float(factor) ** -step, minimum)


def linear(initial: float, final: float, start: float, saturate: float) -> Schedule:
    """A straight line from one value to another, flat before and after.

    Parameters
    ----------
    initial, final : float
    start : float
        The last step at the initial value.
    saturate : float
        The first step at the final value, after `start`.

    Returns
    -------
    callable
        step -> float

    Raises
    ------
    InputError
        If `saturate` is not after `start`, or a value negative or not finite.

    Examples
    --------
    A momentum that grows during the first ten epochs:

    >>> momentum = linear(0.5, 0.99, start=1, saturate=10)
    >>> [round(momentum(epoch), 5) for epoch in (0, 1, 2, 3, 10, 20)]
    [0.5, 0.5, 0.55444, 0.60889, 0.99, 0.99]
    """
    _check_values(initial=initial, final=final)
    check_numbers(lambda step: abs(step) < inf, "a step", start=start)
    words = f"a step after start, {start}"
    check_numbers(lambda step: start < step < inf, words, saturate=saturate)

    def value(step):
        share = min(max((step - start) / (saturate - start), 0), 1)
        return (1 - share) * initial + share * final

    return value


def step(initial: float, every: int, factor: float = 0.5) -> Schedule:
    """Multiplied by a factor after every so many steps; halved, if nothing else is said.

    Parameters
    ----------
    initial : float
    every : int
        Steps between two changes, 1 or more.
    factor : float
        Above 0, at most 1.

    Returns
    -------
    callable
        step -> float

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> rate = step(0.1, every=10)
    >>> [rate(epoch) for epoch in (0, 9, 10, 25)]
    [0.1, 0.1, 0.05, 0.025]
    """
    _check_values(initial=initial)
    check_counts("steps", every=every)
    words = "above 0 and at most 1, such as 0.5"
    check_numbers(lambda factor: 0 < factor <= 1, words, factor=factor)
    return lambda step: initial * factor ** (step // every)


def join(schedules: Sequence[Schedule], starts: Sequence[float]) -> Callable[[float], float]:
    """One schedule after another, each counting from the step with which it begins.

    Parameters
    ----------
    schedules : sequence of callable
    starts : sequence of float
        Where each but the first begins, in rising order.

    Returns
    -------
    callable
        step -> float

    Raises
    ------
    InputError
        If there is not one start for each schedule behind the first, or they do not rise from 0.

    Examples
    --------
    A rate that warms up during four epochs and then decays:

    >>> rate = join([linear(0.02, 0.1, start=0, saturate=4), inverse_time(0.1, 0.25)], starts=[4])
    >>> [round(rate(epoch), 3) for epoch in (0, 1, 2, 3, 4, 5, 8)]
    [0.02, 0.04, 0.06, 0.08, 0.1, 0.08, 0.05]
    """
    starts = [0, *starts]
    if len(starts) != len(schedules) or any(after <= before for before, after in pairwise(starts)):
        raise InputError(
            f"starts is {starts[1:]}; it has the steps, rising from 0, at which the "
            f"{len(schedules) - 1} schedules behind the first begin"
        )

    def value(step):
        place = bisect(starts, step, lo=1) - 1
        return schedules[place](step - starts[place])

    return value


def _check_values(**values) -> None:
    check_numbers(_is_value, "a number, 0 or above", **values)


def _is_value(value: float) -> bool:
    return 0 <= value < inf
