"""Plain values as the arguments of a function: its signature says which names and types fit."""

import inspect
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from math import isfinite
from typing import Literal, Union, get_args, get_origin

from dltut.exceptions import InputError, nearest

WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    dict: "keys with values",
    types.NoneType: "null",
}


def checked_arguments(
    function: Callable, given: Mapping, place: str, filled: Collection[str] = ()
) -> dict:
    """The values given, once it is sure that the function takes them.

    Parameters
    ----------
    function : callable
        Its annotations are the types; a parameter without one is a number if it has no default or
        a number for it, and otherwise not for a file to give.
    given : dict
        {name: plain value}.
    place : str
        Where they were given, for the error.
    filled : collection of str
        Parameters that the caller gives; they are no names for others.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If a name is unknown (with the nearest one), missing, or its value of a wrong type.

    Examples
    --------
    >>> def step(initial: float, every: int = 10): ...
    >>> checked_arguments(step, {"every": 5}, "here", filled=["initial"])
    {'every': 5}
    >>> checked_arguments(step, {"initial": "high"}, "here")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: here: initial is 'high'; expected a number
    """
    parameters = inspect.signature(function).parameters.values()
    kinds = {each.name: _kind(each) for each in parameters if each.name not in filled}
    kinds = {name: kind for name, kind in kinds.items() if kind is not None}
    for name, value in given.items():
        if name not in kinds:
            hint = nearest(name, kinds) if kinds else "it takes no arguments"
            raise InputError(f"{place}: there is no {name}; {hint}")
        if not _fits(value, kinds[name]):
            raise InputError(f"{place}: {name} is {value!r}; expected {_words(kinds[name])}")
    for each in parameters:
        if each.default is each.empty and each.name not in {*given, *filled}:
            raise InputError(f"{place}: {each.name} is missing: give {_words(kinds[each.name])}")
    return dict(given)


def _kind(parameter: inspect.Parameter) -> object:
    if parameter.annotation is not parameter.empty:
        return parameter.annotation
    is_number = isinstance(parameter.default, int | float)
    return float if is_number or parameter.default is parameter.empty else None


def _fits(value: object, kind: object) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return any(_fits(value, each) for each in inner)
    if origin is Literal:
        return value in inner
    if origin is Sequence:
        return isinstance(value, list) and all(_fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(each, inner[1]) for each in value.values())
    if isinstance(value, bool) and kind is not bool:
        return False
    if kind is float:
        return isinstance(value, int | float) and isfinite(value)
    return kind in WORDS and isinstance(value, kind)


def _words(kind: object) -> str:
    """A type for people, without what only a program can give."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return " or ".join(filter(None, map(_words, inner)))
    if origin is Literal:
        return " or ".join(map(str, inner))
    if origin is Sequence:
        return f"a list, each {_words(inner[0])}"
    if origin is dict:
        return f"keys, each with {_words(inner[1])}"
    return WORDS.get(kind, "")
