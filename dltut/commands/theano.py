"""Old Theano programs from the command line: run one, or check what it uses."""

from collections.abc import Sequence

from dltut.exceptions import InputError


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
            raise InputError(f"{arguments[0]!r} is one argument too many for --check")
        raise SystemExit(0 if report(script) else 1)
    from dltut.old_code.running import run_module, run_script

    (run_module if module else run_script)(script, arguments)


def divided(arguments: Sequence[str]) -> list[str]:
    """The command's own arguments, and behind ``--`` those of the program that it runs.

    Parameters
    ----------
    arguments : sequence of str
        As they were typed.

    Examples
    --------
    >>> divided(["-m", "train", "--epochs", "3"])
    ['--module', 'train', '--', '--epochs', '3']
    """
    own = next((n for n, each in enumerate(arguments) if not each.startswith("-")), len(arguments))
    flags = ["--module" if each == "-m" else each for each in arguments[:own]]
    rest = arguments[own + 1 :]
    return [*flags, *arguments[own : own + 1], *(["--", *rest] if rest else [])]
