"""The command line, ``python -m dltut COMMAND``: each command is a file beside this one.

The file holds a function of its name, whose signature says the flags; where that name is taken by
what people import, as `dltut.commands.predict.predict`, the function is called ``command``.
"""

import ast
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from dltut import __version__
from dltut.commands.flags import mistakes_reported, run
from dltut.commands.theano import divided
from dltut.exceptions import InputError, nearest, printable


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
    with mistakes_reported():
        if name in ("-h", "--help"):
            print(overview())
        elif name == "--version":
            print(f"dltut {__version__}")
        else:
            run(function_of(name), own(name, rest), program=f"python -m dltut {name}")


def overview() -> str:
    """The help: every command with one line."""
    lines = [f"  {name:<10}{line}" for name, line in commands().items()]
    usage = "usage: python -m dltut COMMAND [FLAGS]; COMMAND --help shows its flags"
    return "\n".join([usage, "", *lines])


def commands() -> dict[str, str]:
    """{name: what it does} of every command, read from the files without importing them."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        function = functions.get("command", functions.get(path.stem))
        if function is not None:
            found[path.stem] = ast.get_docstring(function).partition("\n")[0]
    return found


def own(name: str, arguments: Sequence[str]) -> Sequence[str]:
    """The arguments of a command; marked, those that it hands to another program.

    Parameters
    ----------
    name : str
        Of the command.
    arguments : sequence of str
        What stands behind it.
    """
    return divided(arguments) if name == "theano" else arguments


def function_of(name: str) -> Callable:
    """The function of a command, imported only now: most commands need little of the library.

    Raises
    ------
    InputError
        If there is no such command.
    """
    if name not in (names := commands()):
        raise InputError(f"there is no command {printable(name)}; {nearest(name, names)}")
    module = importlib.import_module(f"dltut.commands.{name}")
    return getattr(module, "command", None) or getattr(module, name)
