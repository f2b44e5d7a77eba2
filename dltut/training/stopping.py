"""When to stop: criteria that read the log and answer with a reason, or None to go on."""

from collections.abc import Callable, Sequence
from math import inf, isfinite
from os import PathLike

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.channels import better, is_rate, significant
from dltut.machine.checks import check_counts, check_numbers
from dltut.training.extensions import Extension, next_look_of
from dltut.training.log import Log, read_log
from dltut.training.reader import Reader, value_of


class Criterion(Reader):
    """Something that answers ``should_stop(log) -> reason or None`` from the log alone.

    A criterion is asked after every minibatch. What it takes is what a `Reader` takes.
    """


class NoImprovement(Criterion):
    """Stop after `n` rows in a row that were not better than the best before them.

    Parameters
    ----------
    n : int
        With the best at row k, the run stops at row k + n. A tie is no improvement, nor is NaN.
    channel, lower
        As in `Reader`.
    threshold : float
        Only a value below ``best * threshold`` is an improvement, see
        `dltut.machine.channels.significant`. With 0.99 it has to be lower by 1 %.
    anchored : bool
        Whether the best is the value of the last improvement. Else it is the lowest value seen,
        were it lower by little, so that many small steps down are no improvement.

    Notes
    -----
    Pylearn2's ``MonitorBased(prop_decrease=0.01, N=5)`` is ``NoImprovement(5, threshold=0.99)``.
    It was anchored when the experiments of its slides ran.
    """

    def __init__(
        self,
        n: int,
        channel: str | None = None,
        lower: bool | None = None,
        threshold: float = 1.0,
        anchored: bool = False,
    ):
        check_counts("validations", n=n)
        words = "above 0 and at most 1, such as 0.99"
        check_numbers(lambda value: 0 < value <= 1, words, threshold=threshold)
        self.n, self.threshold, self.anchored = n, threshold, anchored
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self._best, self._without = None, 0

    def should_stop(self, log) -> str | None:
        """The reason, at the n-th row without improvement."""
        for row in self.unread(log):
            channel, lower = self.judged(log)
            self._read(value_of(row, channel), lower, is_rate(channel))
        if self._without < self.n:
            return None
        share = f" by {1 - self.threshold:.3g} of it" * (self.threshold < 1)
        return f"no improvement of {self.judged(log)[0]}{share} in {self._without} validations"

    next_look = Extension.with_others

    def last_iteration(self, log) -> int | None:
        """That of the n-th row without improvement."""
        if not log.rows or log.validation_frequency is None:
            return None
        left = self.n - self._without
        return log.rows[-1]["iteration"] + left * log.validation_frequency

    def _read(self, value: float, lower: bool, is_rate: bool) -> None:
        self._without += 1
        if better(value, self._best, lower):
            is_improvement = significant(value, self._best, lower, self.threshold, is_rate)
            if is_improvement:
                self._without = 0
            if is_improvement or not self.anchored:
                self._best = value


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

    next_look = Extension.with_others

    def last_iteration(self, log) -> int:
        """The last of epoch `n`."""
        return self.n * log.n_batches - 1


class TargetReached(Criterion):
    """Stop when a number of the log is as good as its target, or better.

    Parameters
    ----------
    target : float
    channel, lower
        As in `Reader`.
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

    next_look = Extension.with_others


class MatchChannel(TargetReached):
    """Stop when a number is as good as one of an earlier run was in the end.

    Such as when training on the training and validation sets together, until the cost on the
    latter is what the cost on the former was when an earlier run had been stopped early.

    Parameters
    ----------
    channel : str
        The number in the rows that it judges.
    earlier : Log, list of rows, or folder of a run
        The earlier run.
    earlier_channel : str, optional
        Of the earlier run; `channel` if not given.
    lower
        As in `Reader`.

    Raises
    ------
    InputError
        If the earlier run has no rows, or they have no such number.

    Notes
    -----
    What counts is the earlier run's last best row, whose model was kept; the last row if none is
    called the best.

    Examples
    --------
    >>> earlier = [{"train_cost": 0.5, "best": True}, {"train_cost": 0.25, "best": False}]
    >>> MatchChannel("valid_cost", earlier, "train_cost").target
    0.5
    """

    def __init__(
        self,
        channel: str,
        earlier: Log | Sequence[dict] | str | PathLike,
        earlier_channel: str | None = None,
        lower: bool | None = None,
    ):
        rows = getattr(earlier, "rows", earlier)
        if isinstance(rows, str | PathLike):
            rows = read_log(rows)
        if not rows:
            raise InputError("the earlier run has no rows: name one that was trained for an epoch")
        best = next((row for row in reversed(rows) if row.get("best")), rows[-1])
        super().__init__(value_of(best, earlier_channel or channel), channel, lower)


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

    next_look = Extension.with_others


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

    next_look = Extension.with_others


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

    def next_look(self, log) -> int | None:
        looks = [next_look_of(criterion)(log) for criterion in self.criteria]
        return min((each for each in looks if each is not None), default=None)

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
    """Stop when one criterion says so: Pylearn2's ``And``, which goes on while all do."""
    return _Together(criteria, any)


def all_of(*criteria: Criterion) -> Criterion:
    """Stop when all criteria say so at once: Pylearn2's ``Or``, which goes on while any does.

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
