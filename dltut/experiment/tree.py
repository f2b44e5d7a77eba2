"""YAML files as plain values: text, numbers, true, false, null, lists, mappings; no objects."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from dltut.exceptions import InputError, close_match, printable

INTEGER = re.compile(r"[-+]?\d+")
FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
DEEPEST = 20
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def read_yaml(path: str | Path) -> dict:
    """The mapping that a YAML file holds.

    Parameters
    ----------
    path : path
        ``${NAME}`` in a value stands for the environment variable of that name.

    Returns
    -------
    dict
        Text to int, float, bool, None, text, lists and dicts.

    Raises
    ------
    InputError
        If the file is missing, no YAML or no mapping; if a key stands twice; if there is a tag
        (``!!python/...``), an anchor or an alias; if an environment variable is not set.

    Notes
    -----
    Values are made from the parser's events, so no part of YAML that makes objects takes part.
    Numbers are those of YAML 1.2: 1e-4 is a float and 010 is ten; yes, no, on and off are text.
    """
    path = Path(path)
    try:
        value = _document(path, yaml.parse(_text(path), Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        place = _place(path, getattr(error, "problem_mark", None))
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise InputError(f"{place}: {problem}: this is no YAML") from None
    if not isinstance(value, dict):
        raise InputError(f"{path} holds {value!r}; expected keys with values: batch_size: 20")
    return value


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check its name") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8: a YAML file was expected") from None


def _document(path: Path, events: Iterator[yaml.Event]) -> object:
    next(events)  # the stream begins
    if isinstance(next(events), yaml.StreamEndEvent):
        return {}
    value = _value(path, events, next(events))
    next(events)  # the document ends
    after = next(events)
    if not isinstance(after, yaml.StreamEndEvent):
        raise InputError(f"{_place(path, after.start_mark)}: a second document begins; one is read")
    return value


def _value(path: Path, events: Iterator[yaml.Event], event: yaml.Event, depth: int = 0) -> object:
    place = _place(path, event.start_mark)
    if depth > DEEPEST:
        raise InputError(
            f"{place}: this stands in more than {DEEPEST} lists or keys: write it flat"
        )
    if getattr(event, "tag", None) is not None:
        raise InputError(
            f"{place}: the tag {event.tag} asks for a Python object; a file holds plain values and "
            "names that dltut knows: take the tag away"
        )
    if event.anchor is not None:
        raise InputError(
            f"{place}: anchors and aliases (&{event.anchor}, *{event.anchor}) are not read: "
            "write the value out"
        )
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(path, events, depth)
    if isinstance(event, yaml.SequenceStartEvent):
        ended = yaml.SequenceEndEvent
        return [_value(path, events, each, depth + 1) for each in _until(events, ended)]
    return _scalar(_filled_in(event.value, place), is_plain=event.style is None)


def _mapping(path: Path, events: Iterator[yaml.Event], depth: int) -> dict:
    mapping = {}
    for event in _until(events, yaml.MappingEndEvent):
        place = _place(path, event.start_mark)
        if not isinstance(event, yaml.ScalarEvent) or event.tag or event.anchor:
            raise InputError(f"{place}: a key is a plain word, such as batch_size")
        if event.value in mapping:
            raise InputError(f"{place}: the key {event.value} stands there twice: keep one")
        mapping[event.value] = _value(path, events, next(events), depth + 1)
    return mapping


def _until(events: Iterator[yaml.Event], ended: type[yaml.Event]) -> Iterator[yaml.Event]:
    while not isinstance(event := next(events), ended):
        yield event


def _scalar(text: str, is_plain: bool) -> object:
    if is_plain and INTEGER.fullmatch(text):
        return int(text)
    if is_plain and FLOAT.fullmatch(text):
        return float(text)
    return WORDS.get(text.lower(), text) if is_plain else text


def _filled_in(text: str, place: str) -> str:
    def value(match: re.Match) -> str:
        if match[1] not in os.environ:
            name = printable(match[1])
            near = close_match(name, os.environ)  # and never a list: it is nobody else's business
            hint = f"did you mean {near}?" if near else f"export {name}=..."
            raise InputError(f"{place}: the environment has no variable {name}: set it; {hint}")
        return os.environ[match[1]]

    return VARIABLE.sub(value, text)


def _place(path: Path, mark: yaml.Mark | None) -> str:
    return str(path) if mark is None else f"{path}, line {mark.line + 1}"
