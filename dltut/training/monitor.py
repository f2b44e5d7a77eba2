"""Measuring during training: what the log's rows are made of, and which of them is the best."""

from collections.abc import Callable, Mapping

from dltut.exceptions import InputError, nearest
from dltut.machine.channels import SPLITS, better, rises
from dltut.machine.checks import check_counts, check_numbers
from dltut.training.extensions import Extension
from dltut.training.log import POSITION

WATCHED = "valid_error"


class Monitor(Extension):
    """Measure every so many minibatches, write a row of the log, and say whether it is the best.

    Parameters
    ----------
    measures : dict, or what measures the validation error
        {channel: what measures it}, such as ``{"valid_error": f, "test_error": g}``: an object with
        a ``mean()`` such as `dltut.training.minibatch_function` makes, or a callable without
        arguments. Not a dict, it is the channel valid_error.
    test_error : optional
        Short for the channel test_error.
    every : int, optional
        Minibatches from one row to the next. If not given: as often as a criterion such as
        `Patience` wants it, at least once an epoch.
    on_best : dict, optional
        More channels, measured only when the watched one is better than ever before. So are all
        whose names begin with ``test_``.
    watch : str, optional
        The channel that says which row, and which model, is the best; valid_error if there is one
        of that name. Without it no row is called the best, and all channels are measured each time.
    lower : bool, optional
        Whether lower is better in that channel; if not given, as its name says: an accuracy, a
        precision, a recall, an F1, an IoU or a likelihood should rise, anything else fall.
    at_start : bool
        Measure before the first minibatch, too: that row has epoch 0, minibatch and iteration -1,
        and no train_cost, and can be the best. So N epochs give N + 1 rows.
    cost_name : str, optional
        What the step returns, in words, if that is not a cost.
    **channels
        More channels by name.

    Raises
    ------
    InputError
        If something given cannot be measured, a channel has the name of a number that is in every
        row or stands twice, the watched channel is not there, or `every` counts nothing.

    Notes
    -----
    A row holds epoch, minibatch, iteration, train_cost (the mean cost of the minibatches since
    the last row, each at the parameters of its time), the watched channel, best (whether it is
    the best so far; a tie is not), then the other channels. The row belongs to the iteration i
    where ``(i + 1) % every == 0``, as in the tutorials.

    What is watched is written into the log when the trainer is made, and everything else reads it
    there: the trainer, which keeps the best parameters, criteria, checkpoints and the display.

    Examples
    --------
    >>> from dltut.training import Trainer
    >>> accuracies = iter([0.5, 0.75, 0.75])
    >>> monitor = Monitor({"valid_accuracy": lambda: next(accuracies)}, watch="valid_accuracy")
    >>> log = Trainer(lambda index: 1.0, n_batches=2, extensions=[monitor]).run(max_epochs=3)
    >>> [row["best"] for row in log.rows]
    [True, True, False]
    """

    def __init__(
        self,
        measures=None,
        test_error=None,
        every: int | None = None,
        *,
        on_best: Mapping | None = None,
        watch: str | None = None,
        lower: bool | None = None,
        at_start: bool = False,
        cost_name: str | None = None,
        **channels,
    ):
        if every is not None:
            check_counts("minibatches", every=every)
        if not isinstance(measures, Mapping):
            measures = {WATCHED: measures}
        given = [measures, {"test_error": test_error}, on_best or {}, channels]
        self.channels = _joined(given)
        self.every, self.is_at_start, self.cost_name = every, at_start, cost_name
        self.watched = watch if watch is not None or WATCHED not in self.channels else WATCHED
        self.lower = not rises(self.watched or "") if lower is None else lower
        self._measures = {name: _measure(name, each) for name, each in self.channels.items()}
        late = {name for name in self._measures if name.startswith("test_")} | set(on_best or ())
        self._on_best = late if self.watched else set()
        if self.watched and self.watched not in set(self.channels) - self._on_best:
            always = [name for name in self.channels if name not in self._on_best]
            raise InputError(
                f"watch is {self.watched!r}, which is not measured each time: "
                f"{nearest(self.watched, always)}"
            )
        self._every, self._total, self._n = every, 0.0, 0

    def attach(self, trainer) -> None:
        """Say in the log what is watched, and on how many examples is measured.

        Raises
        ------
        InputError
            If another Monitor watches a channel already.
        """
        log = trainer.log
        if self.watched is not None:
            if log.watched is not None:
                raise InputError(
                    f"{log.watched} is watched already and {self.watched} would be too: "
                    "give one Monitor all channels, and watch one"
                )
            log.watched, log.lower = self.watched, self.lower
        log.cost_name = self.cost_name or log.cost_name
        for name, channel in self.channels.items():
            split = name.partition("_")[0]
            if split in SPLITS and hasattr(channel, "n_examples"):
                # What is not measured on examples, such as a norm, counts as one.
                counted = log.n_examples.get(split, 0)
                log.n_examples[split] = max(counted, channel.n_examples)

    def before_training(self, trainer) -> None:
        """Settle how often to measure: by now the criteria have said how often they want it."""
        log = trainer.log
        usual = min(log.n_batches, log.validate_within or log.n_batches)
        log.validation_frequency = self._every = self.every or usual

    def at_start(self, trainer) -> None:
        """Write a row of what there is before training, if it is wanted."""
        if self.is_at_start:
            trainer.log.append(self._row(trainer.log))

    def after_batch(self, trainer) -> None:
        """Add up the cost; write a row when it is time."""
        log = trainer.log
        for cost in log.costs:
            self._total += cost
        self._n += len(log.costs)
        if (log.iteration + 1) % self._every == 0:
            log.append(self._row(log))
            self._total, self._n = 0.0, 0

    def next_look(self, log) -> int:
        """The iteration of the next row."""
        return log.iteration + self._every - (log.iteration + 1) % self._every

    def tried(self) -> dict[str, float]:
        """What is measured each time, where possible on the first minibatch alone."""
        return {
            name: float(channel(0) if hasattr(channel, "n_batches") else self._measures[name]())
            for name, channel in self.channels.items()
            if name not in self._on_best
        }

    def state(self) -> dict:
        """The costs since the last row."""
        return {"total": self._total, "n": self._n}

    def load_state(self, state: dict) -> None:
        """Go on adding to these."""
        check_numbers(lambda total: True, "a sum of costs", total=state["total"])
        check_counts("minibatches", least=0, n=state["n"])
        self._total, self._n = state["total"], state["n"]

    def _row(self, log) -> dict:
        row = {"epoch": log.epoch, "minibatch": log.minibatch, "iteration": log.iteration}
        if self._n:
            row["train_cost"] = self._total / self._n
        means = {}
        if self.watched is not None:
            row |= self._judged(log.best_row, means)
        always = (name for name in self.channels if name not in {self.watched, *self._on_best})
        return row | {name: self._value(name, means) for name in always}

    def _judged(self, best_row: dict | None, means: dict) -> dict:
        """The watched channel, whether it is the best, and if so what is measured only then."""
        value = float(self._value(self.watched, means))
        best = better(value, best_row and best_row[self.watched], self.lower)
        judged = {self.watched: value, "best": best}
        if not best:
            return judged
        late = (name for name in self.channels if name in self._on_best)
        return judged | {name: self._value(name, means) for name in late}

    def _value(self, name: str, means: dict):
        """What a channel measures; `means` keeps those of functions that measure several."""
        channel = self.channels[name]
        joint = getattr(channel, "joint", None)
        if joint is None:
            return self._measures[name]()
        if joint not in means:
            means[joint] = joint.means()
        return means[joint][channel.place]


def _joined(parts: list[Mapping]) -> dict:
    """All channels that are given, in one dictionary."""
    joined = {}
    for part in parts:
        for name, channel in part.items():
            if channel is None:
                continue
            if name in POSITION:
                raise InputError(
                    f"a channel cannot be called {name}: every row has a {name} already"
                )
            if name in joined:
                raise InputError(f"the channel {name} is given twice: keep one")
            joined[name] = channel
    return joined


def _measure(name: str, channel) -> Callable:
    measure = getattr(channel, "mean", channel)
    if not callable(measure):
        raise InputError(f"{name} is {channel!r}; give an object with mean() or a callable")
    return measure
