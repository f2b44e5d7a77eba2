"""When to stop: criteria that read the log and answer with a reason, or None to go on."""

from collections.abc import Callable
from math import inf, isfinite

import numpy as np

from dltut.exceptions import InputError, nearest
from dltut.training.extensions import Extension


class Criterion(Extension):
    """Something that answers ``should_stop(log) -> reason or None`` from the log alone.

    A criterion is asked after every minibatch. It needs no place in a checkpoint: what it knows
    comes from the log's rows, which it reads once each.
    """

    _log = None
    _n_read = 0

    def restart(self) -> None:
        """Forget what was read: another log begins."""

    def unread(self, log) -> list[dict]:
        """The rows that this criterion has not seen yet."""
        if log is not self._log:
            self._log, self._n_read = log, 0
            self.restart()
        rows = log.rows[self._n_read :]
        self._n_read += len(rows)
        return rows


class NoImprovement(Criterion):
    """Stop after `n` validations in a row that were not better than the best before them.

    Parameters
    ----------
    n : int
        With the best at validation k, the run stops at validation k + n. A tie is no improvement.
    channel : str
        The number in the log's rows, the lower the better.
    """

    def __init__(self, n: int, channel: str = "valid_error"):
        if n < 1:
            raise InputError(f"n is {n}; it counts validations and is at least 1")
        self.n, self.channel = n, channel
        self.restart()

    def restart(self) -> None:
        """As at the beginning."""
        self._best, self._without = inf, 0

    def should_stop(self, log) -> str | None:
        """The reason, at the n-th validation without improvement."""
        for row in self.unread(log):
            value = value_of(row, self.channel)
            self._without = 0 if value < self._best else self._without + 1
            self._best = min(self._best, value)
        if self._without < self.n:
            return None
        return f"no improvement of {self.channel} in {self._without} validations"


class MaxEpochs(Criterion):
    """Stop when `n` epochs are done."""

    def __init__(self, n: int):
        self.n = n

    def should_stop(self, log) -> str | None:
        """The reason, at the end of epoch `n` or later."""
        done = (log.iteration + 1) // log.n_batches
        return f"{done} epochs done" if done >= self.n else None


class TargetReached(Criterion):
    """Stop when a number of the log is at or below its target.

    Parameters
    ----------
    channel : str
    target : float
    """

    def __init__(self, channel: str, target: float):
        self.channel, self.target = channel, target
        self.restart()

    def restart(self) -> None:
        """As at the beginning."""
        self._lowest = inf

    def should_stop(self, log) -> str | None:
        """The reason, once a row has reached the target."""
        for row in self.unread(log):
            self._lowest = min(self._lowest, value_of(row, self.channel))
        if self._lowest > self.target:
            return None
        return f"{self.channel} reached {self._lowest:g}, the target being {self.target:g}"


class TimeLimit(Criterion):
    """Stop at the end of the epoch in which the seconds are used up.

    Parameters
    ----------
    seconds : float
        Wall clock, that of earlier sessions of a resumed run included.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds

    def should_stop(self, log) -> str | None:
        """The reason, at an epoch's end after the limit."""
        if not log.epoch_ended or log.seconds < self.seconds:
            return None
        return f"time limit of {self.seconds:g} seconds reached"


class Diverged(Criterion):
    """Stop when a cost, a number of the log or a parameter is NaN or infinite.

    Parameters
    ----------
    params : list of shared variables, optional
        Looked at whenever the log has a new row and at the end of each epoch. The trainer looks
        at the cost itself after every minibatch, with this criterion or without.
    """

    def __init__(self, params=None):
        self.params = list(params or ())

    def should_stop(self, log) -> str | None:
        """The reason, naming the first that is not finite."""
        rows = self.unread(log)
        if log.iteration >= 0 and not isfinite(log.cost):
            return "the cost is not finite"
        if not rows and not log.epoch_ended:
            return None
        params = {param.name: param.get_value() for param in self.params}
        culprit = next(filter(None, map(not_finite, [*rows, params])), None)
        return f"{culprit} is not finite" if culprit else None


class _Together(Criterion):
    def __init__(self, criteria: tuple, enough: Callable):
        if not criteria:
            raise InputError("any_of and all_of need at least one criterion")
        self.criteria, self.enough = criteria, enough

    def should_stop(self, log) -> str | None:
        reasons = [criterion.should_stop(log) for criterion in self.criteria]
        return " and ".join(filter(None, reasons)) if self.enough(reasons) else None


def any_of(*criteria: Criterion) -> Criterion:
    """Stop when one of the criteria says so."""
    return _Together(criteria, any)


def all_of(*criteria: Criterion) -> Criterion:
    """Stop when all of the criteria say so at once.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=10)
    >>> log.move_to(29)
    >>> all_of(MaxEpochs(2), MaxEpochs(4)).should_stop(log) is None
    True
    >>> any_of(MaxEpochs(2), MaxEpochs(4)).should_stop(log)
    '3 epochs done'
    """
    return _Together(criteria, all)


def not_finite(numbers: dict) -> str | None:
    """The name of the first number or array that holds NaN or an infinity.

    Examples
    --------
    >>> not_finite({"W": np.ones((2, 2)), "b": np.array([0, np.inf])})
    'b'
    """
    return next((name for name, value in numbers.items() if not np.isfinite(value).all()), None)


def value_of(row: dict, channel: str) -> float:
    """The number called `channel` in a row of the log.

    Raises
    ------
    InputError
        If the row has none of that name.
    """
    if channel not in row:
        raise InputError(f"the log's rows have no {channel}: {nearest(channel, row)}")
    return row[channel]
