"""What a signature says of a function's arguments: names, kinds and ranges, for flags and files.

A flag's text is read by `from_text`, the plain values of a configuration file are checked by
`checked_arguments`; both obey the same annotations.
"""

import inspect
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf, isfinite
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal, Union, get_args, get_origin

from dltut.exceptions import InputError, nearest, printable, quoted

WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    PathLike: "a path",
    bool: "true or false",
    dict: "keys with values",
    types.NoneType: "null",
}

VARIADIC = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


class ArgumentError(InputError):
    """An argument that does not fit what is called.

    Parameters
    ----------
    message : str
    argument : str
        Its name.
    """

    def __init__(self, message: object, argument: str):
        super().__init__(message)
        self.argument = argument


@dataclass(frozen=True)
class Between:
    """A range of numbers, its ends among them, as in ``Annotated[int, Between(0, 255)]``.

    Parameters
    ----------
    least, most : float
    """

    least: float
    most: float = inf

    def __contains__(self, number: float) -> bool:
        return self.least <= number <= self.most

    def __str__(self) -> str:
        if self.most == inf:
            return f"{self.least} or above"
        return f"from {self.least} to {self.most}"


Count = Annotated[int, Between(0)]
Size = Annotated[int, Between(1)]
Amount = Annotated[float, Between(0)]
Decay = Annotated[float, Between(0.01, 1)]
Seed = Annotated[int, Between(0, 2**32 - 1)]


def kinds(function: Callable) -> dict[str, object]:
    """The kind of value that each parameter takes.

    Parameters
    ----------
    function : callable
        A parameter's kind is its annotation; without one, a number if it has no default, else the
        type of its default, and None where that is no plain value.

    Returns
    -------
    dict
        {name: kind}.

    Examples
    --------
    >>> def schedule(initial, every: Size = 10, per="epoch", rule=None): ...
    >>> [words(kind) for kind in kinds(schedule).values()]
    ['a number', 'a whole number, 1 or above', 'text', '']
    """
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return {each.name: _kind(each) for each in parameters}


def from_text(texts: Sequence[str], kind: object, name: str) -> object:
    """The value that a flag's text stands for.

    Parameters
    ----------
    texts : list of str
        One, or several where the kind is a tuple.
    kind : type
        Such as ``int``, ``float | tuple[float, ...]``, ``Literal["masking", "gaussian"]`` or
        ``Path | None``; ~ in a path is the home.
    name : str
        Of the flag.

    Raises
    ------
    InputError
        If no value of this kind is written so.

    Examples
    --------
    >>> from_text(["20", "10"], int | tuple[int, ...], "--n-hidden")
    (20, 10)
    >>> from_text(["-1"], Count, "--max-epochs")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: --max-epochs is '-1'; expected a whole number, 0 or above
    """
    try:
        return _read(texts, kind)
    except ValueError:
        choices = [each for each in alternatives(kind) if each is not types.NoneType]
        expected = " or ".join(map(words, choices))
    raise InputError(f"{name} is {quoted(' '.join(texts))}; expected {expected}")


def checked_arguments(
    function: Callable, given: Mapping, place: str, filled: Collection[str] = ()
) -> dict:
    """The values given, once it is sure that the function takes them.

    Parameters
    ----------
    function : callable
        Its signature says what fits; see `kinds`.
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
    ArgumentError
        If a name is unknown (with the nearest one), missing, or its value of a wrong kind: an
        `InputError` that knows the argument's name.

    Examples
    --------
    >>> def step(initial: float, every: int = 10): ...
    >>> checked_arguments(step, {"every": 5}, "here", filled=["initial"])
    {'every': 5}
    >>> checked_arguments(step, {"initial": "high"}, "here")
    Traceback (most recent call last):
        ...
    dltut.machine.arguments.ArgumentError: here: initial is 'high'; expected a number
    """
    takes = {name: kind for name, kind in kinds(function).items() if name not in filled}
    for name, value in given.items():
        if takes.get(name) is None:
            names = [each for each, kind in takes.items() if kind is not None]
            hint = nearest(name, names) if names else "it takes no arguments"
            raise ArgumentError(f"{place}: there is no {printable(name)}; {hint}", name)
        if not fits(value, takes[name]):
            told = printable(repr(value))
            raise ArgumentError(f"{place}: {name} is {told}; expected {words(takes[name])}", name)
    for each in inspect.signature(function).parameters.values():
        is_needed = each.default is each.empty and each.kind not in VARIADIC
        if is_needed and each.name not in {*given, *filled}:
            expected = words(takes[each.name])
            raise ArgumentError(f"{place}: {each.name} is missing: give {expected}", each.name)
    return dict(given)


def alternatives(kind: object) -> tuple:
    """The members of a union, or the kind alone.

    Examples
    --------
    >>> alternatives(int | None)
    (<class 'int'>, <class 'NoneType'>)
    """
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def is_several(kind: object) -> bool:
    """Whether values of this kind are several values of another.

    Examples
    --------
    >>> is_several(tuple[int, ...]), is_several(int)
    (True, False)
    """
    return kind in (tuple, list) or get_origin(kind) in (tuple, list, Sequence)


def fits(value: object, kind: object) -> bool:
    """Whether a value is of a kind; numbers are finite, text is not empty and can be a path.

    A class that is none of plain values is the kind of its objects, and ``object`` that of all.

    Examples
    --------
    >>> fits(2, float), fits(2.5, int), fits(True, int), fits(float("nan"), float), fits(-1, Count)
    (True, False, False, False, False)
    """
    inner = get_args(kind)
    if len(several := alternatives(kind)) > 1:
        return any(fits(value, each) for each in several)
    if get_origin(kind) is Annotated:
        return fits(value, inner[0]) and all(value in each for each in inner[1:])
    if get_origin(kind) is Literal:
        return value in inner
    if is_several(kind):
        is_list = isinstance(value, list | tuple)
        return is_list and (not inner or all(fits(each, inner[0]) for each in value))
    if get_origin(kind) in (dict, Mapping):
        return isinstance(value, dict) and all(fits(each, inner[1]) for each in value.values())
    if kind is Callable or get_origin(kind) is Callable:
        return callable(value)
    if kind in (Path, PathLike) and isinstance(value, str):
        kind = str
    if isinstance(kind, type) and kind not in WORDS and kind is not float:
        return isinstance(value, kind)
    if kind is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and _is_finite(value)
    is_kind = kind in WORDS and isinstance(value, kind)
    return is_kind and value != "" and isinstance(value, bool) <= (kind is bool)


def _is_finite(number: float) -> bool:
    """Also of whole numbers that are larger than any fraction."""
    try:
        return isfinite(number)
    except OverflowError:
        return False


def words(kind: object) -> str:
    """A kind for people, without what only a program can give, unless that is all there is.

    Examples
    --------
    >>> words(float | Sequence[float]), words(Amount), words(Literal["drop", "keep"])
    ('a number or a list, each a number', 'a number, 0 or above', 'drop or keep')
    """
    inner = get_args(kind)
    if len(several := alternatives(kind)) > 1:
        plain = [k for k in several if k in WORDS or get_origin(k) not in (None, Callable)]
        said = plain if set(plain) - {types.NoneType} else several
        return " or ".join(filter(None, map(words, said)))
    if get_origin(kind) is Annotated:
        return ", ".join([words(inner[0]), *map(str, inner[1:])])
    if get_origin(kind) is Literal:
        return " or ".join(map(str, inner))
    if is_several(kind):
        several = "one or more" if get_origin(kind) is tuple else "a list"
        return f"{several}, each {words(inner[0])}" if inner else several
    if get_origin(kind) in (dict, Mapping):
        return f"keys, each with {words(inner[1])}"
    if kind is Callable or get_origin(kind) is Callable:
        return "a function"
    if isinstance(kind, type) and kind not in WORDS:
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        return "a value" if kind is object else f"{article} {kind.__name__}"
    return WORDS.get(kind, "")


def _kind(parameter: inspect.Parameter) -> object:
    if parameter.annotation is not parameter.empty:
        return parameter.annotation
    default = parameter.default
    if isinstance(default, tuple) and default:
        return tuple[type(default[0]), ...]
    if default is parameter.empty:
        return float
    return type(default) if type(default) in WORDS and default is not None else None


def _read(texts: Sequence[str], kind: object) -> object:
    """The value of the first alternative that fits; a ValueError if none does."""
    for each in alternatives(kind):
        with suppress(ValueError, RuntimeError):  # a home that nobody knows, in a path
            if fits(value := _read_one(texts, each), each):
                return value
    raise ValueError


def _read_one(texts: Sequence[str], kind: object) -> object:
    inner = get_args(kind)
    if is_several(kind):
        return tuple(_read([each], inner[0]) for each in texts)
    (text,) = texts
    if get_origin(kind) is Annotated:
        return _read(texts, inner[0])
    if get_origin(kind) is Literal:
        return dict(zip(map(str, inner), inner, strict=True)).get(text)
    if kind is Path:
        return Path(text).expanduser() if text else ""
    return kind(text) if kind in (int, float) else text
