"""Old Theano programs from the command line: run one, or check what it uses."""

import sys
from collections.abc import Sequence

from dltut.exceptions import InputError, quoted


def theano(script: str, *arguments: str, module: bool = False, check: bool = False) -> None:
    """Run an old Theano program as it is, or check which of Theano's names it uses.

    Parameters
    ----------
    script : str
        The program, in Python 2 or 3; with --check a file or a folder.
    *arguments : str
        What the program finds on its own command line.
    module : bool
        Run a module, as python -m does; -m for short.
    check : bool
        List the names and whether they are served, without running anything.

    Raises
    ------
    InputError
        If there is no such file, or the program asks for something that is not served.
    SystemExit
        As the program ends; with --check status 1 if a name is not served.
    """
    if check:
        from dltut.old_code.check import check as report

        if arguments:
            raise InputError(f"{quoted(arguments[0][1:])} is one argument too many for --check")
        raise SystemExit(0 if report(script) else 1)
    from dltut.old_code.running import run_module, run_script

    try:
        (run_module if module else run_script)(script, [each[1:] for each in arguments])
    except OSError as error:
        if error.filename is None:
            raise
        sys.excepthook(*sys.exc_info())  # it is the program's own: where, its author wants to know
        raise SystemExit(1) from None


def divided(arguments: Sequence[str]) -> list[str]:
    """The command's own arguments, and with a space before each those of the program it runs.

    Parameters
    ----------
    arguments : sequence of str
        As they were typed.

    Examples
    --------
    >>> divided(["-m", "train", "--epochs", "3"])
    ['--module', 'train', ' --epochs', ' 3']
    """
    own = next((n for n, each in enumerate(arguments) if not each.startswith("-")), len(arguments))
    flags = ["--module" if each == "-m" else each for each in arguments[:own]]
    return [*flags, *arguments[own : own + 1], *(f" {each}" for each in arguments[own + 1 :])]
