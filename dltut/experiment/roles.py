"""What the parts of an experiment may be: the library's public objects that have a role."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import get_args

from dltut import datasets, layers, models, nn, optim, training
from dltut.exceptions import InputError, at, nearest, printable
from dltut.experiment import algorithms, costs, pretrained
from dltut.experiment.part import Part, needed_by
from dltut.machine.arguments import (
    ArgumentError,
    alternatives,
    checked_arguments,
    is_several,
    kinds,
    words,
)
from dltut.models import Autoencoder
from dltut.training import Criterion, Extension

# What the experiment fills in, by role; it is for no file to give.
RUNNING = "data folder header learning_rate model momentum params rate task weights"
CONTEXT = {
    "dataset": "data_dir quick",
    "transform": "data data_dir folder quick",
    "model": "folder image_shape n_in n_out n_visible rng",
    "layer": "image_shape n_in rng",
    "cost": "inputs model params task train weights x y",
    "penalty": "weights",
    "rule": "cost params",
    "algorithm": "batch_size cost inputs model order params rule split",
    "schedule": "initial value",
    "stopping": RUNNING,
    "extension": RUNNING,
    "channel": "inputs model params task terms weights x y",
}
# Extensions that are none of a file's: they take functions, or are there anyway.
ADDED = "Checkpoint EachBatch EachEpoch Extension Monitor Order Progress Reader Scheduled"
ADDED += " ShuffleEpochs"


@dataclass(frozen=True)
class Role:
    """A kind of part: names, and what they stand for.

    Parameters
    ----------
    names : dict
        {name: callable}.
    context : str
        Parameters that the experiment fills in; they are not for a file to give.
    inner : dict
        {class: Role} of what an argument may be that is a part itself.
    """

    names: Mapping[str, Callable]
    context: Sequence[str] = ()
    inner: Mapping[type, "Role"] = field(default_factory=dict, repr=False)

    def part(self, kind: str, given: Mapping | str, keys: tuple = ()) -> Part:
        """The part that ``{name: ..., argument: value, ...}`` describes.

        Parameters
        ----------
        kind : str
            What the part is called in an error.
        given : dict or str
            A name alone stands for a part without arguments.
        keys : tuple
            Where it stands in the experiment.

        Raises
        ------
        InputError
            If there is no name, no object of that name, or an argument does not fit it.

        Examples
        --------
        >>> ROLES["rule"].part("rule", {"name": "sgd", "learning_rate": 0.1}).arguments
        {'learning_rate': 0.1}
        """
        with at(*keys):
            arguments = {"name": given} if isinstance(given, str) else dict(given)
            make = self.make(kind, arguments.pop("name", None))
            place = f"{kind} {make.__name__}"
            parts = self._parts(make, arguments)
            rest = {name: value for name, value in arguments.items() if name not in parts}
            try:
                checked = checked_arguments(make, rest, place, {*self._filled(make), *parts})
            except ArgumentError as error:
                error.keys = (error.argument,)
                raise
            given = {name: (checked | parts)[name] for name in arguments}
            return Part(make, given, keys, self.context)

    def make(self, kind: str, name: object) -> Callable:
        """What a name stands for.

        Parameters
        ----------
        kind : str
            What it is called in an error.
        name : str

        Raises
        ------
        InputError
            If it is none of the names.
        """
        if name is None:
            example = min(self.names, default="NAME")  # of channels there are only one's own
            raise InputError(f"{kind} has no name: write {{name: {example}, ...}}")
        if not isinstance(name, str) or name not in self.names:
            with at("name"):
                hint = nearest(name, self.names)
                raise InputError(f"{kind}: there is no {printable(name)}; {hint}")
        return self.names[name]

    def _filled(self, make: Callable) -> list[str]:
        """Its parameters that are filled in, but for those that a file alone can give."""
        return [name for name in kinds(make) if name in self.context]

    def _parts(self, make: Callable, given: Mapping) -> dict:
        """The arguments that are parts themselves."""
        parts = {}
        for name, kind in kinds(make).items():
            parameter = inspect.signature(make).parameters[name]
            role = self._role_of(kind)
            if name not in given or role is None:
                continue
            value = given[name]
            if parameter.kind is parameter.VAR_POSITIONAL or any(
                map(is_several, alternatives(kind))
            ):
                if not isinstance(value, list):
                    with at(name):
                        raise InputError(f"{name} is {printable(value)}; expected a list of parts")
                items = enumerate(value)
                parts[name] = [role.inner_part(name, each, (name, i)) for i, each in items]
            else:
                parts[name] = role.inner_part(name, value, (name,))
        return parts

    def _role_of(self, kind: object) -> "Role | None":
        for each in alternatives(kind):
            inner = get_args(each)[0] if is_several(each) and get_args(each) else each
            if inner in self.inner:
                return self.inner[inner]
        return None

    def inner_part(self, kind: str, given: object, keys: tuple) -> Part:
        """A part that is an argument of another one.

        Parameters
        ----------
        kind : str
        given : object
        keys : tuple
            Where it stands in the other one.

        Raises
        ------
        InputError
            As `part`, and if it is neither a name nor keys with values.
        """
        if not isinstance(given, Mapping | str):
            with at(*keys):
                raise InputError(f"{kind} is {printable(given)}; expected {{name: ..., ...}}")
        return self.part(kind, given, keys)


def public(package: ModuleType | None, has_it: Callable[[object], bool]) -> dict[str, Callable]:
    """The public callables of a package that have a role.

    Parameters
    ----------
    package : module or None
        None has none.
    has_it : callable
        Says of an object whether it has the role.
    """
    names = getattr(package, "__all__", vars(package)) if package else ()
    objects = {name: getattr(package, name) for name in names if not name.startswith("_")}
    return {name: each for name, each in objects.items() if callable(each) and has_it(each)}


def roles(parts: Mapping[str, Mapping[str, Callable]] | None = None) -> dict[str, Role]:
    """The roles, with the library's parts and others.

    Parameters
    ----------
    parts : dict, optional
        {role: {name: part}} of one's own, as `dltut.experiment.part.load_parts` gives them.

    Examples
    --------
    >>> sorted(roles()["schedule"].names)[:3]
    ['constant', 'exponential', 'inverse']
    """
    inner, made = {}, {}
    for name, library in _library().items():
        own = (parts or {}).get(name, {})
        made[name] = Role(library | dict(own), CONTEXT[name].split(), inner)
    inner |= {Criterion: made["stopping"], Extension: made["extension"]}
    return made


def _parameters(function: Callable) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except ValueError:  # one of C
        return []


def _is_filled(make: Callable) -> bool:
    """Whether a file and the context together can give all that it needs."""
    kind_of, context = kinds(make), CONTEXT["extension"].split()
    return all(words(kind_of[name]) or name in context for name in needed_by(make))


def _library() -> dict[str, dict[str, Callable]]:
    """{role: {name: callable}}, each from a package's public names by its signature."""
    return {
        "dataset": {},
        "transform": public(datasets.transforms, _is_transform) | {"encoded": pretrained.encoded},
        "model": public(models, _is_model) | {"pretrained": pretrained.pretrained},
        "layer": public(layers, _is_layer),
        "cost": public(nn, _is_penalty) | public(costs, inspect.isfunction),
        "penalty": public(nn, _is_penalty),
        "rule": public(optim, lambda each: _parameters(each)[:2] == ["cost", "params"]),
        "algorithm": public(algorithms, inspect.isfunction),
        "schedule": public(optim.schedules, _is_schedule),
        "stopping": public(training, _is_criterion),
        "extension": public(training, _is_extension),
        "channel": {},
    }


def _is_transform(each: object) -> bool:
    """Whether it makes a data set of another, by arguments that have names."""
    found = _parameters(each) if inspect.isfunction(each) else []
    return found[:1] == ["data"] and "transforms" not in found


def _is_model(each: object) -> bool:
    if not inspect.isclass(each):
        return False
    return "n_out" in _parameters(each) or issubclass(each, Autoencoder)


def _is_layer(each: object) -> bool:
    return inspect.isclass(each) and layers.Network in each.__mro__[1:]


def _is_penalty(each: object) -> bool:
    return _parameters(each) == ["weights"]


def _is_schedule(each: object) -> bool:
    schedule = optim.schedules.Schedule
    return inspect.isfunction(each) and inspect.signature(each).return_annotation is schedule


def _is_criterion(each: object) -> bool:
    if inspect.isclass(each):
        return Criterion in each.__mro__[1:]
    return inspect.signature(each).return_annotation is Criterion


def _is_extension(each: object) -> bool:
    is_one = inspect.isclass(each) and issubclass(each, Extension)
    if not is_one or issubclass(each, Criterion) or each.__name__ in ADDED.split():
        return False
    return _is_filled(each)


ROLES = roles()
