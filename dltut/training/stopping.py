"""When to stop: criteria that read the log and answer with a reason, or None to go on."""

from collections.abc import Callable
from math import inf, isfinite

import numpy as np

from dltut.exceptions import InputError, nearest
from dltut.machine.channels import better, rises
from dltut.machine.checks import check_counts, check_numbers
from dltut.training.extensions import Extension


class Criterion(Extension):
    """Something that answers ``should_stop(log) -> reason or None`` from the log alone.

    A criterion is asked after every minibatch. It needs no place in a checkpoint: what it knows
    comes from the log's rows, which it reads once each.

    Parameters
    ----------
    channel : str, optional
        The number in the rows that it judges; the one that the log watches if not given.
    lower : bool, optional
        Whether lower is better. If not given: for the watched channel as the log says, for another
        as its name says (an accuracy should rise, an error fall).
    """

    channel = lower = None
    _log, _n_read = None, 0

    def __init__(self, channel: str | None = None, lower: bool | None = None):
        self.channel, self.lower = channel, lower
        self.restart()

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

    def judged(self, log) -> tuple[str, bool]:
        """The channel that it judges, and whether lower is better.

        Raises
        ------
        InputError
            If no channel was given and the log watches none.
        """
        name = self.channel or log.watched
        if name is None:
            raise InputError(
                f"{type(self).__name__} has no channel to judge: give Monitor a validation error "
                "(or watch=...), or the criterion a channel"
            )
        usual = log.lower if name == log.watched else not rises(name)
        return name, usual if self.lower is None else self.lower


class NoImprovement(Criterion):
    """Stop after `n` validations in a row that were not better than the best before them.

    Parameters
    ----------
    n : int
        With the best at validation k, the run stops at validation k + n. A tie is no improvement.
    channel, lower
        As in `Criterion`.
    """

    def __init__(self, n: int, channel: str | None = None, lower: bool | None = None):
        check_counts("validations", n=n)
        self.n = n
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self._best, self._without = None, 0

    def should_stop(self, log) -> str | None:
        """The reason, at the n-th validation without improvement."""
        for row in self.unread(log):
            channel, lower = self.judged(log)
            value = value_of(row, channel)
            self._without += 1
            if better(value, self._best, lower):
                self._best, self._without = value, 0
        if self._without < self.n:
            return None
        return f"no improvement of {self.judged(log)[0]} in {self._without} validations"

    def last_iteration(self, log) -> int | None:
        """That of the n-th validation without improvement."""
        if not log.rows or log.validation_frequency is None:
            return None
        left = self.n - self._without
        return log.rows[-1]["iteration"] + left * log.validation_frequency


class MaxEpochs(Criterion):
    """Stop when `n` epochs are done."""

    def __init__(self, n: int):
        check_counts("epochs", n=n)
        self.n = n
        super().__init__()

    def should_stop(self, log) -> str | None:
        """The reason, at the end of epoch `n` or later."""
        done = (log.iteration + 1) // log.n_batches
        return f"{done} epochs done" if done >= self.n else None

    def last_iteration(self, log) -> int:
        """The last of epoch `n`."""
        return self.n * log.n_batches - 1


class TargetReached(Criterion):
    """Stop when a number of the log is as good as its target, or better.

    Parameters
    ----------
    target : float
    channel, lower
        As in `Criterion`.
    """

    def __init__(self, target: float, channel: str | None = None, lower: bool | None = None):
        check_numbers(isfinite, "a number, such as TargetReached(0.02)", target=target)
        self.target = target
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self._best = None

    def should_stop(self, log) -> str | None:
        """The reason, once a row has reached the target."""
        for row in self.unread(log):
            channel, lower = self.judged(log)
            value = value_of(row, channel)
            if better(value, self._best, lower):
                self._best = value
        if self._best is None:
            return None
        channel, lower = self.judged(log)
        if better(self.target, self._best, lower):
            return None
        return f"{channel} reached {self._best:g}, the target being {self.target:g}"


class TimeLimit(Criterion):
    """Stop at the end of the epoch in which the seconds are used up.

    Parameters
    ----------
    seconds : float
        Spent training, in earlier sessions of a resumed run too; compiling does not count.
    """

    def __init__(self, seconds: float):
        check_numbers(lambda value: 0 <= value < inf, "0 or more", seconds=seconds)
        self.seconds = seconds
        super().__init__()

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
        super().__init__()

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
    """Criteria that are asked together; what they do at other moments they do all the same."""

    def __init__(self, criteria: tuple, enough: Callable):
        if not criteria:
            raise InputError("any_of and all_of need at least one criterion")
        self.criteria, self.enough = criteria, enough
        super().__init__()

    def should_stop(self, log) -> str | None:
        reasons = [criterion.should_stop(log) for criterion in self.criteria]
        return " and ".join(filter(None, reasons)) if self.enough(reasons) else None

    def last_iteration(self, log) -> int | None:
        ends = [each.last_iteration(log) for each in self.criteria if isinstance(each, Criterion)]
        known = [end for end in ends if end is not None]
        if self.enough is any:
            return min(known, default=None)
        return max(known) if len(known) == len(self.criteria) else None

    def attach(self, trainer) -> None:
        self._each("attach", trainer)

    def before_training(self, trainer) -> None:
        self._each("before_training", trainer)

    def between_batches(self, trainer) -> None:
        self._each("between_batches", trainer)

    def _each(self, hook: str, trainer) -> None:
        for criterion in self.criteria:
            getattr(criterion, hook, lambda trainer: None)(trainer)


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
