"""A part of an experiment: what a file describes before there is data, a model, a cost."""

import importlib.util
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from os import PathLike
from pathlib import Path
from types import ModuleType

from dltut.exceptions import InputError, NoFile, at, nearest, quoted
from dltut.machine.arguments import VARIADIC, alternatives, kinds
from dltut.machine.files import is_file

GROUP = "dltut.parts"  # of entry points
ROLES = (
    "dataset transform model layer cost rule algorithm schedule stopping extension channel".split()
)


@dataclass(frozen=True, repr=False)
class Part:
    """Something to be made, with the arguments that a file gives.

    Parameters
    ----------
    make : callable
    arguments : dict
        Values, and parts that are made first.
    keys : tuple
        Where it stands in the experiment, such as ``("stopping", 0)``, for errors.
    filled : sequence of str, optional
        What the context may fill in; default: all that it takes.

    Examples
    --------
    >>> def product(value, by):
    ...     return value * by
    >>> scaled = Part(product, {"by": 3})
    >>> scaled(value=2, seed=1234)
    6
    >>> scaled
    Part(product, by=3)
    """

    make: Callable
    arguments: Mapping = field(default_factory=dict)
    keys: tuple = ()
    filled: Collection[str] | None = None

    def __post_init__(self):
        for name, value in self.arguments.items():
            if isinstance(value, str) and _is_path(kinds(self.make).get(name)):
                with at(name):
                    named_inside(value)

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self.arguments.items()]
        return f"{type(self).__name__}({', '.join([self.name, *given])})"

    @property
    def name(self) -> str:
        """What it is called."""
        return self.make.__name__

    @property
    def takes(self) -> set[str]:
        """The names of all its parameters."""
        return set(kinds(self.make))

    @property
    def all_takes(self) -> set[str]:
        """Those of the parts in its arguments, too."""
        parts = [each for value in self.arguments.values() for each in _parts_in(value)]
        return self.takes.union(*(each.all_takes for each in parts))

    def __call__(self, **context):
        """What it makes; of the context it gets what it takes, and does not have.

        An argument that is a path means one in the folder that the context calls ``folder``.

        Raises
        ------
        InputError
            That of what is made, with where the part stands.
        """
        takes = kinds(self.make)
        if self.filled is not None:
            context = {name: each for name, each in context.items() if name in self.filled}
        with at(*self.keys):
            given = {
                name: _made(value, takes.get(name), context)
                for name, value in self.arguments.items()
            }
            return _called(self.make, _known(self.make, context, given) | given)


@dataclass(frozen=True)
class Late:
    """Something that is known of the data, if a part asks for it.

    Parameters
    ----------
    value : callable
        Without arguments; it may raise an `InputError` that says why nothing is known.
    """

    value: Callable


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """Let what a call says of values that it cannot use be an `InputError`.

    Parameters
    ----------
    name : str
        Of what is called.

    Raises
    ------
    InputError
        With the name of what was called.
    """
    try:
        yield
    except InputError:
        raise
    except (TypeError, ValueError, ArithmeticError, MemoryError) as error:
        first = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{name} cannot be made of these values ({first})") from error


def made(part, **context):
    """What a part makes; anything else is what it is.

    Parameters
    ----------
    part : Part or object
    **context
        What is known by now.
    """
    return part(**context) if isinstance(part, Part) else part


def inside(folder: str | Path, name: str | Path) -> Path:
    """A file that an experiment writes or reads: one in the folder of the runs.

    Parameters
    ----------
    folder, name : path

    Raises
    ------
    InputError
        If the name leads elsewhere.

    Examples
    --------
    >>> inside("runs", "dae_l1.pkl").as_posix()
    'runs/dae_l1.pkl'
    >>> inside("runs", "../../.bashrc")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: '../../.bashrc' leads out of the folder of the runs: give a name \
in it
    """
    path, root = Path(folder, named_inside(name)), Path(folder).resolve()
    if not path.resolve().is_relative_to(root):  # through a link
        raise InputError(f"{quoted(name)} is a link out of the folder of the runs: move the file")
    return path


def needed_by(make: Callable) -> list[str]:
    """The parameters without a default.

    Parameters
    ----------
    make : callable

    Examples
    --------
    >>> needed_by(inside)
    ['folder', 'name']
    """
    parameters = inspect.signature(make).parameters.values()
    needed = [each for each in parameters if each.default is each.empty]
    return [each.name for each in needed if each.kind not in VARIADIC]


def named_inside(name: str | Path) -> Path:
    """The name of a file, once it is sure that it does not lead out of the folder it is in.

    Raises
    ------
    InputError
        If it does: it is absolute, goes up, begins at a home, or is none.
    """
    given = Path(str(name))
    is_bad = given.is_absolute() or given.drive or ".." in given.parts or "\0" in str(name)
    if is_bad or not given.name or str(name).startswith("~"):
        raise InputError(f"{quoted(name)} leads out of the folder of the runs: give a name in it")
    return given


def existing(folder: str | Path, name: str | Path) -> Path:
    """A file in the folder of the runs that an experiment reads.

    Parameters
    ----------
    folder, name : path

    Raises
    ------
    NoFile
        If it is not there.
    InputError
        If the name leads elsewhere.
    """
    path = inside(folder, name)
    if not is_file(path):
        raise NoFile(f"there is no file {path}: run the experiment that writes it")
    return path


def part(role: str) -> Callable:
    """Let a class or function of one's own take part in experiments, under its own name.

    Parameters
    ----------
    role : str
        What it is: dataset, transform, model, layer, cost, rule, algorithm, schedule, stopping,
        extension or channel.

    Returns
    -------
    callable
        A decorator, which gives back what it is given.

    Raises
    ------
    InputError
        If there is no such role.

    Examples
    --------
    >>> @part("cost")
    ... def smoothness(weights, strength: float = 0.1):
    ...     '''How much neighbouring weights differ.'''
    ...     return strength * sum(((w[1:] - w[:-1]) ** 2).sum() for w in weights)
    >>> role_of(smoothness)
    'cost'
    """
    if role not in ROLES:
        raise InputError(f"there is no role {quoted(role)}; {nearest(str(role), ROLES)}")

    def marked(make):
        make._dltut_role = role
        return make

    return marked


def role_of(make: object) -> str | None:
    """The role that `part` gave to this very object, None for all others."""
    return getattr(make, "__dict__", {}).get("_dltut_role")


def parts_of(module: ModuleType) -> dict[str, dict[str, Callable]]:
    """{role: {name: part}} of what a module marks.

    Parameters
    ----------
    module : module
    """
    found = {}
    for each in vars(module).values():
        if role := role_of(each):
            found.setdefault(role, {})[each.__name__] = each
    return found


def load_parts(paths=()) -> dict[str, dict[str, Callable]]:
    """{role: {name: part}} of installed packages and of files of Python code.

    Parameters
    ----------
    paths : sequence of path
        The code in these files is run: they are named on the command line, never in an experiment.

    Returns
    -------
    dict
        A later one takes the place of an earlier one of its name.

    Raises
    ------
    InputError
        If a file cannot be read, or marks no part.

    Notes
    -----
    A package takes part by an entry point of the group ``dltut.parts``, which names a module.
    """
    modules = [each.load() for each in entry_points(group=GROUP)]
    modules += [_module(Path(path)) for path in paths]
    found = {}
    for module in modules:
        for role, parts in parts_of(module).items():
            found[role] = found.get(role, {}) | parts
    return found


def _module(path: Path) -> ModuleType:
    if not is_file(path) or path.suffix != ".py":
        raise InputError(f"{path} is no file of Python code: name one such as my_parts.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not parts_of(module):
        raise InputError(f'{path} marks no part: write @part("model") above a class')
    return module


def _made(value, kind, context: Mapping):
    """An argument as it is given to what is made."""
    if isinstance(value, Part):
        return value(**context)
    if isinstance(value, list) and any(isinstance(each, Part) for each in value):
        return [_made(each, None, context) for each in value]
    if isinstance(value, str) and "folder" in context and _is_path(kind):
        return inside(context["folder"], value)
    return value


def _is_path(kind: object) -> bool:
    return not {Path, PathLike}.isdisjoint(alternatives(kind))


def _parts_in(value) -> list[Part]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, Part)]


def _known(make: Callable, context: Mapping, given: Mapping) -> dict:
    """What the context has for the parameters of a callable."""
    known = {}
    for name, each in inspect.signature(make).parameters.items():
        if name not in context or name in given:
            continue
        value = context[name]
        if isinstance(value, Late):
            try:
                value = value.value()
            except InputError:
                if each.default is None:  # it can do without
                    continue
                raise
        known[name] = value
    return known


def _called(make: Callable, arguments: dict):
    """What a callable makes of arguments by name, those of ``*criteria`` among them."""
    parameters = inspect.signature(make).parameters.values()
    several = [each.name for each in parameters if each.kind is each.VAR_POSITIONAL]
    listed = [each for name in several for each in arguments.pop(name, ())]
    for name in needed_by(make):
        if name not in arguments:
            raise InputError(f"{make.__name__} needs {name}, which is not known here: give it")
    if role_of(make):  # one's own: its mistakes are to be found
        return make(*listed, **arguments)
    with refusals(make.__name__):
        return make(*listed, **arguments)
