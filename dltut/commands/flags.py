"""Command line flags made from a function: its signature and its docstring say everything."""

import argparse
import inspect
import os
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from dltut.exceptions import InputError, nearest

SCALARS = (bool, int, float, str, Path)

# What the training scripts have in common, so that each explains only what is its own.
COMMON = {
    "dataset": "auto, digits, mnist, fashion-mnist, or the path of a file or a folder of pictures.",
    "data_dir": "The folder where data sets are looked for.",
    "run_dir": "The folder for the log, the best model and the pictures; default: one in runs/.",
    "resume": "Go on with an earlier run of the same folder.",
    "batch_size": "Examples in a minibatch.",
    "max_epochs": "At most so many passes over the training set.",
    "patience": "Minibatches to look at in any case before stopping early.",
    "seed": "Of the initial weights.",
    "floatX": "Width of the numbers; default: as configured, else float32.",
    "device": "cpu, or cuda for an NVIDIA GPU.",
    "quick": "A few epochs on a slice of the data, to see that everything works.",
    "dry_run": "Build everything, try one minibatch, write nothing.",
}


def run(
    main: Callable, arguments: Sequence[str] | None = None, program: str | None = None
) -> object:
    """Call `main` with the flags of the command line; a mistake of the user becomes one line.

    Parameters
    ----------
    main : callable
        ``n_hidden: int = 500`` becomes the flag ``--n-hidden``, a bool the pair ``--resume`` and
        ``--no-resume``, a tuple a flag with several values, a ``Literal`` a choice. Parameters
        without a default are positional, ``*paths`` takes any number. The help texts are the
        docstring's, or those of `COMMON` for what many scripts share.
    arguments : sequence of str, optional
        Default: those that the program was started with.
    program : str, optional
        The name that the help shows.

    Returns
    -------
    object
        What `main` returns.

    Raises
    ------
    SystemExit
        Status 2 after an `InputError`, which is printed as ``error: ...``; 130 after Ctrl-C.

    Examples
    --------
    >>> def main(n_hidden: int = 500, resume: bool = False):
    ...     return n_hidden, resume
    >>> run(main, ["--n-hidden", "20", "--resume"])
    (20, True)
    """
    with mistakes_reported():
        return _call(main, sys.argv[1:] if arguments is None else arguments, program)


@contextmanager
def mistakes_reported() -> Iterator[None]:
    """Turn an `InputError` of the block into one line and status 2, Ctrl-C into status 130."""
    try:
        yield
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        raise SystemExit(130) from None
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None


def documentation(docstring: str) -> tuple[str, dict[str, str]]:
    """The summary of a numpydoc docstring, and what it says about each parameter.

    Parameters
    ----------
    docstring : str
        As ``inspect.getdoc`` gives it; it may have none of this.

    Returns
    -------
    summary : str
    parameters : dict
        {name: text}.

    Examples
    --------
    >>> documentation(inspect.getdoc(documentation))[1]
    {'docstring': 'As ``inspect.getdoc`` gives it; it may have none of this.'}
    """
    beginning, *rest = re.split(r"^(\w+)\n-{3,}$", docstring, flags=re.MULTILINE)
    section = dict(zip(rest[::2], rest[1::2], strict=True)).get("Parameters", "")
    parameters, names = {}, []
    for line in filter(None, section.splitlines()):
        if line[0].isspace():
            parameters |= {name: f"{parameters[name]} {line.strip()}".strip() for name in names}
        else:
            names = [name.strip(" *") for name in line.partition(" :")[0].split(",")]
            parameters |= dict.fromkeys(names, "")
    return " ".join(beginning.partition("\n\n")[0].split()), parameters


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        """Report a mistake as every other one; argparse would print its usage, too."""
        raise InputError(f"{message} (--help shows what can be given)")


class _Several(argparse.Action):
    """Collect values in a tuple."""

    def __call__(self, parser, namespace, values, option_string=None):
        setattr(namespace, self.dest, tuple(values))


class _OneOrSeveral(argparse.Action):
    """Keep a single value as it is, collect several in a tuple."""

    def __call__(self, parser, namespace, values, option_string=None):
        setattr(namespace, self.dest, values[0] if len(values) == 1 else tuple(values))


def _call(main: Callable, arguments: Sequence[str], program: str | None) -> object:
    signature = inspect.signature(main)
    parser = _parser(main, signature, program)
    given, unknown = parser.parse_known_args(arguments)
    if unknown:
        _refuse(unknown[0], parser)
    values = {name: vars(given)[name] for name in signature.parameters if name in given}
    bound = inspect.BoundArguments(signature, values)
    bound.apply_defaults()
    return main(*bound.args, **bound.kwargs)


def _parser(main: Callable, signature: inspect.Signature, program: str | None) -> _Parser:
    summary, texts = documentation(inspect.getdoc(main) or "")
    hints = get_type_hints(main)
    parser = _Parser(
        program,
        description=summary,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    for name, parameter in signature.parameters.items():
        options = _options(hints.get(name), parameter)
        text = texts.get(name, COMMON.get(name, ""))
        if parameter.kind is parameter.VAR_POSITIONAL:
            options |= {"nargs": "*", "action": _Several}
        elif parameter.default is not parameter.empty:
            text += _shown_default(parameter.default)
            options["dest"] = name
            name = f"--{name.replace('_', '-')}"
        parser.add_argument(name, help=_literal(text), **options)
    return parser


def _options(annotation: object, parameter: inspect.Parameter) -> dict[str, Any]:
    """What argparse needs to know to read values of this type."""
    default = parameter.default
    if annotation is None:
        annotation = str if default in (None, parameter.empty) else type(default)
    union = get_origin(annotation) in (Union, types.UnionType)
    kinds = get_args(annotation) if union else (annotation,)
    scalars = [kind for kind in kinds if kind in SCALARS]
    for kind in kinds:
        if get_origin(kind) is Literal:
            return {"choices": get_args(kind), "type": type(get_args(kind)[0])}
        if kind is tuple or get_origin(kind) is tuple:
            element = [*get_args(kind), *map(type, default if isinstance(default, tuple) else ())]
            action = _OneOrSeveral if scalars else _Several
            return {"type": (*element, str)[0], "nargs": "+", "action": action}
    if bool in scalars:
        return {"action": argparse.BooleanOptionalAction}
    return {"type": (*scalars, str)[0]}


def _shown_default(default: object) -> str:
    if default is None:
        return ""
    shown = " ".join(map(str, default)) if isinstance(default, tuple) else default
    return f" (default: {shown})"


def _literal(text: str) -> str:
    """Text as argparse shows it: a per cent sign would begin one of its own placeholders."""
    return text.strip().replace("%", "%%")


def _refuse(unknown: str, parser: _Parser) -> None:
    if not unknown.startswith("-"):
        raise InputError(f"{unknown!r} is one argument too many (--help shows what can be given)")
    flags = re.findall(r"--[\w-]+", parser.format_usage())
    name = unknown.partition("=")[0]
    raise InputError(f"there is no flag {name}; {nearest(name, flags)}")
