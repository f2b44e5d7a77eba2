"""Experiments from configuration files: names in the file, objects of this library."""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytensor

from dltut.datasets import Dataset
from dltut.exceptions import InputError
from dltut.experiment.roles import ROLES
from dltut.experiment.tree import parsed, plain, read_text
from dltut.machine.arguments import Amount, Count, Seed, Size, checked_arguments
from dltut.machine.seeds import random_state
from dltut.machine.shared import as_floatX
from dltut.optim.gradients import check_positive
from dltut.training import Scheduled


@dataclass
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
    target : name, number or list of them, optional
        The columns of a table that are to be predicted; default: the last one.
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
        Passes over the training set at most.
    seed : int
        Of the model's weights and draws, from 0 to 2 ** 32 - 1.
    floatX : str, optional
        float32 or float64; default: as configured.
    partial : str
        Whether errors are measured on a last minibatch that is not full: drop it or keep it.
    checkpoint_seconds : float
        Seconds of work that are lost at most when the process is killed.

    Raises
    ------
    InputError
        If a name is unknown or an argument does not fit.
    """

    model: dict
    rule: dict
    dataset: str = "auto"
    target: int | str | Sequence[int | str] | None = None
    penalties: dict[str, Amount] = field(default_factory=dict)
    schedule: dict | None = None
    stopping: Sequence[dict] = ({"name": "Patience"},)
    batch_size: Size = 20
    max_epochs: Count = 1000
    seed: Seed = 1234
    floatX: Literal["float32", "float64"] | None = None
    partial: Literal["drop", "keep"] = "drop"
    checkpoint_seconds: Amount = 10.0

    def __post_init__(self):
        self._model = ROLES["model"].part("model", self.model)
        self._rule = ROLES["rule"].part("rule", self.rule)
        named = [{"name": name} for name in self.penalties]
        self._penalties = [ROLES["penalty"].part("penalties", each) for each in named]
        self._stopping = [ROLES["stopping"].part("stopping", each) for each in self.stopping]
        if self.schedule is not None:
            given = {name: value for name, value in self.schedule.items() if name != "per"}
            self._schedule = ROLES["schedule"].part("schedule", given)
        if self._n_changing_the_rate > 1:
            raise InputError("two parts change the learning rate: keep one schedule or halving")

    def built_model(self, data: Dataset):
        """The model, for inputs and classes such as these."""
        known = {"n_in": data.train.n_inputs, "n_out": data.n_outputs}
        if "image_shape" in self._model.takes:
            known["image_shape"] = data.image_shape
        return self._model(rng=random_state(self.seed), **known)

    def penalty(self, weights):
        """What is added to the cost."""
        amounts = zip(self.penalties.values(), self._penalties, strict=True)
        return sum(amount * penalty(weights=weights) for amount, penalty in amounts)

    def learning_rate(self):
        """The rule's rate: a number, or a shared scalar if something changes it while training."""
        default = inspect.signature(self._rule.make).parameters["learning_rate"].default
        rate = self._rule.arguments.get("learning_rate", default)
        check_positive(learning_rate=rate)
        if not self._n_changing_the_rate:
            return rate
        return pytensor.shared(as_floatX(rate), name="learning_rate")

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
        return self._rule(cost=cost, params=params, learning_rate=learning_rate)

    def extensions(self, params, learning_rate) -> list:
        """What ends the training, and what changes the learning rate."""
        criteria = [part(params=params, learning_rate=learning_rate) for part in self._stopping]
        if self.schedule is None:
            return criteria
        rate = float(learning_rate.get_value())
        schedule = self._schedule(initial=rate, value=rate)
        return [Scheduled(learning_rate, schedule, self.schedule.get("per", "epoch")), *criteria]

    @property
    def _n_changing_the_rate(self) -> int:
        halving = ["learning_rate" in each.takes for each in self._stopping]
        return sum(halving) + (self.schedule is not None)


def read_experiment(path: str | Path) -> Experiment:
    """The experiment that a configuration file describes.

    Parameters
    ----------
    path : path
        A YAML file such as scripts/experiments/mlp.yaml.

    Raises
    ------
    InputError
        With the file and the key: if it is not YAML, a key, name or argument is unknown or missing,
        or a value does not fit.

    Notes
    -----
    Names stand for objects of this library alone; a file cannot name any other Python object.
    """
    given = plain(parsed(read_text(path), path))
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
