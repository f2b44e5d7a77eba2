"""Measuring the validation and test errors during training: what the log's rows are made of."""

from collections.abc import Callable
from math import inf

from dltut.exceptions import InputError
from dltut.training.extensions import Extension
from dltut.training.patience import Patience

POSITION = ("epoch", "minibatch", "iteration", "train_cost", "best", "seconds")


class Monitor(Extension):
    """Measure errors every so many minibatches and write a row of the log.

    Parameters
    ----------
    valid_error, test_error : optional
        An object with a ``mean()`` such as `dltut.training.minibatch_function` makes, or a callable
        without arguments; a fraction from 0 to 1. The test error is measured only when the
        validation error is lower than ever before.
    every : int, optional
        Minibatches from one row to the next. If not given: ``min(n_batches, patience // 2)`` with
        the `Patience` among the extensions, else one row an epoch.
    **channels
        More numbers to measure each time, given like the errors.

    Raises
    ------
    InputError
        If something given cannot be measured, or a channel has the name of a number that is in
        every row.

    Notes
    -----
    A row holds epoch, minibatch, iteration, train_cost (the mean cost of the minibatches since
    the last row, each at the parameters of its time), valid_error, best (whether that is the
    lowest so far), test_error if it is, and the channels. The row belongs to the iteration i where
    ``(i + 1) % every == 0``, as in the tutorials.

    Examples
    --------
    >>> from dltut.training import Trainer
    >>> errors = iter([0.5, 0.25, 0.25])
    >>> monitor = Monitor(lambda: next(errors))
    >>> log = Trainer(lambda index: 1.0, n_batches=2, extensions=[monitor]).run(max_epochs=3)
    >>> [row["best"] for row in log.rows]
    [True, True, False]
    """

    def __init__(self, valid_error=None, test_error=None, every: int | None = None, **channels):
        if every is not None and every < 1:
            raise InputError(f"every is {every}; it counts minibatches and is at least 1")
        for name in channels:
            if name in POSITION:
                raise InputError(
                    f"a channel cannot be called {name}: every row has a {name} already"
                )
        self.every = every
        self._errors = {"valid": valid_error, "test": test_error}
        self._valid = None if valid_error is None else _measure("valid_error", valid_error)
        self._test = None if test_error is None else _measure("test_error", test_error)
        self._channels = {name: _measure(name, channel) for name, channel in channels.items()}
        self._total, self._n = 0.0, 0

    @property
    def judges(self) -> bool:
        """Whether there is a validation error, by which one row is the best."""
        return self._valid is not None

    def attach(self, trainer) -> None:
        """Settle how often to measure."""
        patience = _patience(trainer.extensions)
        default = trainer.n_batches if patience is None else patience.initial // 2
        trainer.log.validation_frequency = self.every or max(1, min(trainer.n_batches, default))
        trainer.log.n_examples |= {
            name: error.n_examples
            for name, error in self._errors.items()
            if hasattr(error, "n_examples")
        }

    def after_batch(self, trainer) -> None:
        """Add up the cost; write a row when it is time."""
        log = trainer.log
        self._total += log.cost
        self._n += 1
        if (log.iteration + 1) % log.validation_frequency == 0:
            log.append(self._row(log))
            self._total, self._n = 0.0, 0

    def state(self) -> dict:
        """The costs since the last row."""
        return {"total": self._total, "n": self._n}

    def load_state(self, state: dict) -> None:
        """Go on adding to these."""
        self._total, self._n = state["total"], state["n"]

    def _row(self, log) -> dict:
        row = {"epoch": log.epoch, "minibatch": log.minibatch, "iteration": log.iteration}
        row["train_cost"] = self._total / self._n
        if self._valid is not None:
            row |= self._judge(log.best_row)
        return row | {name: measure() for name, measure in self._channels.items()}

    def _judge(self, best_row: dict | None) -> dict:
        error = float(self._valid())
        best = error < (inf if best_row is None else best_row["valid_error"])
        judged = {"valid_error": error, "best": best}
        return judged | {"test_error": self._test()} if best and self._test else judged


def _measure(name: str, channel) -> Callable:
    measure = getattr(channel, "mean", channel)
    if not callable(measure):
        raise InputError(f"{name} is {channel!r}; give an object with mean() or a callable")
    return measure


def _patience(extensions) -> Patience | None:
    """The first Patience among the extensions or the parts of an any_of or all_of."""
    for extension in extensions:
        if isinstance(extension, Patience):
            return extension
        found = _patience(getattr(extension, "criteria", ()))
        if found is not None:
            return found
    return None
