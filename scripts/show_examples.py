"""Look at the examples of a data set, or at what a model dreams of: show_examples.py digits."""

from dltut.commands import flags
from dltut.commands.predict import model_file
from dltut.commands.run import Run
from dltut.commands.runs import reading

from pathlib import Path
from typing import Literal

import numpy as np

from dltut.datasets import Dataset, load
from dltut.datasets.kinds import Classes, Labels, Pictures
from dltut.exceptions import InputError
from dltut.experiment import pylearn2
from dltut.experiment.build import build
from dltut.experiment.phases import read_phases
from dltut.experiment.plan import located
from dltut.experiment.pylearn2.datasets import Data
from dltut.experiment.train import Train, runs_folder
from dltut.machine.arguments import Size
from dltut.machine.config import configure
from dltut.machine.notices import say
from dltut.models import gibbs_samples
from dltut.tasks import load_trained
from dltut.training import RunFolder
from dltut.viz import example_picture, save_picture

STEPS = 1000  # of a Gibbs chain


def main(
    path: str,
    rows: Size = 20,
    columns: Size = 20,
    rescale: Literal["individual", "global", "none"] = "global",
    split: Literal["train", "valid", "test"] = "train",
    target: tuple[int | str, ...] | None = None,
    data_dir: Path | None = None,
    seed: int = 1234,
    out: Path | None = None,
):
    """Draw a grid of a data set's examples with their targets, or samples of a model.

    Parameters
    ----------
    path : str
        A data set, as --dataset of the training scripts, or an experiment's file, of which the
        (first) data set is shown; or the folder of a run or a model file from which samples can be
        drawn.
    rows, columns : int
        Of the grid; of the rows of a table so many are printed.
    rescale : str
        What is stretched from black to white, with 0 mid-grey if some values are below it: each
        picture on its own, all alike (global), or none.
    split : str
        Which part of the data set.
    target : names or numbers
        The columns of a table that are to be predicted; default: the last one.
    data_dir : path
        The folder where data sets are looked for.
    seed : int
        Of the states from which a model's chains start.
    out : path
        Where the picture is written; default examples.png here, or samples.png beside the model.
    """
    configure(data_dir=data_dir)
    if Path(path).suffix == ".safetensors" or RunFolder(path).holds_a_run:
        with reading():
            file = model_file(path)
            model, task = load_trained(file)
        x, shape = samples(model, task, rows * columns, seed, file), task.inputs.shape
        out, captions = out or file.parent / "samples.png", None
    else:
        with reading():
            is_file = Path(path).suffix in (".yaml", ".yml")
            data = of_file(path, data_dir) if is_file else load(path, data_dir, target=target)
        part = getattr(data, split)[: rows * columns]
        if not isinstance(data.inputs, Pictures):
            return print_table(data, part[:rows])
        out, x, shape = out or Path("examples.png"), part.x, data.inputs.shape
        captions = [told(data.targets, y) for y in part.y] if data.targets else None
    save_picture(out, example_picture(x, shape, captions, columns, rescale))
    say(f"pictures: {out}")


def of_file(path, data_dir):
    """The data of an experiment's file, as they are learned; or of a file that makes a data set."""
    run = Run(data_dir=data_dir)
    names, context = pylearn2.table(runs_folder(run)), {"data_dir": data_dir}
    around = pylearn2.environment(path, data_dir)
    phase, *others = read_phases(path, names=names, environment=around)
    if others:
        say(f"{path} holds {1 + len(others)} experiments: these are the examples of the first")
    with located(phase.node):
        if phase.experiment:
            return phase.experiment.data(run)
        made = build(phase.node, names, context | {"folder": runs_folder(run)})
        if isinstance(made, Data):
            one = made.examples
            return Dataset(*[one.split] * 3, path, one.inputs, one.targets)
        if not isinstance(made, Train):
            raise InputError(f"{phase.node.place}: this makes no data set and no Train: name one")
        return made.data


def samples(model, task, n, seed, file):
    """Where chains of a model have come to that began anywhere."""
    if not hasattr(model, "chain") or not isinstance(task.inputs, Pictures):
        name = type(model).__name__
        raise InputError(f"{file} holds a {name}, of which no pictures are drawn: name a data set")
    starts = np.random.default_rng(seed).random((n, model.n_visible))
    return gibbs_samples(model, starts, 1, STEPS)[0]


def told(targets, y):
    """What an example is, in words."""
    if isinstance(targets, Classes):
        return targets.names[y]
    if isinstance(targets, Labels):
        return ", ".join(name for name, has in zip(targets.names, y, strict=True) if has)
    return ", ".join(f"{number:.4g}" for number in np.atleast_1d(targets.original(y)))


def print_table(data, part):
    """Rows of a table in their own units, and their targets."""
    names = [*data.inputs.names, *["→"] * bool(data.targets)]
    x = [[f"{value:.4g}" for value in row] for row in data.inputs.original(part.x)]
    y = [[told(data.targets, each)] for each in part.y] if data.targets else [[]] * len(x)
    lines = [names, *(row + target for row, target in zip(x, y, strict=True))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(f"{each:>{n}}" for each, n in zip(line, widths, strict=True)).rstrip())
    say("no picture: these are the rows of a table")


if __name__ == "__main__":
    flags.run(main)
