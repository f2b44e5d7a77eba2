"""Early stopping with patience, as the tutorials published it."""

import math
from math import inf

from dltut.machine.channels import better, is_rate, significant
from dltut.machine.checks import check_counts, check_numbers
from dltut.training.reader import value_of
from dltut.training.stopping import Criterion


class Patience(Criterion):
    """Stop when nothing has improved significantly for as long again as it took to get there.

    Parameters
    ----------
    patience : int
        Minibatches to train at least.
    increase : float
        After a significant improvement at iteration i, go on until ``i * increase`` at least.
    threshold : float
        An error below ``best * threshold`` is a significant improvement, see
        `dltut.machine.channels.significant`.
    channel, lower
        As in `Reader`.

    Attributes
    ----------
    initial : int
        As given.
    patience, best : float
        As they stand at the last row read.

    Raises
    ------
    InputError
        If `patience` is no whole number above 0, `increase` below 1, or `threshold` not between 0
        and 1.

    Notes
    -----
    Exactly as published: iterations count from 0, and the run stops when ``patience <= iteration``
    after any minibatch. The name says examples in some texts; it has always been minibatches. The
    log learns that a validation is wanted at least every ``patience // 2`` minibatches.

    References
    ----------
    .. [1] Deep Learning Tutorials, "Getting Started", early stopping.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=100, watched="valid_error")
    >>> patience = Patience(patience=50)
    >>> log.append({"iteration": 40, "valid_error": 0.5})
    >>> log.iteration = 79
    >>> patience.should_stop(log) is None
    True
    >>> log.iteration = 80
    >>> patience.should_stop(log)
    'patience ran out: no significant improvement of valid_error since iteration 40 (patience 80)'
    """

    def __init__(
        self,
        patience: int = 10000,
        increase: float = 2,
        threshold: float = 0.995,
        channel: str | None = None,
        lower: bool | None = None,
    ):
        check_counts("minibatches", patience=patience)
        check_numbers(lambda value: 1 <= value < inf, "1 or more, such as 2", increase=increase)
        words = "above 0 and at most 1, such as 0.995"
        check_numbers(lambda value: 0 < value <= 1, words, threshold=threshold)
        self.initial, self.increase, self.threshold = patience, increase, threshold
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self.patience, self.best, self._improved = self.initial, None, -1

    def attach(self, trainer) -> None:
        """Say in the log how often validations are wanted: twice, before the patience is out."""
        log = trainer.log
        often = max(1, self.initial // 2)
        log.validate_within = min(often, log.validate_within or often)

    def should_stop(self, log) -> str | None:
        """The reason, once the iteration has reached the patience."""
        for row in self.unread(log):
            channel, lower = self.judged(log)
            self._read(row["iteration"], value_of(row, channel), lower, is_rate(channel))
        if log.iteration < self.patience:
            return None
        return (
            f"patience ran out: no significant improvement of {self.judged(log)[0]} "
            f"since iteration {self._improved} (patience {self.patience})"
        )

    def last_iteration(self, log) -> int:
        """That with which the patience is out."""
        return math.ceil(self.patience)

    next_look = last_iteration

    def _read(self, iteration: int, value: float, lower: bool, is_rate: bool) -> None:
        if better(value, self.best, lower):
            if significant(value, self.best, lower, self.threshold, is_rate):
                self.patience = max(self.patience, iteration * self.increase)
                self._improved = iteration
            self.best = value


class HistoryPatience(Criterion):
    """Stop when validations stay no better than those of some time ago.

    Parameters
    ----------
    n : int
        A validation counts as bad if it is no better than the best of those that are `n` or more
        before it; the run stops at the bad one after `n`. A new best, or as good as the best,
        begins the count again.
    channel, lower
        As in `Reader`.

    References
    ----------
    .. [1] Deep Learning Tutorials, LSTM networks for sentiment analysis: its rule of stopping.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log, criterion = Log(n_batches=1, watched="valid_error"), HistoryPatience(2)
    >>> reasons = []
    >>> for error in (0.3, 0.2, 0.25, 0.24, 0.23, 0.22):
    ...     log.append({"valid_error": error})
    ...     reasons.append(criterion.should_stop(log))
    >>> reasons[:-1] == [None] * 5, reasons[-1]
    (True, '3 validations were no better than the best valid_error of 2 validations before')
    """

    def __init__(self, n: int = 10, channel: str | None = None, lower: bool | None = None):
        check_counts("validations", n=n)
        self.n = n
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self._history, self._n_bad = [], 0

    def should_stop(self, log) -> str | None:
        """The reason, at the bad validation that is one too many."""
        for row in self.unread(log):
            channel, lower = self.judged(log)
            self._read(value_of(row, channel) * (1 if lower else -1))
        if self._n_bad <= self.n:
            return None
        return (
            f"{self._n_bad} validations were no better than the best {self.judged(log)[0]} of "
            f"{self.n} validations before"
        )

    next_look = Criterion.with_others

    def _read(self, value: float) -> None:
        self._history.append(value)
        if value <= min(self._history):
            self._n_bad = 0
        if len(self._history) > self.n and not value < min(self._history[: -self.n]):
            self._n_bad += 1
