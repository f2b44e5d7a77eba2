"""The task of a data set, and of a model file."""

from collections.abc import Iterable, Mapping
from math import prod
from os import PathLike

from dltut.datasets.kinds import Classes, Pictures, Series, kind_from
from dltut.datasets.kinds.catalogue import FORGED
from dltut.exceptions import InputError, nearest, printable, quoted
from dltut.machine.serialize import read_arrays
from dltut.models import load_model
from dltut.models.answers import way_back
from dltut.tasks.classification import Classification
from dltut.tasks.forecasting import Forecasting
from dltut.tasks.multilabel import MultiLabel
from dltut.tasks.music import Music
from dltut.tasks.reconstruction import Reconstruction
from dltut.tasks.regression import Regression
from dltut.tasks.segmentation import Segmentation
from dltut.tasks.tagging import Tagging
from dltut.tasks.task import Task
from dltut.tasks.writing import Writing

TASKS = (
    Classification,
    Forecasting,
    MultiLabel,
    Music,
    Reconstruction,
    Regression,
    Segmentation,
    Tagging,
    Writing,
)
MOST_NUMBERS = 2**26  # of an input
BY_INPUTS = {"Characters": Writing, "Rolls": Music, "Series": Forecasting}
BY_TARGETS = {
    "Classes": Classification,
    "Labels": MultiLabel,
    "Masks": Segmentation,
    "Numbers": Regression,
    "Tags": Tagging,
}


def task_of(data, model=None) -> Task:
    """What a data set asks of a model: its targets say it.

    Parameters
    ----------
    data : Dataset
    model : model, optional
        One that gives its input back, such as an autoencoder, is not asked for the targets.

    Examples
    --------
    >>> from dltut.datasets import load
    >>> task = task_of(load("digits"))
    >>> type(task).__name__, task.watch
    ('Classification', 'error')
    """
    return task_from(data.facts, model)


def load_trained(
    path: str | PathLike, names: Iterable[type] = (), facts: Mapping | None = None
) -> tuple:
    """The model in a file, and its task.

    Parameters
    ----------
    path : path
        Such as ``runs/mlp/best.safetensors``.
    names : list of classes
        Models and tasks of one's own that the file may name; a file is never followed to a class.
    facts : dict, optional
        What is taken for granted where the file does not say it.

    Returns
    -------
    model, task

    Raises
    ------
    InputError
        As `dltut.models.load_model` and `task_from` do.
    """
    names = list(names)
    tasks = [each for each in names if issubclass(each, Task)]
    models = [each for each in names if each not in tasks]
    model = load_model(path, models)
    task = task_from({**(facts or {}), **read_arrays(path)[1]}, model, tasks, str(path))
    _check_size(model, task, path)
    return model, task


def _check_size(model, task: Task, path) -> None:
    """Refuse inputs of another size than the model's before one is made ready."""
    if not isinstance(task.inputs, Pictures | Series):
        return
    size, n_in = prod(task.inputs.shape), getattr(model, "n_in", getattr(model, "n_visible", None))
    is_whole = getattr(task.inputs, "preparation", "") == "whole"
    if (isinstance(n_in, int) and size != n_in and not is_whole) or size > MOST_NUMBERS:
        raise InputError(
            f"{path} says that an input is {printable(task.inputs)}, {size:,} numbers; the model "
            f"takes {n_in or f'at most {MOST_NUMBERS:,}'}: it was changed; use another copy"
        )


def task_from(
    facts: Mapping, model=None, names: Iterable[type[Task]] = (), source: str = "the model"
) -> Task:
    """The task that a model file's facts tell.

    Parameters
    ----------
    facts : dict
        The header of the file: `Task.facts`, or those of the data set that the model learned; those
        of version 0.1, too.
    model : model, optional
        Where the facts name no task, one that gives its input back is asked for that.
    names : list of classes
        Tasks of one's own that the facts may name.
    source : str
        What the error message calls the place that the facts come from.

    Raises
    ------
    InputError
        If the facts do not say what the inputs are, or name a task that is not known.
    """
    known = {each.__name__: each for each in (*TASKS, *names)}
    try:
        facts = _with_kinds(facts, source)
        name = facts.get("task") or _name(facts, model)
        if not isinstance(name, str) or name not in known:
            raise InputError(
                f"{source} names the task {quoted(name)}; {nearest(str(name), known)}; a class of "
                "your own is handed over, names=[MyTask]"
            )
        return known[name].from_facts(facts)
    except InputError:
        raise
    except FORGED as error:
        raise InputError(
            f"{source} says of its inputs and outputs what cannot be ({type(error).__name__}: "
            f"{printable(error)}): it was changed, or written by another program; use another copy"
        ) from None


def _name(facts, model):
    inputs, targets = (type(kind_from(facts[each])).__name__ for each in ("inputs", "targets"))
    if inputs in BY_INPUTS and targets != "Masks":
        return BY_INPUTS[inputs].__name__
    given_back = model is not None and way_back(model)
    is_alone = given_back or facts["targets"] is None
    return "Reconstruction" if is_alone else BY_TARGETS[targets].__name__


def _with_kinds(facts, source):
    """The facts with "inputs" and "targets", which those of version 0.1 do not have."""
    if "inputs" in facts:
        return {"targets": None} | dict(facts)
    if not {"image_shape", "classes", "preparation"} <= facts.keys():
        raise InputError(
            f"{source} does not say what its inputs and outputs are: save the model with "
            "header=data.facts, as the training scripts do"
        )
    inputs = Pictures(tuple(facts["image_shape"]), facts["preparation"])
    targets = Classes(tuple(facts["classes"]))
    return {"inputs": inputs.facts, "targets": targets.facts} | dict(facts)
