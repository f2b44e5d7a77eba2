"""Learning rates that change while training: by a schedule, or when nothing improves any more."""

from collections.abc import Callable
from math import inf

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.channels import better
from dltut.machine.checks import check_counts, check_numbers
from dltut.training.extensions import Extension
from dltut.training.reader import Reader, value_of
from dltut.training.stopping import Criterion


class Scheduled(Extension):
    """A shared scalar that is set to the value of a schedule.

    Parameters
    ----------
    variable : shared scalar
        Such as the learning rate given to a rule of `dltut.optim`.
    schedule : callable
        ``schedule(step) -> float``; see `dltut.optim.schedules`.
    per : {"epoch", "minibatch"}
        What `step` counts, from 0: the first epoch or minibatch runs with ``schedule(0)``.

    Raises
    ------
    InputError
        If `per` is neither, or the schedule cannot be called. While training: if its value is no
        finite number.

    Examples
    --------
    >>> from dltut.training import Trainer
    >>> class Rate:
    ...     value = np.float32(0)
    ...     def get_value(self): return self.value
    ...     def set_value(self, value): self.value = value
    >>> rate, seen = Rate(), []
    >>> step = lambda index: seen.append(float(rate.value)) or 0.0
    >>> halve = Scheduled(rate, lambda epoch: 0.5 ** epoch)
    >>> log = Trainer(step, n_batches=2, extensions=[halve]).run(max_epochs=3)
    >>> seen
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(self, variable, schedule: Callable[[int], float], per: str = "epoch"):
        if per not in ("epoch", "minibatch"):
            raise InputError(f"per is {per!r}; it is 'epoch' or 'minibatch'")
        if not callable(schedule):
            raise InputError(
                f"the schedule is {schedule!r}; it is a function from a step to a number, such as "
                "schedules.inverse_time(0.1)"
            )
        self.variable, self.schedule, self.per = variable, schedule, per

    def before_epoch(self, trainer) -> None:
        """Set the value for the epoch, or for its first minibatch."""
        log = trainer.log
        self._set(log.epoch - 1 if self.per == "epoch" else log.iteration + 1)

    def after_batch(self, trainer) -> None:
        """Set the value for the next minibatch."""
        if self.per == "minibatch":
            self._set(trainer.log.iteration + 1)

    def next_look(self, log) -> int | None:
        """The next minibatch, if it is set for each."""
        return log.iteration + 1 if self.per == "minibatch" else None

    def _set(self, step: int) -> None:
        value = self.schedule(step)
        if not np.isfinite(value):
            raise InputError(f"the schedule gives {value} at step {step}; it is a finite number")
        set_scalar(self.variable, value)


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
    again : int, optional
        Epochs from one halving to the next as long as nothing improves; default: `n_epochs`. With 1
        each further epoch without a new best lowers the rate, as in the tutorial on slot filling.
    back_to_best : bool
        Whether training goes on from the best parameters when the rate is lowered, and not from the
        present ones; with them goes what the rule has kept. Random streams go on.
    channel, lower
        As in `Reader`; a tie is no improvement.

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
        channel: str | None = None,
        lower: bool | None = None,
        again: int | None = None,
        back_to_best: bool = False,
    ):
        again = n_epochs if again is None else again
        check_counts("epochs", n_epochs=n_epochs, again=again)
        check_numbers(
            lambda value: 0 < value < 1, "a fraction between 0 and 1", factor=factor, floor=floor
        )
        self.learning_rate, self.n_epochs, self.factor = learning_rate, n_epochs, factor
        self.floor, self.again, self.back_to_best = floor, again, back_to_best
        self._first = float(learning_rate.get_value())
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self._best, self._due, self._n_cuts, self._cut_at = None, self.n_epochs, 0, None

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
        self._go_back(trainer)  # again, if the checkpoint was taken before it did

    def between_batches(self, trainer) -> None:
        """Set the rate; go back to the best if it was lowered."""
        if trainer.log.rows and trainer.log.rows[-1]["iteration"] == trainer.log.iteration:
            set_scalar(self.learning_rate, self._first * self._fraction)
            self._go_back(trainer)

    next_look = Extension.with_others

    def _go_back(self, trainer) -> None:
        """Put the best values in the variables, but for random streams, right after a cut."""
        if self.back_to_best and trainer.best and self._cut_at == trainer.log.iteration:
            floats = {n: value for n, value in trainer.best.items() if value.dtype.kind == "f"}
            trainer.put(trainer.values() | floats)

    @property
    def _fraction(self) -> float:
        return self.factor**self._n_cuts

    def _read(self, log) -> None:
        for row in self.unread(log):
            channel, lower = self.judged(log)
            value = value_of(row, channel)
            if better(value, self._best, lower):
                self._best, self._due = value, row["epoch"] + self.n_epochs
            elif row["epoch"] >= self._due:
                self._n_cuts, self._due = self._n_cuts + 1, row["epoch"] + self.again
                self._cut_at = row["iteration"]


class MonitorBasedRate(Reader):
    """Change the learning rate a little with each row: down after a rise, up if it falls slowly.

    Parameters
    ----------
    learning_rate : shared scalar
        With the rate to begin with.
    channel : str, optional
        A number above 0 that should fall; the one that the log watches if not given.
    high_trigger : float
        A value above so many times the one before it is a rise.
    shrink : float
        What the rate is multiplied by after a rise; above 0, at most 1.
    low_trigger : float
        A value that is no rise, but above so many times the one before it, falls too slowly.
    grow : float
        What the rate is multiplied by then; 1 or above.
    minimum, maximum : float
        Between which the rate stays, once it has been changed.

    Raises
    ------
    InputError
        If a number is out of range.

    Notes
    -----
    ``MonitorBasedLRAdjuster`` of Pylearn2, with its defaults. A schedule that has no memory, such
    as `dltut.optim.schedules.inverse_time`, is easier to repeat.

    Examples
    --------
    >>> import pytensor
    >>> from dltut.training import Monitor, Trainer
    >>> rate = pytensor.shared(np.array(0.1), name="learning_rate")
    >>> costs = iter([1.0, 1.5, 1.5, 0.75])
    >>> extensions = [Monitor({"cost": lambda: next(costs)}), MonitorBasedRate(rate, "cost")]
    >>> log = Trainer(lambda index: 1.0, n_batches=1, extensions=extensions).run(max_epochs=4)
    >>> float(rate.get_value()) == 0.1 * 0.99 * 1.01
    True
    """

    def __init__(
        self,
        learning_rate,
        channel: str | None = None,
        high_trigger: float = 1.0,
        shrink: float = 0.99,
        low_trigger: float = 0.99,
        grow: float = 1.01,
        minimum: float = 1e-7,
        maximum: float = 1.0,
    ):
        words = "a number above 0"
        triggers = {"high_trigger": high_trigger, "low_trigger": low_trigger}
        check_numbers(lambda value: 0 < value < inf, words, **triggers, minimum=minimum)
        check_numbers(lambda value: 0 < value <= 1, "above 0 and at most 1", shrink=shrink)
        check_numbers(lambda value: 1 <= value < inf, "1 or above", grow=grow)
        words = f"at least the minimum, {minimum}"
        check_numbers(lambda value: minimum <= value < inf, words, maximum=maximum)
        self.learning_rate = learning_rate
        self.high_trigger, self.shrink = high_trigger, shrink
        self.low_trigger, self.grow = low_trigger, grow
        self.minimum, self.maximum = minimum, maximum
        self._first = float(learning_rate.get_value())
        super().__init__(channel)

    def restart(self) -> None:
        """As at the beginning."""
        self._before, self._rate = None, self._first

    def before_training(self, trainer) -> None:
        """Set the rate, which a resumed run has to find again from its log."""
        self._follow(trainer.log)

    def between_batches(self, trainer) -> None:
        """Set the rate."""
        self._follow(trainer.log)

    next_look = Extension.with_others

    def _follow(self, log) -> None:
        for row in self.unread(log):
            channel, _ = self.judged(log)
            self._change(value_of(row, channel))
            set_scalar(self.learning_rate, self._rate)

    def _change(self, value: float) -> None:
        before, self._before = self._before, value
        if before is None:
            return
        if value > self.high_trigger * before:
            self._rate *= self.shrink
        elif value > self.low_trigger * before:
            self._rate *= self.grow
        self._rate = min(max(self._rate, self.minimum), self.maximum)


def set_scalar(variable, value: float) -> None:
    """Set a shared scalar, keeping its dtype."""
    variable.set_value(np.asarray(value, dtype=np.asarray(variable.get_value()).dtype))
