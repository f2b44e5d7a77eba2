"""What a sweep may choose from: for each argument a range of numbers or a list of values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite

import numpy as np
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from dltut.exceptions import InputError, printable
from dltut.machine.arguments import Size, checked_arguments

MOST = 10_000  # numbers of a range in a grid
DIGITS = 5  # of a number that was drawn: fine enough, and short to type


@dataclass(frozen=True)
class Choices:
    """One of several values.

    Parameters
    ----------
    choices : list
        Plain values of any kind.

    Raises
    ------
    InputError
        If there is none, or one stands there twice.

    Examples
    --------
    >>> hidden = Choices([[100], [100, 50]])
    >>> hidden.grid()
    ['[100]', '[100, 50]']
    >>> hidden.value('[100, 50]')
    [100, 50]
    """

    choices: Sequence

    def __post_init__(self):
        if not 0 < len(self.choices) == len(set(map(json.dumps, self.choices))):
            raise InputError("choices are one value or more, each of them once")

    @property
    def distribution(self) -> BaseDistribution:
        """What Optuna draws from: the values as JSON, for they may be lists."""
        return CategoricalDistribution(self.grid())

    def kept(self, drawn: str) -> str:
        """What the study's file keeps of what Optuna has drawn."""
        return drawn

    def value(self, kept: str) -> object:
        """The argument of which this was kept."""
        return json.loads(kept)

    def grid(self) -> list:
        """The values that a grid takes, as the file keeps them: all."""
        return [json.dumps(each) for each in self.choices]

    def extremes(self) -> list:
        """Values that show whether an argument may have all of them."""
        return list(self.choices)


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both among them; whole ones where all that is given is whole.

    Parameters
    ----------
    low, high : float
    log : bool
        Let factors be equally likely: a number from 0.001 to 0.01 as likely as one from 0.01 to
        0.1.
    step : float, optional
        Only low, low + step, low + 2 step and so on.
    points : int, optional
        How many numbers a grid takes: evenly from low to high, by factors if `log`.

    Raises
    ------
    InputError
        If nothing lies between the ends, or the arguments contradict each other.

    Examples
    --------
    >>> Range(1e-4, 1, log=True, points=5).grid()
    [0.0001, 0.001, 0.01, 0.1, 1.0]
    >>> Range(0, 0.5, step=0.1).grid()
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    >>> Range(2, 4).grid()
    [2, 3, 4]
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    points: Size | None = None

    def __post_init__(self):
        if not self.low < self.high:
            raise InputError(f"low = {self.low} is not below high = {self.high}")
        if self.log and self.low <= 0:
            raise InputError(f"with log, low is above 0, not {self.low}")
        if self.log and self.step is not None:
            raise InputError("log and step contradict each other: keep one")
        if self.step is not None and not 0 < self.step <= self.high - self.low:
            raise InputError(f"step = {self.step} does not lead from {self.low} to {self.high}")
        if not isfinite((self.high - self.low) / (self.step or 1)):
            raise InputError(f"from {self.low} to {self.high} it is too far to count the steps")

    @property
    def is_whole(self) -> bool:
        """Whether the numbers are whole."""
        return all(isinstance(each, int) for each in (self.low, self.high, self.step or 0))

    @property
    def distribution(self) -> BaseDistribution:
        """What Optuna draws from."""
        if self.is_whole:
            return IntDistribution(self.low, self._last, log=self.log, step=self.step or 1)
        return FloatDistribution(self.low, self._last, log=self.log, step=self.step)

    def kept(self, drawn: float) -> float:
        """What Optuna has drawn, without digits that nobody needs, still between the ends."""
        if self.is_whole:
            return drawn
        digits = DIGITS if self.step is None else 12
        return min(max(float(f"{drawn:.{digits}g}"), self.low), self.high)

    def value(self, kept: float) -> float:
        """The number."""
        return kept

    def grid(self) -> list:
        """The numbers that a grid takes.

        Raises
        ------
        InputError
            If neither `step` nor `points` says which, or they say too many.
        """
        if self.points is None and self.step is None and (self.log or not self.is_whole):
            raise InputError(
                f"a grid takes single numbers: give {'' if self.log else 'step, '}points or choices"
            )
        n = self.points or self._steps(self.step or 1) + 1
        if n > MOST:
            raise InputError(f"a grid of {printable(n)} numbers; expected {MOST:,} at most")
        if self.points is not None:
            spread = np.geomspace if self.log else np.linspace
            numbers = spread(self.low, self.high, self.points).tolist()
        else:
            numbers = [self.low + k * (self.step or 1) for k in range(n)]
        if self.is_whole:
            return list(dict.fromkeys(map(round, numbers)))
        return [self.kept(each) for each in numbers]

    def extremes(self) -> list:
        """Values that show whether an argument may have all of them."""
        return [self.low, self.high]

    def _steps(self, step):
        return floor((self.high - self.low) / step + 1e-9)

    @property
    def _last(self):
        """The highest number that the steps come to."""
        return self.high if self.step is None else self.low + self._steps(self.step) * self.step


Space = Mapping[str, Choices | Range]


def read_space(given: Mapping) -> dict[str, Choices | Range]:
    """The space that a file describes.

    Parameters
    ----------
    given : dict
        {argument: {choices: [...]}}, or ``{low: ..., high: ...}`` with log, step or points.

    Raises
    ------
    InputError
        If there is nothing to search, or a description does not fit.

    Examples
    --------
    >>> read_space({"n_hidden": {"choices": [50, 100]}, "l2_reg": {"low": 0, "high": 0.1}})
    {'n_hidden': Choices(choices=[50, 100]), 'l2_reg': Range(low=0, high=0.1, ...)}
    """
    if not given:
        raise InputError("space is empty: write {learning_rate: {low: 1e-4, high: 1, log: true}}")
    return {name: _one(name, each) for name, each in given.items()}


def _one(name, given):
    place = f"space: {printable(name)}"
    if not isinstance(given, Mapping) or ("choices" in given and len(given) > 1):
        raise InputError(f"{place}: write {{low: ..., high: ...}} or {{choices: [...]}}")
    try:
        if "choices" not in given:
            return Range(**checked_arguments(Range, given, place))
        if not isinstance(given["choices"], list):
            raise InputError("choices are a list of values")
        return Choices(given["choices"])
    except InputError as error:
        raise InputError(f"{place}: {str(error).removeprefix(f'{place}: ')}") from None
