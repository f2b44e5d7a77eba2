"""Command line flags made from a function: its signature and its docstring say everything.

Importing this module makes a Python file a program: from then on Ctrl-C ends it with one line, even
while it imports the rest.
"""

import argparse
import dataclasses
import inspect
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin

from dltut.commands import ending  # noqa: F401  (Ctrl-C during the next imports is one line)
from dltut.exceptions import InputError, nearest, printable, quoted
from dltut.machine.arguments import alternatives, from_text, is_several, kinds
from dltut.machine.config import check_environment
from dltut.machine.files import unreadable
from dltut.machine.notices import say

# What the training scripts have in common, so that each explains only what is its own.
COMMON = {
    "learning_rate": "Step size of gradient descent.",
    "batch_size": "Examples in a minibatch.",
    "max_epochs": "Passes over the training set at most.",
    "patience": "Minibatches to look at before stopping early, at least.",
    "patience_epochs": "Epochs of finetuning before stopping early, at least.",
    "pretrained": "The folder of an earlier run, whose pretrained layers are taken.",
    "pretrain_learning_rate": "Step size of pretraining.",
    "pretrain_batch_size": "Examples in a minibatch of pretraining.",
    "pretrain_epochs": "Passes over the training set for each layer of pretraining.",
    "cached": "Keep what the layers below say of all examples, instead of computing it each time.",
    "dropout": "Share of each layer's inputs dropped while training, the pixels' first; a single "
    "one is for all but the pixels.",
    "seed": "Of the initial weights, and of all that is drawn.",
    "floatX": "Width of the numbers; default: as configured, else float32.",
    "device": "cpu, or cuda for an NVIDIA GPU.",
}
VALUES = {int: "N", float: "X", str: "TEXT", Path: "PATH"}  # in the help
# What other libraries call it.
ELSEWHERE = {
    "learning_rate": "lr eta step_size stepsize",
    "max_epochs": "epochs n_epochs num_epochs nb_epochs max_iter",
    "batch_size": "bs batch minibatch_size n_batch",
    "n_hidden": "hidden hidden_size hidden_units hidden_dim hidden_layer_sizes units width layers",
    "l2_reg": "wd weight_decay l2 alpha",
    "l1_reg": "l1",
    "corruption_level": "noise noise_level",
    "seed": "random_state random_seed",
    "patience": "early_stopping",
    "dataset": "data input train_data",
    "data_dir": "data_path data_folder",
    "run_dir": "out output output_dir out_dir save_dir log_dir logdir workdir",
    "resume": "restart continue checkpoint",
    "floatX": "dtype precision",
    "device": "gpu cuda",
    "dry_run": "dryrun",
}


def run(
    main: Callable, arguments: Sequence[str] | None = None, program: str | None = None
) -> object:
    """Call `main` with the flags of the command line; a mistake of the user becomes one line.

    Parameters
    ----------
    main : callable
        ``n_hidden: int = 500`` becomes the flag ``--n-hidden``, a bool the pair ``--resume`` and
        ``--no-resume``, a tuple a flag with several values, a ``Literal`` a choice, a dataclass
        one flag for each of its fields. Parameters without a default are positional, ``*paths``
        takes any number. The help texts are the docstrings', or those of `COMMON` for what many
        scripts share.
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
        texts = sys.argv[1:] if arguments is None else list(arguments)
        return call(main, **_given(main, texts, program))


def call(main: Callable, /, **given) -> object:
    """Call `main` with values by the names of its flags, those of its dataclasses among them.

    Parameters
    ----------
    main : callable
        As `run` takes it. A dataclass with the attributes ``name`` and ``arguments`` is told the
        name of main's file, without ``train_``, and the values of all flags; one that is a context
        manager is entered around main.
    **given
        Values by name; the others have their defaults.

    Returns
    -------
    object
        What `main` returns.

    Raises
    ------
    InputError
        If there is no parameter of a name.

    Examples
    --------
    >>> @dataclasses.dataclass
    ... class Place:
    ...     folder: str = "runs"
    >>> def main(place: Place, n_hidden: int = 500):
    ...     return place, n_hidden
    >>> call(main, folder="mine")
    (Place(folder='mine'), 500)
    """
    names = {parameter.name for _, parameter in _flags(main)}
    for name in given.keys() - names:
        raise InputError(f"{main.__name__} takes no {name}; {nearest(name, names)}")
    signature = inspect.signature(main, eval_str=True)
    values, parts = {}, []
    for name, parameter in signature.parameters.items():
        if dataclasses.is_dataclass(kind := parameter.annotation):
            values[name] = kind(**{field: given[field] for field in kinds(kind) if field in given})
            parts.append(values[name])
        elif name in given:
            values[name] = given[name]
    bound = inspect.BoundArguments(signature, values)
    bound.apply_defaults()
    with ExitStack() as around:
        for part in parts:
            if hasattr(part, "arguments"):
                name = Path(inspect.getfile(main)).stem.removeprefix("train_")
                part.name, part.arguments = name.replace("_", "-"), _flat(bound.arguments)
            if hasattr(part, "__enter__"):
                around.enter_context(part)
        return main(*bound.args, **bound.kwargs)


def described(main: Callable) -> dict[str, str]:
    """The flags of a function, each with its sentence.

    Examples
    --------
    >>> def main(path, batch_size: int = 20, resume: bool = False): ...
    >>> described(main)
    {'--batch-size': 'Examples in a minibatch.', '--resume': ''}
    """
    return {
        _spelt(each.name): _texts(owner).get(each.name, "")
        for owner, each in _flags(main)
        if each.default is not each.empty
    }


@contextmanager
def mistakes_reported() -> Iterator[None]:
    """Turn an `InputError` of the block into one line and status 2, Ctrl-C into status 130.

    A file that the operating system refuses is such a mistake, too. A standard output that is
    full, closed, or cannot show a letter leaves no traceback either.

    Raises
    ------
    SystemExit
        After any of these.
    """
    _make_printable()
    try:
        try:
            yield
        finally:
            if not sys.stdout.closed:  # by a program that had it for itself
                sys.stdout.flush()
    except InputError as error:
        _end(f"error: {error}", 2)
    except KeyboardInterrupt:
        _end("interrupted", 130)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _discard_output()
        raise SystemExit(141) from None
    except OSError as error:
        if not _is_output_lost():
            if error.filename is None or error.errno is None:
                raise
            _end(f"error: {unreadable(error.filename, error)}", 2)
        _discard_output()
        _end(f"error: standard output cannot be written ({error.strerror})", 1)


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


def _flags(main: Callable) -> Iterator[tuple[Callable, inspect.Parameter]]:
    """Whose parameter it is, and the parameter, a dataclass's fields in its place."""
    for each in inspect.signature(main, eval_str=True).parameters.values():
        if dataclasses.is_dataclass(each.annotation):
            yield from _flags(each.annotation)
        else:
            yield main, each


def _flat(arguments: dict) -> dict:
    """The arguments of main, a dataclass's fields in its place."""
    flat = {}
    for name, value in arguments.items():
        if dataclasses.is_dataclass(value):
            flat |= {field: getattr(value, field) for field in kinds(type(value))}
        else:
            flat[name] = value
    return flat


def _given(main: Callable, texts: list[str], program: str | None) -> dict[str, object]:
    """{name: value} of what stands on the command line."""
    parser = _parser(main, program)
    read, unknown = parser.parse_known_args(texts)
    if unknown:
        _refuse(unknown[0], described(main))
    return vars(read)


def _parser(main: Callable, program: str | None) -> _Parser:
    alone = [_shown(each) for _, each in _flags(main) if each.default is each.empty]
    parser = _Parser(
        program,
        " ".join(["%(prog)s", *alone, "[FLAGS]"]),
        documentation(inspect.getdoc(main) or "")[0],
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=30),
    )
    owners = list(dict.fromkeys(owner for owner, _ in _flags(main)))
    for owner in sorted(owners, key=lambda each: each is not main):  # main's own come first
        group = parser if owner is main else parser.add_argument_group("flags of all scripts")
        texts, kinds_of = _texts(owner), kinds(owner)
        for each in (parameter for of, parameter in _flags(main) if of is owner):
            _add(group, each, kinds_of[each.name] or str, texts.get(each.name, ""))
    return parser


def _texts(owner: Callable) -> dict[str, str]:
    """{name: help} from a function's docstring, or those of a class and its bases."""
    texts = dict(COMMON)
    for each in reversed(getattr(owner, "__mro__", [owner])):
        found = documentation(inspect.getdoc(each) or "")[1]
        texts |= {name: text for name, text in found.items() if text}
    return texts


class _Read(argparse.Action):
    """Read the texts of a flag as the kind of its parameter."""

    def __init__(self, *arguments, kind, **options):
        self.kind = kind
        super().__init__(*arguments, **options)

    def __call__(self, parser, namespace, values, option_string=None):
        texts = [values] if isinstance(values, str) else values
        value = from_text(texts, self.kind, option_string or self.dest)
        if isinstance(value, tuple):  # a flag of several values may be given several times
            value = (*getattr(namespace, self.dest, ()), *value)
        setattr(namespace, self.dest, value)


def _add(group, parameter: inspect.Parameter, kind: object, text: str) -> None:
    """Add the flag of a parameter to a parser or a group of it."""
    is_flag = parameter.default is not parameter.empty
    name = _spelt(parameter.name) if is_flag else parameter.name
    text = f"{text}{_shown_default(parameter.default) if is_flag else ''}".replace("%", "%%")
    if bool in alternatives(kind):
        group.add_argument(name, help=text, action=argparse.BooleanOptionalAction)
        return
    options = {"action": _Read, "kind": kind, "metavar": _shown_value(kind)}
    if any(map(is_several, alternatives(kind))):
        options["nargs"] = "+"
    if parameter.kind is parameter.VAR_POSITIONAL:
        options |= {"kind": tuple[kind, ...], "nargs": "*"}
    if is_flag:
        options["dest"] = parameter.name
    else:
        del options["metavar"]
    group.add_argument(name, help=text, **options)


def _spelt(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _shown(parameter: inspect.Parameter) -> str:
    """A positional parameter in the line that shows how a program is used."""
    is_variadic = parameter.kind is parameter.VAR_POSITIONAL
    return f"[{parameter.name} ...]" if is_variadic else parameter.name


def _shown_value(kind: object) -> str:
    """What stands for a value in the help."""
    for each in alternatives(kind):
        if is_several(each) or get_origin(each) is Annotated:
            return _shown_value(*get_args(each)[:1])
        if get_origin(each) is Literal:
            return f"{{{','.join(map(str, get_args(each)))}}}"
        if each in VALUES:
            return VALUES[each]
    return "VALUE"


def _shown_default(default: object) -> str:
    if default is None:
        return ""
    shown = " ".join(map(str, default)) if isinstance(default, tuple) else default
    return f" (default: {shown})"


def _refuse(unknown: str, flags: Iterable[str]) -> None:
    if not unknown.startswith("-"):
        raise InputError(
            f"{quoted(unknown)} is one argument too many (--help shows what can be given)"
        )
    name = unknown.partition("=")[0]
    word = name.strip("-").replace("-", "_").lower()
    ours = [_spelt(own) for own, others in ELSEWHERE.items() if word in others.split()]
    meant = next((each for each in ours if each in flags), None)
    # A known word is not taken for another one that looks like it.
    hint = f"did you mean {meant}?" if meant else nearest("" if ours else name, flags)
    raise InputError(f"there is no flag {printable(name)}; {hint}")


def _make_printable() -> None:
    """Let every text be printed: what a terminal cannot show is escaped, a closed one is empty."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started the program
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        if isinstance(stream := getattr(sys, name), io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _end(line: str, status: int) -> None:
    say(line)
    raise SystemExit(status) from None


def _is_output_lost() -> bool:
    """Whether nothing can be printed any more; a line that can end the last one is tried."""
    try:
        print(flush=True)
    except OSError:
        return True
    return False


def _discard_output() -> None:
    """Let Python find nothing to complain of when it closes standard output at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


with mistakes_reported():
    check_environment()  # what would be a traceback of PyTensor's while it is imported
