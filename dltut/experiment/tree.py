"""A tree of nodes, each of which knows where it stands in a file; nothing is made of it here."""

import json
from dataclasses import dataclass, field

from dltut.exceptions import ROOT, InputError


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; lines and columns count from 1.

    Examples
    --------
    >>> print(Place("mlp.yaml", 3, 7))
    mlp.yaml:3:7
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(eq=False)
class Node:
    """Something that stands in a file; behind an alias is the very node of its anchor."""

    place: Place


@dataclass(eq=False)
class Scalar(Node):
    """A plain value: text, a number, true, false or null."""

    value: str | int | float | bool | None


@dataclass(eq=False)
class Items(Node):
    """A list.

    Attributes
    ----------
    place : Place
    items : list of Node
    """

    items: list[Node]


@dataclass(eq=False)
class Keys(Node):
    """Values by their keys.

    Attributes
    ----------
    place : Place
    items : dict
        {key: Node}.
    places : dict
        {key: where the key itself stands}.
    """

    items: dict[str, Node]
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(eq=False)
class Call(Keys):
    """``!obj:name {argument: value}``: what a name makes of arguments.

    Attributes
    ----------
    place, items, places
        As of `Keys`.
    name : str
        With dots.
    """

    name: str = ""


@dataclass(eq=False)
class Name(Node):
    """``!import name``: what has a name with dots, itself."""

    name: str


@dataclass(eq=False)
class File(Node):
    """``!pkl: path``: what a file holds.

    Attributes
    ----------
    place : Place
    path : str
        As it is written.
    """

    path: str


def is_pylearn2(node: Node) -> bool:
    """Whether a tree is in the language of Pylearn2's files: it makes something by ``!obj``."""
    first = node.items[0] if isinstance(node, Items) and node.items else node
    return isinstance(first, Call)


def plain(node: Node) -> object:
    """The plain value that a node is: lists, dicts, text and numbers.

    Raises
    ------
    InputError
        If there is a tag of Pylearn2's files in it.

    Examples
    --------
    >>> from dltut.experiment.reading import parsed
    >>> plain(parsed("{rate: 1e-4, layers: [&a {n: 5}, *a]}", "my.yaml"))
    {'rate': 0.0001, 'layers': [{'n': 5}, {'n': 5}]}
    """
    match node:
        case Scalar():
            return node.value
        case Items():
            return [plain(each) for each in node.items]
        case Call() | Name() | File():
            raise InputError(
                f"{node.place}: the tag {_tag_of(node)} asks for a Python object; this file holds "
                "plain values and names that dltut knows: take the tag away"
            )
        case Keys():
            return {key: plain(each) for key, each in node.items.items()}


def described(node: Node) -> object:
    """A node as plain values, tags among them: what is kept in a run's config.json.

    Examples
    --------
    >>> from dltut.experiment.reading import parsed
    >>> described(parsed("!obj:a.B {n: 5, f: !import a.c}", "my.yaml"))
    {'!obj:a.B': {'n': 5, 'f': '!import a.c'}}
    """
    match node:
        case Scalar():
            return node.value
        case Items():
            return [described(each) for each in node.items]
        case Name() | File():
            return f"{_tag_of(node)} {node.name if isinstance(node, Name) else node.path}"
        case Keys():
            keys = {key: described(each) for key, each in node.items.items()}
            return {_tag_of(node): keys} if isinstance(node, Call) else keys


def undescribed(value: object, path: str) -> Node:
    """The node that `described` has told: what is told twice alike is the same node.

    Parameters
    ----------
    value : object
        Plain values, as JSON gives them.
    path : str
        For the places of the nodes.

    Examples
    --------
    >>> told = {"!obj:a.B": {"n": 5, "f": "!import a.c"}}
    >>> described(undescribed(told, "config.json")) == told
    True
    """
    return _undescribed(value, Place(path), {})


def _undescribed(value: object, place: Place, seen: dict) -> Node:
    key = json.dumps(value, sort_keys=True)
    if key not in seen:
        tag, _, name = str(value).partition(" ") if isinstance(value, str) else ("", "", "")
        match value:
            case list():
                node = Items(place, [_undescribed(each, place, seen) for each in value])
            case dict() if len(value) == 1 and (tag := next(iter(value))).startswith("!obj:"):
                [given] = value.values()
                items = {name: _undescribed(each, place, seen) for name, each in given.items()}
                node = Call(place, items, dict.fromkeys(items, place), tag.removeprefix("!obj:"))
            case dict():
                items = {name: _undescribed(each, place, seen) for name, each in value.items()}
                node = Keys(place, items, dict.fromkeys(items, place))
            case _ if tag == "!import":
                node = Name(place, name)
            case _ if tag == "!pkl:":
                node = File(place, name)
            case _:
                node = Scalar(place, value)
        seen[key] = node
    return seen[key]


def place_of(node: Node, keys: tuple) -> Place:
    r"""Where something stands that is found by keys and numbers of items; as near as there is.

    What has a key stands where its key stands. Among the keys may be a place, which is then the
    answer.

    Examples
    --------
    >>> from dltut.experiment.reading import parsed
    >>> node = parsed("rule:\n  - {name: sgd, rate: x}", "my.yaml")
    >>> print(place_of(node, ("rule", 0, "rate")), place_of(node, ("rule", 0, "momentum")))
    my.yaml:2:17 my.yaml:2:5
    """
    place = node.place
    for key in keys:
        if key is ROOT:
            continue
        if isinstance(key, Place):
            place = key
        elif isinstance(node, Keys) and key in node.items:
            place, node = node.places.get(key, place), node.items[key]
        elif isinstance(node, Items) and isinstance(key, int) and 0 <= key < len(node.items):
            node = node.items[key]
            place = node.place
        else:
            break
    return place


def _tag_of(node: Node) -> str:
    match node:
        case Call():
            return f"!obj:{node.name}"
        case Name():
            return "!import"
    return "!pkl:"
