"""One training, put together of parts: here both languages of experiment files end."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytensor

from dltut import shared_dataset
from dltut.commands.run import Run
from dltut.datasets import Dataset, Split
from dltut.exceptions import ROOT, InputError, at, nearest
from dltut.experiment import costs
from dltut.experiment.algorithms import minibatch
from dltut.experiment.part import Late, Part, inside, made, named_inside
from dltut.machine.arguments import fits
from dltut.machine.files import is_there
from dltut.machine.seeds import random_state
from dltut.machine.shared import as_floatX
from dltut.tasks import Reconstruction, Task, task_of
from dltut.training import (
    Extension,
    Log,
    Monitor,
    Order,
    SaveEvery,
    Scheduled,
    minibatch_functions,
)
from dltut.training.channels import channels

ENDLESS = 2**31  # epochs
DEFAULT = Part(costs.default)
TASKS_OWN = ""  # of a channel to be watched


def runs_folder(run: Run) -> Path:
    """The folder of the runs: a relative name in an experiment means a file there.

    Parameters
    ----------
    run : Run

    Examples
    --------
    >>> runs_folder(Run()).as_posix(), runs_folder(Run(run_dir=Path("mine/first"))).as_posix()
    ('runs', 'mine')
    """
    return Path("runs") if run.run_dir is None else Path(run.run_dir).parent


@dataclass
class Train:
    """What is learned from what, how, and what is looked at meanwhile.

    A part that is a `dltut.experiment.part.Part` is called with what it takes of the context; any
    other object is taken as it is. The context grows from line to line of `run`: ``folder`` (of the
    runs), ``data``, ``task``, ``rng``, ``n_in``, ``n_out``, ``image_shape``; then ``model``,
    ``params``, ``weights``; the ``inputs`` of the graph, ``x``, ``y`` and other columns by their
    names; ``split``, the shared one that is learned from, and its ``order``; ``rule``, and
    those of its numbers that change, such as ``learning_rate``; in the costs ``train``; then
    ``cost`` and ``batch_size``.

    Parameters
    ----------
    data : Dataset
        Its ``train`` is learned from.
    model : Network or Part
    rule : Part
        Such as ``Part(sgd, {"learning_rate": 0.1})``.
    costs : sequence of Part
        Scalars, which are added up; what is called ``train`` in the context says whether there is
        noise. Default: what the task asks for.
    algorithm : Part, optional
        What makes the step of the cost and the rule; default: minibatch gradient descent.
    task : Task, optional
        Default: as the data and the model say.
    monitored : dict, optional
        {name: Split} of what is measured on; default: valid and test of the data.
    channels : sequence of str or Part, optional
        What is measured; default: the task's measures. A part makes a scalar, or several by name.
    watch : str, optional
        The channel that says which model is the best; default: the task's, on valid. None: none is,
        and every channel is measured each time.
    lower : bool, optional
        Whether it is better when lower.
    at_start : bool
        Whether there is a row before training.
    schedules : dict
        {number of the rule: (Part that makes a schedule, "epoch" or "minibatch")}.
    stopping, extensions : sequence of Part or Extension
    batch_size : int
    monitor_batch_size : int, optional
        Default: `batch_size`.
    monitor_batches : int, optional
        How many minibatches of each split are measured; default: all.
    iteration : str, optional
        In which order examples are taken, a mode of `dltut.training.Order`; default: as they stand,
        without a last minibatch that is not full, as the tutorials do.
    max_epochs : int, optional
        None: until a criterion stops it.
    seed : int
        Of the first weights, the noise and the order.
    partial : {"drop", "keep"}
        What is measured of a last minibatch that is not full.
    save_path : str, optional
        The model is saved there every `save_freq` epochs and at the end.
    save_freq : int
    allow_overwrite : bool
        Whether a file at `save_path` may be there already.
    """

    data: Dataset
    model: object
    rule: Part | None = None
    costs: Sequence[Part] = (DEFAULT,)
    algorithm: Part | None = None
    task: Task | None = None
    monitored: Mapping[str, Split] | None = None
    channels: Sequence[str | Part] | None = None
    watch: str | None = TASKS_OWN
    lower: bool | None = None
    at_start: bool = False
    schedules: Mapping[str, tuple[Part, str]] = field(default_factory=dict)
    stopping: Sequence[object] = ()
    extensions: Sequence[object] = ()
    batch_size: int = 20
    monitor_batch_size: int | None = None
    monitor_batches: int | None = None
    iteration: str | None = None
    max_epochs: int | None = None
    seed: int = 1234
    partial: str = "drop"
    save_path: str | None = None
    save_freq: int = 0
    allow_overwrite: bool = True

    def __post_init__(self):
        if self.save_path is not None:
            named_inside(self.save_path)

    def within(self, budget: Sequence) -> "Train":
        """The same, until criteria end the session."""
        return replace(self, extensions=[*self.extensions, *budget])

    def run(self, run: Run, part: str = "") -> Log:
        """Train in the run's folder, or in a folder within it.

        Parameters
        ----------
        run : Run
        part : str
            The folder within the run's own, such as phase1.

        Returns
        -------
        Log

        Raises
        ------
        InputError
            If the parts do not fit each other.
        """
        step, model, extensions = self.prepared(run)
        n = ENDLESS if self.max_epochs is None else self.max_epochs
        return run.train(step, model, n, extensions, part, self.task)

    def prepared(self, run: Run) -> tuple:
        """The step, the model and the extensions.

        Parameters
        ----------
        run : Run

        Raises
        ------
        InputError
            As `run`.
        """
        with at():  # an error belongs to the file
            known = self.known(run)
            rule, known["cost"] = self._rule(known), self._cost(known, train=True)
            measures = self._measures(known)  # a wrong name is told before anything is compiled
            step = made(self.algorithm or Part(minibatch), **known, rule=rule)
            return (
                step,
                known["model"],
                [
                    *filter(None, [known["order"]]),
                    *self._schedules(known),  # before a row is written that tells a rate
                    self._monitor(known, measures),
                    *(made(each, **known) for each in (*self.stopping, *self.extensions)),
                    *self._saving(run, known),
                ],
            )

    def known(self, run: Run) -> dict:
        """The context of the parts: what is known before there is a cost.

        Parameters
        ----------
        run : Run
        """
        data = run.take(self.data)
        learned = shared_dataset(data.train)
        known = {
            "folder": runs_folder(run),
            "data": data,
            "seed": self.seed,
            "rng": random_state(self.seed),
            "n_in": Late(lambda: data.train.n_inputs),
            "n_visible": Late(lambda: data.train.n_inputs),
            "n_out": Late(lambda: data.n_outputs),
            "image_shape": Late(lambda: data.image_shape),
            "split": learned,
            "batch_size": min(self.batch_size, len(data.train)) if run.quick else self.batch_size,
            "order": self._order(learned),
        }
        model = made(self.model, **known)
        _check_inputs(model, data)
        inputs = {name: each.type(name) for name, each in learned.columns.items()}
        known |= inputs | {"inputs": [*inputs.values()], "model": model}
        known |= {"params": model.params, "weights": model.weights}
        task = known["task"] = self.task or task_of(data, model)
        known["header"] = data.facts | (task.facts if self.task else {})
        return known | self._changing()

    def _changing(self) -> dict:
        """The rule's numbers that something changes while training, as shared scalars."""
        parts = [each for each in (*self.stopping, *self.extensions) if isinstance(each, Part)]
        asked = {*self.schedules}.union(*(each.all_takes for each in parts))
        asked |= {"learning_rate"} if "rate" in asked else set()
        numbers = numbers_of(self.rule) if self.rule else {}
        for name in self.schedules:
            if name not in numbers:
                with at("schedules", name):
                    raise InputError(f"the rule has no number {name}; {nearest(name, numbers)}")
        shared = {
            name: pytensor.shared(as_floatX(value), name=name)
            for name, value in numbers.items()
            if name in asked
        }
        return shared | ({"rate": shared["learning_rate"]} if "learning_rate" in shared else {})

    def _rule(self, known: dict) -> Part | None:
        """The rule, with shared scalars where its numbers change."""
        if self.rule is None:
            return None
        changing = {name: known[name] for name in numbers_of(self.rule) if name in known}
        keys = (ROOT, *self.rule.keys)  # the algorithm that calls it is another part
        return replace(self.rule, arguments={**self.rule.arguments, **changing}, keys=keys)

    def _terms(self, known: dict, train: bool) -> list:
        return [made(each, **known, train=train) for each in self.costs]

    def _cost(self, known: dict, train: bool):
        first, *rest = self._terms(known, train)
        return sum(rest, start=first)

    def _order(self, split) -> Order | None:
        """What says in which order the examples of a split are taken, if they are not as usual."""
        if self.iteration is None:
            return None
        with at("iteration"):
            return Order(split, self.iteration, self.batch_size, self.seed)

    def _monitor(self, known: dict, measures: dict) -> Monitor:
        task, size = known["task"], self.monitor_batch_size or self.batch_size
        splits = {name: self._shared(split, known) for name, split in self._monitored.items()}
        measured = minibatch_functions(measures, known["inputs"], splits, size, self.partial)
        watch, lower = self.watch, self.lower
        if watch == TASKS_OWN:
            watch = f"valid_{task.watch}"
            watch, lower = (watch, task.lower) if watch in measured else (None, None)
        start = {"at_start": True} if self.at_start else {}
        return Monitor(measured, watch=watch, lower=lower, **start)

    @property
    def _monitored(self) -> Mapping[str, Split]:
        if self.monitored is None:
            return {"valid": self.data.valid, "test": self.data.test}
        return self.monitored

    def _shared(self, split: Split, known: dict):
        """A split on the device, what is looked at of it; that which is learned from is there."""
        n = (self.monitor_batches or 0) * (self.monitor_batch_size or self.batch_size)
        if n and n < len(split):
            split = split[:n]
        return known["split"] if split is self.data.train else shared_dataset(split)

    def _measures(self, known: dict) -> dict:
        """{name: scalar} of what is measured on each split."""
        task, model, x = known["task"], known["model"], known["x"]
        if isinstance(task, Reconstruction):
            usual = {"cost": self._cost(known, train=False)}
        else:
            usual = task.measures(model(x), known["y"])
        if self.channels is None:
            return usual
        measures = {}
        for i, each in enumerate(self.channels):
            with at("monitor", "channels", i):
                measures |= self._channel(each, usual, known)
        return measures

    def _channel(self, channel, usual: dict, known: dict) -> dict:
        if isinstance(channel, Part):
            terms = Late(lambda: self._terms(known, train=False))
            measured = made(channel, **known, terms=terms)
            return measured if isinstance(measured, dict) else {channel.name: measured}
        if channel in usual:
            return {channel: usual[channel]}
        x, y, terms = known["x"], known.get("y"), self._pairs(known)
        return channels(known["model"], x, y, terms, [channel])

    def _pairs(self, known: dict) -> list[tuple]:
        """The coefficients and the terms of the cost, without noise, each with its name."""
        known, pairs = known | {"train": False}, []
        for each in self.costs:
            is_term = isinstance(each, costs.Term)
            term = each.alone(**known) if is_term else made(each, **known)
            term.name = each.name
            pairs.append((each.coefficient if is_term else 1, term))
        return pairs

    def _schedules(self, known: dict) -> list[Extension]:
        extensions = []
        for name, (schedule, per) in self.schedules.items():
            value = float(known[name].get_value())
            made_of = made(schedule, initial=value, value=value)
            extensions.append(Scheduled(known[name], made_of, per))
        return extensions

    def _saving(self, run: Run, known: dict) -> list[Extension]:
        if self.save_path is None or run.dry_run:
            return []
        path = inside(known["folder"], self.save_path)
        if is_there(path) and not (self.allow_overwrite or run.resume):
            raise InputError(f"{path} is there already: move it, or allow it to be overwritten")
        return [SaveEvery(known["model"], path, self.save_freq or ENDLESS, known["header"])]


def _check_inputs(model, data: Dataset) -> None:
    """Refuse a model of rows that takes more or fewer numbers than an example has."""
    takes = getattr(model, "n_in", None)
    if takes is None or getattr(data.inputs, "column", "x") != "x" or data.train.x.ndim < 2:
        return
    has = data.train.n_inputs
    if takes != has:
        name = type(model).__name__
        raise InputError(f"the {name} takes {takes} numbers, an example has {has}: change one")


def numbers_of(rule: Part) -> dict[str, float]:
    """The numbers that a rule is made with, its defaults among them.

    Parameters
    ----------
    rule : Part

    Examples
    --------
    >>> from dltut.optim import momentum
    >>> numbers_of(Part(momentum, {"learning_rate": 0.1}))
    {'learning_rate': 0.1, 'momentum': 0.9}
    """
    parameters = inspect.signature(rule.make).parameters.values()
    defaults = {each.name: each.default for each in parameters}
    values = {name: rule.arguments.get(name, value) for name, value in defaults.items()}
    return {name: value for name, value in values.items() if fits(value, float)}
