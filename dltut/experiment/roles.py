"""What the parts of an experiment may be: the library's public objects that have a role."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from dltut import models, nn, optim, training
from dltut.exceptions import InputError, nearest, printable
from dltut.machine.arguments import checked_arguments, kinds


@dataclass(frozen=True)
class Part:
    """Something to be made, with the arguments that a file gives.

    Parameters
    ----------
    make : callable
    arguments : dict
    """

    make: Callable
    arguments: dict

    @property
    def takes(self) -> set[str]:
        """The names of all its parameters."""
        return set(kinds(self.make))

    def __call__(self, **context):
        """What it makes; of the context it gets what it takes."""
        taken = {name: context[name] for name in self.takes & context.keys()}
        return self.make(**self.arguments | taken)


class Role:
    """A kind of part: a package's public names, restricted to those that have the right signature.

    Parameters
    ----------
    package : module
    has_it : callable
        Says of a public object whether it has this role.
    context : str
        Parameters that the experiment fills in; they are not for a file to give.
    """

    def __init__(self, package: ModuleType, has_it: Callable[[object], bool], context: str = ""):
        public = getattr(package, "__all__", vars(package))
        objects = {name: getattr(package, name) for name in public}
        callables = {name: each for name, each in objects.items() if callable(each)}
        self.names = {name: each for name, each in callables.items() if has_it(each)}
        self.context = context.split()

    def part(self, kind: str, given: Mapping) -> Part:
        """The part that ``{name: ..., argument: value, ...}`` describes.

        Parameters
        ----------
        kind : str
            What the part is called in an error.
        given : dict

        Raises
        ------
        InputError
            If there is no name, no object of that name, or an argument does not fit it.

        Examples
        --------
        >>> ROLES["rule"].part("rule", {"name": "sgd", "learning_rate": 0.1}).arguments
        {'learning_rate': 0.1}
        """
        arguments = dict(given)
        name = arguments.pop("name", None)
        if name is None:
            raise InputError(f"{kind} has no name: write {{name: {min(self.names)}, ...}}")
        if not isinstance(name, str) or name not in self.names:
            raise InputError(f"{kind}: there is no {printable(name)}; {nearest(name, self.names)}")
        make = self.names[name]
        return Part(make, checked_arguments(make, arguments, f"{kind} {name}", self.context))


def _parameters(function: Callable) -> list[str]:
    return list(inspect.signature(function).parameters)


ROLES = {
    "model": Role(
        models,
        lambda each: inspect.isclass(each) and "n_out" in _parameters(each),
        "rng n_in n_out image_shape",
    ),
    "rule": Role(optim, lambda each: _parameters(each)[:2] == ["cost", "params"], "cost params"),
    "penalty": Role(nn, lambda each: _parameters(each) == ["weights"], "weights"),
    "schedule": Role(
        optim.schedules,
        lambda each: (
            inspect.isfunction(each)
            and inspect.signature(each).return_annotation is optim.schedules.Schedule
        ),
        "initial value",
    ),
    "stopping": Role(
        training,
        lambda each: inspect.isclass(each) and training.Criterion in each.__mro__[1:],
        "params learning_rate",
    ),
}
