"""Experiments from configuration files: names in the file, objects of this library."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pytensor

from dltut import optim, training
from dltut.datasets import Dataset
from dltut.exceptions import InputError, nearest
from dltut.experiment.arguments import checked_arguments
from dltut.experiment.tree import read_yaml
from dltut.machine.shared import as_floatX
from dltut.models import MLP, LeNet, LogisticRegression
from dltut.nn import l1, l2
from dltut.optim import schedules
from dltut.optim.parts import check_positive
from dltut.training import Schedule

PENALTIES = {"l1": l1, "l2": l2}


def _named(*objects) -> dict[str, Callable]:
    return {each.__name__: each for each in objects}


# What a part of the file may name, and the arguments that the experiment gives it.
NAMES = {
    "model": _named(LogisticRegression, MLP, LeNet),
    "rule": _named(
        *(optim.sgd, optim.momentum, optim.nesterov, optim.adagrad, optim.rmsprop),
        *(optim.adadelta, optim.adam, optim.adamax, optim.amsgrad),
    ),
    "schedule": _named(
        *(schedules.constant, schedules.exponential, schedules.inverse),
        *(schedules.inverse_time, schedules.linear, schedules.step),
    ),
    "stopping": _named(
        *(training.Patience, training.NoImprovement, training.MaxEpochs, training.Diverged),
        *(training.TargetReached, training.TimeLimit, training.HalveOnNoImprovement),
    ),
}
FILLED = {
    "model": ("rng", "n_in", "n_out", "image_shape"),
    "rule": ("cost", "params"),
    "schedule": ("initial", "value"),
    "stopping": ("params", "learning_rate"),
}


@dataclass(frozen=True)
class Experiment:
    """What a configuration file says; a part is a name with arguments, ``{name: sgd, ...}``.

    Parameters
    ----------
    model : dict
        A class of `dltut.models`; what depends on the data is not given.
    rule : dict
        A learning rule of `dltut.optim`.
    dataset : str
        As `dltut.datasets.load` takes it.
    penalties : dict
        {"l1" or "l2": weight in the cost}.
    schedule : dict, optional
        A schedule of `dltut.optim.schedules` that begins at the rule's learning rate; `per` is
        epoch or minibatch.
    stopping : list of dict
        Criteria of `dltut.training`; one of them is enough. The default is the tutorials' patience.
    batch_size : int
        Examples a step.
    max_epochs : int
        At most so many passes over the training set.
    seed : int
        Of the model's weights and draws, from 0 to 2 ** 32 - 1.
    floatX : str, optional
        float32 or float64; default: as configured.
    checkpoint_seconds : float
        At most so many seconds of work are lost when the process is killed.

    Raises
    ------
    InputError
        If a number is out of range, a name unknown or an argument does not fit.
    """

    model: dict
    rule: dict
    dataset: str = "auto"
    penalties: dict[str, float] = field(default_factory=dict)
    schedule: dict | None = None
    stopping: Sequence[dict] = ({"name": "Patience"},)
    batch_size: int = 20
    max_epochs: int = 1000
    seed: int = 1234
    floatX: Literal["float32", "float64"] | None = None
    checkpoint_seconds: float = 10.0

    def __post_init__(self):
        for kind, part in self._parts():
            _found(kind, part)
        for name, amount in self.penalties.items():
            if name not in PENALTIES:
                raise InputError(f"penalties: there is no {name}; {nearest(name, PENALTIES)}")
            if amount < 0:
                raise InputError(f"penalties: {name} is {amount}; it is 0 or above")
        if not 0 <= self.seed < 2**32:
            raise InputError(f"seed is {self.seed}; it is a whole number from 0 to {2**32 - 1}")
        if sum(self._changes_rate()) > 1:
            raise InputError("two parts change the learning rate: keep one schedule or halving")

    def built_model(self, data: Dataset):
        """The model, for pictures and classes such as these."""
        return _built(
            ("model", self.model),
            rng=np.random.RandomState(self.seed),
            n_in=data.train.n_inputs,
            image_shape=data.image_shape,
            n_out=data.n_classes,
        )

    def penalty(self, weights):
        """What is added to the cost."""
        return sum(amount * PENALTIES[name](weights) for name, amount in self.penalties.items())

    def learning_rate(self):
        """The rule's rate: a number, or a shared scalar if something changes it while training."""
        rule, arguments = _found("rule", self.rule)
        default = inspect.signature(rule).parameters["learning_rate"].default
        rate = arguments.get("learning_rate", default)
        check_positive(learning_rate=rate)
        changes = any(self._changes_rate())
        return pytensor.shared(as_floatX(rate), name="learning_rate") if changes else rate

    def updates(self, cost, params, learning_rate) -> dict:
        """What the rule does in a step.

        Parameters
        ----------
        cost : scalar
        params : list of shared variables
        learning_rate : float or shared scalar
            From `learning_rate`.

        Returns
        -------
        dict
            {shared variable: next value}
        """
        return _built(("rule", self.rule), cost=cost, params=params, learning_rate=learning_rate)

    def extensions(self, params, learning_rate) -> list:
        """What ends the training, and what changes the learning rate."""
        given = {"params": params, "learning_rate": learning_rate}
        criteria = [_built(("stopping", part), **given) for part in self.stopping]
        if self.schedule is None:
            return criteria
        rate = float(learning_rate.get_value())
        schedule = _built(_schedule(self.schedule), initial=rate, value=rate)
        return [Schedule(learning_rate, schedule, self.schedule.get("per", "epoch")), *criteria]

    def _parts(self) -> Iterator[tuple[str, dict]]:
        yield from (("model", self.model), ("rule", self.rule))
        if self.schedule is not None:
            yield _schedule(self.schedule)
        yield from (("stopping", part) for part in self.stopping)

    def _changes_rate(self) -> Iterator[bool]:
        yield self.schedule is not None
        yield from (part["name"] == "HalveOnNoImprovement" for part in self.stopping)


def read_experiment(path: str | Path) -> Experiment:
    """The experiment that a configuration file describes.

    Parameters
    ----------
    path : path
        A YAML file such as scripts/experiments/mlp.yaml.

    Raises
    ------
    InputError
        With the file and the key: if it is no YAML, a key, name or argument is unknown or missing,
        or a value does not fit.

    Notes
    -----
    Names stand for objects of this library alone; a file cannot name any other Python object.
    """
    given = read_yaml(path)
    with located(path):
        return Experiment(**checked_arguments(Experiment, given, "the experiment"))


@contextmanager
def located(path: str | Path) -> Iterator[None]:
    """Let an `InputError` of the block begin with the file's name.

    Raises
    ------
    InputError
        The same, with the name.
    """
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _schedule(part: dict) -> tuple[str, dict]:
    """The schedule as a part: `per` is not its own argument."""
    return "schedule", {name: value for name, value in part.items() if name != "per"}


def _found(kind: str, part: dict) -> tuple[Callable, dict]:
    """What a part of the file names, and its arguments."""
    names, name = NAMES[kind], part.get("name")
    if name is None:
        raise InputError(f"{kind} has no name: write {{name: {next(iter(names))}, ...}}")
    if not isinstance(name, str) or name not in names:
        raise InputError(f"{kind}: there is no {name}; {nearest(name, names)}")
    given = {key: value for key, value in part.items() if key != "name"}
    place = f"{kind} {name}"
    return names[name], checked_arguments(names[name], given, place, FILLED[kind])


def _built(part: tuple[str, dict], **filled):
    """The object that a part describes; of what is filled in, it gets what it takes."""
    function, arguments = _found(*part)
    takes = inspect.signature(function).parameters
    return function(**arguments | {name: filled[name] for name in filled if name in takes})
