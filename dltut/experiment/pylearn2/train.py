"""Pylearn2's Train as a `dltut.experiment.train.Train`."""

from collections.abc import Callable, Sequence
from functools import cache
from os import PathLike

import numpy as np

from dltut.datasets import Dataset
from dltut.exceptions import InputError
from dltut.experiment.costs import Term
from dltut.experiment.part import Part
from dltut.experiment.pylearn2.algorithms import Algorithm
from dltut.experiment.pylearn2.arguments import Flag
from dltut.experiment.pylearn2.costs import Cost, Default, SumOfCosts
from dltut.experiment.pylearn2.examples import Data, Examples
from dltut.experiment.pylearn2.extensions import Changing, Numbers, PlotManager
from dltut.experiment.pylearn2.layers import Sigmoid
from dltut.experiment.pylearn2.models import Model
from dltut.experiment.train import Train
from dltut.machine.arguments import Count
from dltut.machine.checks import repeated
from dltut.machine.notices import say
from dltut.nn import errors
from dltut.training import Extension
from dltut.training.channels import channels

SEED = 2012
NUMBERS = [Part(Numbers)]


def train(
    dataset: Data,
    model: Model,
    algorithm: Algorithm,
    save_path: PathLike | None = None,
    save_freq: Count = 0,
    extensions: Sequence[Changing | PlotManager | Extension | Part] | None = None,
    allow_overwrite: Flag = True,
) -> Train:
    """One training: a model learns a data set by an algorithm.

    Parameters
    ----------
    dataset : Data
    model : Model
    algorithm : Algorithm
    save_path : str, optional
        A file in the folder of the runs: the model after every `save_freq` epochs and at the end.
    save_freq : int
        0 writes nothing.
    extensions : list, optional
    allow_overwrite : bool

    Raises
    ------
    InputError
        If two of its parts do not fit each other.
    """
    if save_path and not save_freq:
        say(f"{save_path} will not be written: save_freq is 0; give save_freq: 1")
    cost, as_learned = algorithm.cost or Default(), _targets_of(model)
    examples = as_learned(dataset.examples)
    monitored = {name: as_learned(data.examples) for name, data in algorithm.monitored.items()}
    given = list(extensions or [])
    changes = [*algorithm.changes, *(each for each in given if isinstance(each, Changing))]
    criterion = algorithm.termination_criterion
    return Train(
        data=_dataset(examples, monitored),
        model=model.network(cost.dropped),
        costs=_costs(cost, model),
        monitored={name: each.checked for name, each in monitored.items()},
        channels=[_channels(cost, model)],
        watch=None,
        at_start=True,
        schedules=_schedules(changes),
        stopping=[] if criterion is None else [criterion],
        extensions=[*NUMBERS, *(part for each in given for part in _parts(each))],
        batch_size=min(_batch_size(algorithm, model), len(examples.split)),
        monitor_batch_size=algorithm.monitoring_batch_size,
        monitor_batches=algorithm.monitoring_batches,
        iteration=algorithm.iteration,
        seed=SEED if algorithm.seed is None else _seed(algorithm.seed),
        partial="keep",
        save_path=save_path if save_freq else None,
        save_freq=save_freq,
        allow_overwrite=bool(allow_overwrite),
        **algorithm.parts(),
    )


def _targets_of(model: Model) -> Callable[[Examples], Examples]:
    """What makes the examples those of the last layer: sigmoids learn a 0 or 1 each."""
    last = model.flat[-1] if model.flat else None
    return cache(last.labelled if isinstance(last, Sigmoid) else lambda examples: examples)


def _dataset(examples: Examples, monitored: dict[str, Examples]) -> Dataset:
    """The training examples, and for the other parts those that are called so, if there are any."""
    valid = monitored.get("valid", examples)
    test = monitored.get("test", valid)
    splits = [each.split for each in (examples, valid, test)]
    return Dataset(*splits, examples.name, examples.inputs, examples.targets)


def _costs(cost: Cost, model: Model) -> list[Term]:
    made = [(coefficient, term.part(model)) for coefficient, term in cost.terms]
    return [Term(part.make, part.arguments, coefficient=number) for number, part in made]


def _schedules(changes: Sequence[Changing]) -> dict:
    schedules = {each.number: (each.schedule, each.per) for each in changes}
    if len(schedules) < len(changes):
        twice = repeated(each.number for each in changes)
        raise InputError(f"two parts change the {twice[0]}: keep one of them")
    return schedules


def _parts(extension) -> list:
    """The extensions of a run that one of Pylearn2's stands for."""
    if isinstance(extension, PlotManager):
        return extension.parts
    return [] if isinstance(extension, Changing) else [extension]


def _batch_size(algorithm: Algorithm, model: Model) -> int:
    size = algorithm.batch_size or model.batch_size
    if size is None:
        raise InputError("batch_size is missing: give the algorithm one, or the model")
    if model.batch_size not in (None, size) and not algorithm.set_batch_size:
        raise InputError(
            f"batch_size is {size} in the algorithm and {model.batch_size} in the model: "
            "give one of them"
        )
    return size


def _channels(cost: Cost, model: Model) -> Part:
    """All that Pylearn2 measures of a model, under its names; of a coder the objective alone."""
    parts = [(number, term.label, term.part(model)) for number, term in cost.terms]
    quiet = [Part(part.make, part.arguments | _without_noise(part)) for _, _, part in parts]
    given = {"coefficients": [number for number, _, _ in parts]}
    labels = [label for _, label, _ in parts] if isinstance(cost, SumOfCosts) else []
    kinds = {layer.layer_name: layer.measured for layer in model.flat}
    last = model.flat[-1] if model.flat else None
    if isinstance(last, Sigmoid):
        kinds[last.layer_name] = last.measured_last
        given["one_hot"] = last.layer_name if last.is_one_hot else None
    return Part(_measured, {"terms": quiet, "labels": labels, "kinds": kinds, **given})


def _without_noise(part: Part) -> dict:
    return {"train": False} if "train" in part.takes else {}


def _measured(model, x, terms, labels, coefficients, kinds, y=None, one_hot=None) -> dict:
    for term, label in zip(terms, labels, strict=False):
        term.name = label or None
    which = ["all"] if kinds else ["objective"]
    found = channels(model, x, y, [*zip(coefficients, terms, strict=True)], which)
    if one_hot:
        found[f"{one_hot}_misclass"] = errors(model(x), y.argmax(axis=1))
    asked = ["objective", *(["term_"] if labels else [])]
    asked += [f"{layer}_{kind}" for layer, each in kinds.items() for kind in each]
    return {name: each for name, each in found.items() if name.startswith(tuple(asked))}


def _seed(given) -> int:
    return int(np.random.SeedSequence(given).generate_state(1)[0])
