"""The command line: python -m dltut COMMAND, each command a function of the library."""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Literal

from dltut import __version__
from dltut.commands.flags import mistakes_reported, run
from dltut.exceptions import InputError, nearest
from dltut.machine.config import data_dir as data_folder

COMMANDS = {
    "data": ("cli:data", "download a data set"),
    "train": ("train:train", "train what a configuration file describes"),
    "predict": ("predict:command", "say what a trained model makes of pictures or rows of a table"),
    "plot": ("plot:plot", "draw what a run learned, or several runs in one figure"),
    "doctor": (
        "doctor:doctor",
        "show versions, device, data, and how fast this machine is",
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command of the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command and its flags; default: those that the program was started with.

    Raises
    ------
    SystemExit
        Status 2 after a mistake of the user, which is printed as one line.
    """
    name, *rest = (sys.argv[1:] if arguments is None else list(arguments)) or ["--help"]
    if name in ("-h", "--help"):
        print(overview())
    elif name == "--version":
        print(f"dltut {__version__}")
    else:
        with mistakes_reported():
            command = _command(name)
        run(command, rest, program=f"python -m dltut {name}")


def overview() -> str:
    """The help: every command with one line."""
    lines = [f"  {name:<10}{line}" for name, (_, line) in COMMANDS.items()]
    usage = "usage: python -m dltut COMMAND [FLAGS]; COMMAND --help shows its flags"
    return "\n".join([usage, "", *lines])


def data(name: Literal["mnist", "fashion-mnist"], data_dir: str | None = None) -> None:
    """Download a data set into the data folder, unless it is there already.

    Parameters
    ----------
    name : str
        The data set.
    data_dir : str, optional
        The data folder; default: the one configured.
    """
    from dltut.datasets.download import download

    download(name, data_folder(data_dir))


def _command(name: str) -> Callable:
    """The function of a command, imported only now: most commands need little of the library."""
    if name not in COMMANDS:
        raise InputError(f"there is no command {name}; {nearest(name, COMMANDS)}")
    module, _, function = COMMANDS[name][0].partition(":")
    return getattr(importlib.import_module(f"dltut.commands.{module}"), function)
