"""Where a name of Theano's is found: here, in PyTensor, or nowhere, which is said in one line."""

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TypeVar

from dltut.exceptions import InputError, close_match

PREFIX = "dltut."
OWN = {"dltut", "pytensor"}  # where what Theano had is defined


class NotServed(InputError, NotImplementedError):
    """Something of Theano's that is not there any more; the message says what, why, and what is."""


def passed_on(
    module: str, *homes: str, refused: Mapping[str, str] | None = None
) -> Callable[[str], object]:
    """The ``__getattr__`` of a module of Theano's, which looks for names in other modules.

    What those modules have only imported from Python, NumPy or SciPy is none of Theano's names.

    Parameters
    ----------
    module : str
        Its name, ``__name__``.
    *homes : str
        The modules to look in, one after the other.
    refused : dict, optional
        Names that are not served, each with the reason and what to use.
    """
    refused = refused or {}

    def found(name: str) -> object:
        spoken = module.removeprefix(PREFIX)
        if name in refused:
            raise AttributeError(f"{spoken}.{name} is not served: {refused[name]}")
        if not name.startswith("__"):
            values = (attribute(home, name) for home in homes)
            for value in values:
                if value is not MISSING:
                    return value
            if _is_own_module(module, name):
                return importlib.import_module(f"{module}.{name}")
        raise AttributeError(f"{spoken} has no {name} here{_hint(name, module, homes)}")

    return found


def public_name(module: str, name: str) -> str:
    """The name itself, unless it is one that Python asks modules for.

    Parameters
    ----------
    module, name : str
        Where it is looked for, and what.

    Raises
    ------
    AttributeError
        If it begins with two underscores.
    """
    if name.startswith("__"):
        raise AttributeError(f"{module.removeprefix(PREFIX)} has no {name}")
    return name


def nothing_of(module: str, reason: str) -> Callable[[str], object]:
    """The ``__getattr__`` of a module of which nothing is served.

    Parameters
    ----------
    module : str
        Its name, ``__name__``.
    reason : str
        Why, and what to use.
    """

    def refused(name: str) -> object:
        spoken = module.removeprefix(PREFIX)
        raise AttributeError(f"{spoken}.{public_name(module, name)} is not served: {reason}")

    return refused


def names_of(*homes: str) -> list[str]:
    """The names that `passed_on` finds in other modules, for ``import *`` and ``dir``.

    Parameters
    ----------
    *homes : str
        The modules; their own modules are left out.
    """
    modules = map(importlib.import_module, homes)
    return sorted(
        {
            name
            for module in modules
            for name, value in vars(module).items()
            if not name.startswith("_") and not _is_borrowed(value, module.__name__)
        }
    )


def _is_borrowed(value: object, home: str) -> bool:
    """Whether a module has this only because it imported it from another library or from Python.

    Parameters
    ----------
    value : anything
    home : str
        The module that has it.
    """
    if isinstance(value, ModuleType | TypeVar):
        return True
    origin = getattr(value, "__module__", None)
    if not isinstance(origin, str):  # a number, a text, a table: a constant of the module
        return type(value).__module__ in ("types", "typing")
    return origin.partition(".")[0] not in {*OWN, home.partition(".")[0]}


def _is_own_module(module: str, name: str) -> bool:
    """Whether a package of the door has a module of this name, which nobody imported yet."""
    is_package = hasattr(sys.modules[module], "__path__")
    return is_package and importlib.util.find_spec(f"{module}.{name}") is not None


MISSING = object()


def attribute(home: str, name: str) -> object:
    """An attribute of a module, old ones without the warning; `MISSING` if it is not its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = getattr(importlib.import_module(home), name)
        except AttributeError:
            return MISSING
    return MISSING if _is_borrowed(value, home) else value


def _hint(name: str, module: str, homes: tuple[str, ...]) -> str:
    known = {*dir(sys.modules[module]), *names_of(*homes)}
    match = close_match(name, {each for each in known if not each.startswith("_")})
    return f"; did you mean {match}?" if match else ""


def refuse(what: str, reason: str) -> Callable:
    """A function in the place of one that is not served: calling it says so.

    Parameters
    ----------
    what : str
        Theano's name.
    reason : str
        Why, and what to use.
    """

    def not_served(*arguments, **options):
        raise NotServed(f"{what} is not served: {reason}")

    not_served.__name__ = what.rpartition(".")[2]
    return not_served
