"""Experiments from configuration files: names in the file, objects of this library."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import InitVar, dataclass, field, replace
from pathlib import Path
from typing import Literal

from dltut.commands.run import Run
from dltut.datasets import Dataset, Split
from dltut.datasets.base import PARTS
from dltut.exceptions import InputError, at, printable
from dltut.experiment import costs
from dltut.experiment.build import placed
from dltut.experiment.costs import Term
from dltut.experiment.part import Part
from dltut.experiment.reading import parsed, read_text
from dltut.experiment.roles import ROLES, Role
from dltut.experiment.train import Train, runs_folder
from dltut.experiment.tree import Node, place_of, plain
from dltut.machine.arguments import (
    Amount,
    ArgumentError,
    Count,
    Seed,
    Size,
    checked_arguments,
)

MONITOR_SPLITS = ("valid", "test")
OF_ALL = (*PARTS, "transform")  # what is said of any data set


@dataclass
class Experiment:
    """What a configuration file says; a part is a name with arguments, ``{name: sgd, ...}``.

    A part without arguments may be its name alone, except for the model and the rule.

    Parameters
    ----------
    model : dict
        A class of `dltut.models`; what depends on the data is not given.
    rule : dict, optional
        A learning rule of `dltut.optim`; needed by all algorithms that go by minibatches.
    dataset : str or dict
        As `dltut.datasets.load` takes it. With more to say, keys: name, what `load` takes beside
        it, ``train``, ``valid`` and ``test`` with the first example of the split that is taken and
        the one behind the last, ``{start: 0, stop: 50000}``, and ``transform``, a list of parts.
    target : name, number or list of them, optional
        The columns of a table that are to be predicted; default: the last one.
    cost : part or list of parts
        The terms, which are added up; each may have a ``coefficient``, and one of weights the names
        of the ``layers`` whose weights it takes.
    penalties : dict
        {"l1" or "l2": weight in the cost}.
    algorithm : part
        How a step is made of the cost.
    schedule : dict, optional
        A schedule of `dltut.optim.schedules` that begins at the rule's learning rate; `per` is
        epoch or minibatch.
    schedules : dict
        {number of the rule, such as momentum: schedule}.
    stopping : list of parts
        Criteria of `dltut.training`; one of them is enough. The default is the tutorials' patience.
    extensions : list of parts
        What else happens while training.
    monitor : dict
        ``datasets``, the splits that are measured (default: valid and test), ``channels``, what is
        measured, ``watch``, which channel says what is best, ``at_start``, whether there is a row
        before training.
    iteration : str, optional
        The order of the examples, a mode of `dltut.training.Order`, such as shuffled_sequential;
        default: as they stand, without a last minibatch that is not full.
    batch_size : int
        Examples a step.
    max_epochs : int
        Passes over the training set at most.
    seed : int
        Of the model's weights and draws, from 0 to 2 ** 32 - 1.
    floatX : str, optional
        float32 or float64; default: as configured.
    partial : str
        Whether errors are measured on a last minibatch that is not full: drop it or keep it.
    checkpoint_seconds : float
        Seconds of work that are lost at most when the process is killed.
    roles : dict, optional
        What the names stand for; default: the library's parts.

    Raises
    ------
    InputError
        If a name is unknown or an argument does not fit.
    """

    model: dict
    rule: dict | None = None
    dataset: str | dict = "auto"
    target: int | str | Sequence[int | str] | None = None
    cost: str | dict | Sequence[str | dict] = "default"
    penalties: dict[str, Amount] = field(default_factory=dict)
    algorithm: str | dict = "minibatch"
    schedule: dict | None = None
    schedules: dict[str, dict] = field(default_factory=dict)
    stopping: Sequence[str | dict] = ({"name": "Patience"},)
    extensions: Sequence[str | dict] = ()
    monitor: dict = field(default_factory=dict)
    iteration: str | None = None
    batch_size: Size = 20
    max_epochs: Count = 1000
    seed: Seed = 1234
    floatX: Literal["float32", "float64"] | None = None
    partial: Literal["drop", "keep"] = "drop"
    checkpoint_seconds: Amount = 10.0
    roles: InitVar[Mapping[str, Role] | None] = None

    def __post_init__(self, roles):
        self._roles = roles or ROLES
        self._model = self._part("model", self.model)
        self._rule = None if self.rule is None else self._part("rule", self.rule)
        self._algorithm = self._part("algorithm", self.algorithm)
        if self._rule is None and "rule" in self._algorithm.takes:
            raise InputError("the experiment: rule is missing: give {name: sgd, ...}")
        self._costs = self._terms()
        self._schedules = dict(self._all_schedules())
        self._stopping = self._listed("stopping", self.stopping, "stopping")
        self._extensions = self._listed("extension", self.extensions, "extensions")
        with at("monitor"):
            self._monitor = checked(monitored, self.monitor, "monitor")
            self._channels = [self._channel(*each) for each in enumerate(self._named_channels)]
        self._take_data()
        if self._n_changing_the_rate > 1:
            raise InputError("two parts change the learning rate: keep one schedule or halving")

    def training(self, run: Run) -> Train:
        """What the experiment comes down to, with its data.

        Parameters
        ----------
        run : Run
            Where to look for data.
        """
        data = self.data(run)
        told = dict(self._monitor)
        names, has_channels = told.pop("datasets", MONITOR_SPLITS), told.pop("channels", None)
        return Train(
            data,
            self._model,
            self._rule,
            self._costs,
            self._algorithm,
            monitored={name: getattr(data, name) for name in names},
            channels=self._channels if has_channels else None,
            schedules=self._schedules,
            stopping=self._stopping,
            extensions=self._extensions,
            iteration=self.iteration,
            partial=self.partial,
            batch_size=self.batch_size,
            max_epochs=self.max_epochs,
            seed=self.seed,
            **told,
        )

    def data(self, run: Run) -> Dataset:
        """The data set, cut and transformed.

        Parameters
        ----------
        run : Run
        """
        context = {"data_dir": run.data_dir, "folder": runs_folder(run), "quick": run.quick}
        data = self._read(run, context)
        if any(self._cuts.values()) and not run.quick:  # which takes some examples of its own
            data = replace(data, **{part: self._cut(data, part) for part in PARTS})
        for part in self._transforms:
            data = part(data=data, **context)
        with at("dataset"):
            return run.take(data)

    def _read(self, run: Run, context: dict) -> Dataset:
        if isinstance(self._source, Part):
            run.configure(run.data_dir)
            return self._source(**context)
        given = self._source | {"dataset": self._source["name"], "target": self.target}
        for name, value in given.items():
            if name != "name":
                setattr(run, name, value)
        with self._at_what_is_said_of_the_data():
            return run.data()

    @contextmanager
    def _at_what_is_said_of_the_data(self) -> Iterator[None]:
        """The target stands beside the data set in a file, all else of it within."""
        try:
            yield
        except InputError as error:
            keys = getattr(error, "keys", ())
            is_target = keys[:1] == ("target",) and self.target is not None
            error.keys = keys if is_target else ("dataset", *keys)
            raise

    def _part(self, role: str, given, *keys) -> Part:
        return self._roles[role].part(role, given, keys or (role,))

    def _listed(self, role: str, given: Sequence, *keys) -> list[Part]:
        return [self._part(role, each, *keys, i) for i, each in enumerate(given)]

    def _terms(self) -> list[Part]:
        listed = self.cost if isinstance(self.cost, list | tuple) else [self.cost]
        terms = []
        for i, each in enumerate(listed):
            keys = ("cost", i) if isinstance(self.cost, list | tuple) else ("cost",)
            given = {"name": each} if isinstance(each, str) else dict(each)
            with at(*keys):
                told = {
                    name: given.pop(name) for name in ("coefficient", "layers") if name in given
                }
                checked(weighed, told, "cost")
            found = self._part("cost", given, *keys)
            terms.append(Term(found.make, found.arguments, keys, found.filled, **told))
        known = self._roles["penalty"].names
        for name in self.penalties:
            self._part("penalty", {"name": name}, "penalties")
        if self.penalties:
            terms.append(Part(costs.penalties, {"amounts": self.penalties, "names": known}))
        if not terms:
            with at("cost"):
                raise InputError("cost is empty: write default for what the data ask for")
        return terms

    def _all_schedules(self) -> Iterator[tuple[str, tuple[Part, str]]]:
        given = {("schedules", name): (name, each) for name, each in self.schedules.items()}
        if self.schedule is not None:
            given = {("schedule",): ("learning_rate", self.schedule)} | given
        for keys, (name, each) in given.items():
            rest = {key: value for key, value in each.items() if key != "per"}
            with at(*keys):
                told = checked(counted, {"per": each.get("per", "epoch")}, "schedule")
            yield name, (self._part("schedule", rest, *keys), told["per"])

    @property
    def _named_channels(self) -> Sequence:
        return self._monitor.get("channels") or ()

    def _channel(self, i: int, given) -> str | Part:
        """A name that is looked up when there is a model, or a part of one's own."""
        name = given if isinstance(given, str) else given.get("name")
        if isinstance(given, str) and name not in self._roles["channel"].names:
            return name
        return self._roles["channel"].part("channel", given, ("channels", i))

    def _take_data(self) -> None:
        """Where the data come from, which examples are taken, and what is done to them."""
        given = {"name": self.dataset} if isinstance(self.dataset, str) else dict(self.dataset)
        is_own = given.get("name") in self._roles["dataset"].names
        if is_own:  # whose own arguments are checked as a part's
            own = {key: given.pop(key) for key in [*given] if key not in (*OF_ALL, "name")}
            self._source = self._part("dataset", {"name": given["name"]} | own)
        with at("dataset"):
            told = checked(taken, given, "dataset")
            self._cuts = {part: told.get(part) or {} for part in PARTS}
            for part, each in self._cuts.items():
                with at(part):
                    checked(cut, each, part)
        if not is_own:
            self._source = {key: value for key, value in told.items() if key not in OF_ALL}
        transforms = told.get("transform", ())
        self._transforms = self._listed("transform", transforms, "dataset", "transform")

    def _cut(self, data: Dataset, part: str) -> Split:
        with at("dataset", part):
            return getattr(data, part).subset(**self._cuts[part])

    @property
    def _n_changing_the_rate(self) -> int:
        parts = [*self._stopping, *self._extensions]
        changing = ["learning_rate" in each.all_takes for each in parts]
        return sum(changing) + ("learning_rate" in self._schedules)


def taken(
    name: str,
    ignore: Sequence[str | int] = (),
    header: bool | None = None,
    task: Literal["classification", "regression", "multilabel"] | None = None,
    scale: float | None = None,
    image_shape: Sequence[Size] | None = None,
    train: dict | None = None,
    valid: dict | None = None,
    test: dict | None = None,
    transform: Sequence[str | dict] = (),
):
    """What is said of a data set.

    Parameters
    ----------
    name : str
        Of the data set, or the path of files.
    ignore, header, task, scale, image_shape
        Of files, as `dltut.datasets.load` takes them.
    train, valid, test : dict
        Which examples are taken of a split: ``start`` and ``stop``.
    transform : list of parts
        What is done to the inputs, one after the other.
    """


def cut(start: Count = 0, stop: Size | None = None):
    """Which examples of a split are taken.

    Parameters
    ----------
    start : int
        The first.
    stop : int
        The one behind the last.
    """


def monitored(
    datasets: Sequence[Literal["train", "valid", "test"]] = MONITOR_SPLITS,
    channels: Sequence[str | dict] | None = None,
    watch: str | None = None,
    at_start: bool = False,
):
    """What is measured while training.

    Parameters
    ----------
    datasets : list of str
        The splits.
    channels : list of parts
        What is measured on each; default: what the task measures.
    watch : str
        The channel that says what is the best; default: the task's, on valid. null: none.
    at_start : bool
        Whether there is a row before training.
    """


def weighed(coefficient: float = 1.0, layers: Sequence[str] | None = None):
    """What is said of a term of the cost, beside its own arguments.

    Parameters
    ----------
    coefficient : float
        What it is multiplied by.
    layers : list of str
        The layers whose weights it takes; default: all.
    """


def counted(per: Literal["epoch", "minibatch"] = "epoch"):
    """What is said of a schedule, beside its own arguments.

    Parameters
    ----------
    per : str
        What its steps count.
    """


def checked(function: Callable, given: Mapping, place: str) -> dict:
    """Arguments that fit a signature; the error of one that does not knows its key.

    Parameters
    ----------
    function : callable
    given : dict
    place : str
        For the error.

    Raises
    ------
    ArgumentError
        If one does not fit.
    """
    try:
        return checked_arguments(function, given, place)
    except ArgumentError as error:
        error.keys = (error.argument,)
        raise


@contextmanager
def located(node: Node) -> Iterator[None]:
    """Let an `InputError` of the block that knows its keys begin with its place in a file.

    Parameters
    ----------
    node : Node
        The experiment's.

    Raises
    ------
    InputError
        The same, with the place.
    """
    try:
        yield
    except InputError as error:
        if not hasattr(error, "keys"):
            raise
        with placed(place_of(node, error.keys)):
            raise


def experiment_of(node: Node, roles: Mapping[str, Role] | None = None) -> Experiment:
    """The experiment that a tree describes.

    Parameters
    ----------
    node : Node
    roles : dict, optional
        What the names stand for.

    Raises
    ------
    InputError
        With the place: if a key, name or argument is unknown or missing, or a value does not fit.
    """
    given = plain(node)
    if not isinstance(given, dict):
        told = f"this is {printable(repr(given))}; expected keys with values: batch_size: 20"
        raise InputError(f"{node.place}: {told}")
    with located(node), at():
        fields = checked(Experiment, given, "the experiment")
        return Experiment(**fields, roles=roles)


def read_experiment(path: str | Path, roles: Mapping[str, Role] | None = None) -> Experiment:
    """The experiment that a configuration file describes.

    Parameters
    ----------
    path : path
        A YAML file such as scripts/experiments/mlp.yaml.
    roles : dict, optional
        What the names stand for; default: the library's parts.

    Raises
    ------
    InputError
        With file, line and column: if it is not YAML, a key, name or argument is unknown or
        missing, or a value does not fit.

    Notes
    -----
    Names stand for objects of this library alone, and for those in ``roles``; a file cannot name
    any other Python object.
    """
    return experiment_of(parsed(read_text(path), path), roles)
