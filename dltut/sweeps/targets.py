"""What a sweep runs: a training script or an experiment file, called with other arguments."""

import dataclasses
import importlib.util
import inspect
import json
import os
import shlex
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path

from dltut.commands.flags import call
from dltut.commands.scripts import source
from dltut.commands.train import train
from dltut.exceptions import InputError, nearest, printable
from dltut.experiment import pylearn2
from dltut.experiment.part import load_parts
from dltut.experiment.phases import read_phases
from dltut.experiment.roles import roles
from dltut.machine.arguments import alternatives, from_text, kinds
from dltut.machine.files import is_file
from dltut.training import RunFolder

FLAGS = ("data_dir", "device", "parts", "quick")  # of the command that trains an experiment
OWN = ("run_dir", "resume", "dry_run")  # arguments that a sweep gives


class Script:
    """A Python file with a function ``main``, whose signature says what can be searched.

    Parameters
    ----------
    path : path

    Raises
    ------
    InputError
        If there is no such file, or no main in it.
    """

    def __init__(self, path: Path):
        self.path, self.main = path, _main_of(path)
        self.takes = _taken(self.main)

    def checked(self, values: Mapping) -> dict:
        """Arguments of main for the plain values of a file.

        Parameters
        ----------
        values : dict

        Raises
        ------
        InputError
            If main takes no such argument, or not such a value.
        """
        names = self.takes.keys() - set(OWN)
        for name in values:
            if name in OWN:
                raise InputError(f"{name} is not for a sweep to choose: each trial has its own")
            if name not in names:
                hint = nearest(name, names)
                raise InputError(f"{self.path.name} takes no {printable(name)}; {hint}")
        return {name: _argument(value, self.takes[name], name) for name, value in values.items()}

    def run(self, values: Mapping, folder: Path) -> object:
        """What main returns, in a run folder; an earlier run there goes on. It draws nothing."""
        own = {"run_dir": folder, "resume": RunFolder(folder).holds_a_run, "pictures": False}
        own = {name: value for name, value in own.items() if name in self.takes}
        return call(self.main, **own | self.checked(values))

    def dry_run(self, values: Mapping) -> None:
        """Build everything and write nothing, if main can do that."""
        if "dry_run" in self.takes:
            call(self.main, **self.checked(values), dry_run=True)

    def command(self, values: Mapping) -> str:
        """The command line of a run with these values."""
        flags = [text for name, value in values.items() for text in _flag(name, value)]
        return shlex.join(["python", _shown(self.path), *flags])


class ExperimentFile:
    """A configuration file, in which values are replaced as ``--set`` does it.

    Parameters
    ----------
    path : path
    """

    def __init__(self, path: Path):
        self.path = path

    def checked(self, values: Mapping) -> dict:
        """The values, once it is sure that the file has a place for each.

        Parameters
        ----------
        values : dict
            {path in the file: plain value}; data_dir, device, parts and quick are flags of the
            command.

        Raises
        ------
        InputError
            If there is no such place, or a value does not fit.
        """
        own = roles(load_parts(values.get("parts", ())))
        around = pylearn2.environment(self.path, values.get("data_dir"))
        read_phases(self.path, _settings(values), own, pylearn2.table(Path("runs")), around)
        return dict(values)

    def run(self, values: Mapping, folder: Path) -> object:
        """Train what the file describes, in the folder ``run`` of a folder; what is there goes on.

        Files that the experiment names are in the folder itself, for no other trial to meet.
        Nothing is drawn.
        """
        run_dir = folder / "run"
        own = {"run_dir": run_dir, "resume": RunFolder(run_dir).holds_a_run, "pictures": False}
        return self._train(values, **own)

    def dry_run(self, values: Mapping) -> None:
        """Build everything and write nothing."""
        self._train(values, dry_run=True)

    def command(self, values: Mapping) -> str:
        """The command line of a run with these values."""
        given = [text for each in _settings(values) for text in ("--set", each)]
        flags = [text for name in FLAGS if name in values for text in _flag(name, values[name])]
        return shlex.join(["python", "-m", "dltut", "train", _shown(self.path), *given, *flags])

    def _train(self, values, **own):
        own |= {name: values[name] for name in FLAGS if name in values}
        return call(train, experiment=(self.path,), set=_settings(values), **own)


Target = Script | ExperimentFile


def found(name: str, beside: Path) -> Path:
    """The script or experiment of a name.

    Parameters
    ----------
    name : str
        Looked for beside the sweep's file, in the current folder, and among the tutorials' scripts.
    beside : path

    Raises
    ------
    InputError
        If it is nowhere.
    """
    places = [beside, Path(), source(), source() / "experiments"]
    for place in places:
        if is_file(place / name):
            return (place / name).resolve()
    raise InputError(f"there is no {printable(name)} beside the sweep's file, here, or in scripts/")


def _main_of(path: Path) -> Callable:
    specification = importlib.util.spec_from_file_location(f"swept_{path.stem}", path)
    if specification is None:
        raise InputError(f"{path} is no Python file: a script is")
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, str(path.parent))  # as when Python is started with it
    try:
        specification.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    if not inspect.isfunction(main := getattr(module, "main", None)):
        raise InputError(f"{path} has no function main, of which the arguments are searched")
    return main


def _taken(main: Callable) -> dict[str, object]:
    """{name: kind} of the flags of main, a dataclass's fields in its place."""
    taken = {}
    for name, kind in kinds(main).items():
        taken |= kinds(kind) if dataclasses.is_dataclass(kind) else {name: kind}
    return taken


def _argument(value: object, kind: object, name: str) -> object:
    """A plain value as an argument of a kind, checked as a flag is."""
    several = alternatives(kind)
    if (value is None and types.NoneType in several) or (
        isinstance(value, bool) and bool in several
    ):
        return value
    return from_text([str(each) for each in _listed(value)], kind or str, name)


def _listed(value):
    return value if isinstance(value, list | tuple) else [value]


def _flag(name: str, value: object) -> list[str]:
    name = name.replace("_", "-")
    if value is None:
        return []
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}", *map(str, _listed(value))]


def _settings(values: Mapping) -> tuple[str, ...]:
    """As ``--set`` takes them; JSON is YAML."""
    places = {name: value for name, value in values.items() if name not in FLAGS}
    return tuple(f"{name}={json.dumps(value)}" for name, value in places.items())


def _shown(path: Path) -> str:
    """The path as one would type it here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
