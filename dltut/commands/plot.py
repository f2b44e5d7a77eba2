"""The command that draws: a run once more, or several beside one another."""

from collections.abc import Mapping
from inspect import signature
from os import PathLike
from pathlib import Path

from dltut.commands.drawing import draw_run
from dltut.commands.run import Run
from dltut.datasets import Dataset, load
from dltut.exceptions import InputError
from dltut.experiment import pylearn2
from dltut.experiment.phases import Phase
from dltut.experiment.plan import experiment_of
from dltut.experiment.train import runs_folder
from dltut.experiment.tree import undescribed
from dltut.machine.config import configure
from dltut.machine.files import is_there
from dltut.machine.notices import say
from dltut.training import RunFolder, read_config, read_run
from dltut.viz import learning_curves, save_picture

AROUND = ("data_dir", "quick")  # of an experiment, beside what its file says


def plot(*runs: Path, out: Path = Path("curves.png")) -> None:
    """Draw the pictures of a run again, or the learning curves of several runs in one figure.

    Parameters
    ----------
    *runs : path
        Folders of runs, such as runs/mlp.
    out : path
        Where the figure of several runs is written; the pictures of one go into its folder.

    Raises
    ------
    InputError
        If no run is named, or a folder holds none.
    """
    if not runs:
        raise InputError("no run is named: give the folder of one or more, such as runs/mlp")
    configure()
    if len(runs) == 1:
        if not draw_run(runs[0], data_of(runs[0])):
            say(f"nothing to draw: the log of {runs[0]} has no rows; train it for an epoch first")
        return
    save_picture(out, learning_curves({str(each): read_run(each) for each in runs}))
    say(f"pictures: {out}")


def data_of(run_dir: str | PathLike) -> Dataset | dict[str, Dataset]:
    """The data that a run has learned, by what its config.json says.

    Parameters
    ----------
    run_dir : path
        Of a run, or of one of its parts, such as a phase.

    Returns
    -------
    Dataset or dict
        Of an experiment of several phases {phase: its data}; a phase whose data cannot be had
        again, since an earlier file is gone, is left out and told.

    Raises
    ------
    InputError
        If there is no such file, or the data cannot be had.
    """
    run_dir = Path(run_dir)
    around = RunFolder(run_dir.parent)
    is_part = not is_there(RunFolder(run_dir).config) and is_there(around.config)
    whole = run_dir.parent if is_part else run_dir
    arguments = read_config(whole)["arguments"]
    if "experiment" in arguments or "dataset" in arguments:
        return _learned(arguments, whole, arguments)
    phases = {name: each for name, each in arguments.items() if isinstance(each, Mapping)}
    if is_part and run_dir.name in phases:
        return _learned(phases[run_dir.name], whole, arguments)
    if not phases:
        raise InputError(
            f"{run_dir} does not say which data set it learned: draw_run takes the data"
        )
    found = {}
    for name, each in phases.items():
        try:
            found[name] = _learned(each, whole, arguments)
        except InputError as error:
            say(f"{name}: only its curves are drawn, for its data cannot be had: {error}")
    return found


def _learned(experiment: Mapping, run_dir: Path, arguments: Mapping) -> Dataset:
    """The data of a script, or of an experiment in either language."""
    given = {name: arguments[name] for name in AROUND if name in arguments}
    if isinstance(experiment.get("dataset"), str):
        # the seed of a script is its own
        takes = signature(load).parameters.keys() - {"seed", *AROUND}
        names = [name for name in takes if name in experiment]
        return load(**{name: experiment[name] for name in names}, **given)
    run = Run(run_dir, **given)
    place = str(RunFolder(run_dir).config)
    if "experiment" in experiment:
        node = undescribed(experiment["experiment"], place)
        phase = Phase(node, names=pylearn2.table(runs_folder(run)))
    else:
        said = {name: value for name, value in experiment.items() if name not in AROUND}
        node = undescribed(said, place)
        phase = Phase(node, experiment=experiment_of(node))
    return phase.training(run).data
