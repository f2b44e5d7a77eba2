"""Learning rates that change while training: by a schedule, or when nothing improves any more."""

from collections.abc import Callable
from math import inf

import numpy as np

from dltut.exceptions import InputError
from dltut.training.extensions import Extension
from dltut.training.stopping import Criterion, value_of

PER = ("epoch", "minibatch")


class Schedule(Extension):
    """Set a shared scalar to the value that a schedule gives.

    Parameters
    ----------
    variable : shared scalar
        Such as the learning rate given to a rule of `dltut.optim`.
    schedule : callable
        ``schedule(step) -> float``; see `dltut.optim`.
    per : {"epoch", "minibatch"}
        What `step` counts, from 0: the first epoch or minibatch runs with ``schedule(0)``.

    Raises
    ------
    InputError
        If `per` is neither.

    Examples
    --------
    >>> from dltut.training import Trainer
    >>> class Rate:
    ...     value = np.float32(0)
    ...     def get_value(self): return self.value
    ...     def set_value(self, value): self.value = value
    >>> rate, seen = Rate(), []
    >>> step = lambda index: seen.append(float(rate.value)) or 0.0
    >>> halve = Schedule(rate, lambda epoch: 0.5 ** epoch)
    >>> log = Trainer(step, n_batches=2, extensions=[halve]).run(max_epochs=3)
    >>> seen
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(self, variable, schedule: Callable[[int], float], per: str = "epoch"):
        if per not in PER:
            raise InputError(f"per is {per!r}; it is 'epoch' or 'minibatch'")
        self.variable, self.schedule, self.per = variable, schedule, per

    def before_epoch(self, trainer) -> None:
        """Set the value for the epoch, or for its first minibatch."""
        log = trainer.log
        step = log.epoch - 1 if self.per == "epoch" else log.iteration + 1
        set_scalar(self.variable, self.schedule(step))

    def after_batch(self, trainer) -> None:
        """Set the value for the next minibatch."""
        if self.per == "minibatch":
            set_scalar(self.variable, self.schedule(trainer.log.iteration + 1))


class HalveOnNoImprovement(Criterion):
    """Lower the learning rate when nothing has improved for some epochs; stop when it is very low.

    Parameters
    ----------
    learning_rate : shared scalar
        With the rate to begin with.
    n_epochs : int
        Epochs without a new best since the last best or the last halving.
    factor : float
        What the rate is multiplied by, between 0 and 1.
    floor : float
        Stop on reaching this fraction of the first rate: 1/1024 is ten halvings.
    channel : str
        The number in the log's rows, the lower the better; a tie is no improvement.

    Raises
    ------
    InputError
        If `n_epochs` is below 1, or `factor` or `floor` not between 0 and 1.

    References
    ----------
    .. [1] Nielsen (2015), Neural Networks and Deep Learning, chapter 3.
    """

    def __init__(
        self,
        learning_rate,
        n_epochs: int = 10,
        factor: float = 0.5,
        floor: float = 1 / 1024,
        channel: str = "valid_error",
    ):
        if n_epochs < 1:
            raise InputError(f"n_epochs is {n_epochs}; it is at least 1")
        for name, value in (("factor", factor), ("floor", floor)):
            if not 0 < value < 1:
                raise InputError(f"{name} is {value}; it is a fraction between 0 and 1")
        self.learning_rate, self.n_epochs, self.factor = learning_rate, n_epochs, factor
        self.floor, self.channel = floor, channel
        self._first = float(learning_rate.get_value())
        self.restart()

    def restart(self) -> None:
        """As at the beginning."""
        self._best, self._since, self._n_cuts = inf, 0, 0

    def should_stop(self, log) -> str | None:
        """The reason, once the rate has reached the floor."""
        self._read(log)
        if self._fraction > self.floor * (1 + 1e-9):  # 0.1 ** 3 is a little more than 0.001
            return None
        return f"the learning rate was cut {self._n_cuts} times without improvement"

    def before_training(self, trainer) -> None:
        """Set the rate, which a resumed run has to find again from its log."""
        self._read(trainer.log)
        set_scalar(self.learning_rate, self._first * self._fraction)

    def between_batches(self, trainer) -> None:
        """Set the rate."""
        if trainer.log.rows and trainer.log.rows[-1]["iteration"] == trainer.log.iteration:
            set_scalar(self.learning_rate, self._first * self._fraction)

    @property
    def _fraction(self) -> float:
        return self.factor**self._n_cuts

    def _read(self, log) -> None:
        for row in self.unread(log):
            if value_of(row, self.channel) < self._best:
                self._best, self._since = row[self.channel], row["epoch"]
            elif row["epoch"] - self._since >= self.n_epochs:
                self._n_cuts, self._since = self._n_cuts + 1, row["epoch"]


def set_scalar(variable, value: float) -> None:
    """Set a shared scalar, keeping its dtype."""
    variable.set_value(np.asarray(value, dtype=np.asarray(variable.get_value()).dtype))
