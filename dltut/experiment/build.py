"""Objects from the nodes of a tree, in one pass: what is called stands in a table."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from types import MappingProxyType

from dltut.exceptions import InputError, NoFile, nearest, printable
from dltut.experiment.part import Part, named_inside, refusals
from dltut.experiment.tree import Call, File, Items, Keys, Name, Node, Place, Scalar
from dltut.machine.arguments import ArgumentError, alternatives, checked_arguments, kinds

PICKLE = "!pkl"  # in the table: what reads the file of ``!pkl: file``
NONE = MappingProxyType({})


def build(
    node: Node,
    names: Mapping[str, Callable | str],
    context: Mapping[str, object] = NONE,
    memo: dict | None = None,
) -> object:
    """What a node stands for.

    Parameters
    ----------
    node : Node
        Of `dltut.experiment.reading.parsed`.
    names : dict
        {dotted name: adapter}, or a text that says why there is none. An adapter is called with the
        arguments that its signature names, each of the kind that its annotation says. ``!import``
        gives the adapter itself. The entry ``"!pkl"``, if there is one, is called with the path
        that ``!pkl`` gives. What an adapter annotates as `os.PathLike` is a file in the folder of
        the runs: a name that leads out of it is refused before anything is made.
    context : dict, optional
        {parameter: value}: what an adapter that has a parameter of this name is given; no file can
        give it.
    memo : dict, optional
        {node: object} of what is made already, so that several trees of one text share it.

    Returns
    -------
    object
        The same node gives the same object, so an alias gives that of its anchor.

    Raises
    ------
    InputError
        With file, line and column: if a name is not in the table, an argument does not fit, or
        what is called refuses it.

    Examples
    --------
    >>> from dltut.experiment.reading import parsed
    >>> def scaled(value: float, by: float = 2.0): return value * by
    >>> names = {"a.scaled": scaled}
    >>> number, function = build(
    ...     parsed("[!obj:a.scaled {value: 1}, !import a.scaled]", "my.yaml"), names
    ... )
    >>> number, function is scaled
    (2.0, True)
    >>> build(parsed("!obj:a.scaled {value: 1, bye: 3}", "my.yaml"), names)
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: my.yaml:1:26: a.scaled: there is no bye; did you mean by?
    """
    memo = {} if memo is None else memo
    if node not in memo:
        memo[node] = _built(node, names, context, memo)
    return memo[node]


@contextmanager
def placed(place: Place) -> Iterator[None]:
    """Let an `InputError` of the block begin with a place.

    Raises
    ------
    InputError
        The same, with the place.
    """
    try:
        yield
    except InputError as error:
        kind = NoFile if isinstance(error, NoFile) else InputError
        raise kind(f"{place}: {error}") from None


def _built(node: Node, names: Mapping, context: Mapping, memo: dict) -> object:
    match node:
        case Scalar():
            return node.value
        case Items():
            return [build(each, names, context, memo) for each in node.items]
        case Call():
            return _called(node, names, context, memo)
        case Keys():
            return {key: build(each, names, context, memo) for key, each in node.items.items()}
        case Name():
            return _known(node, names)
        case File():
            with placed(node.place):
                if PICKLE not in names:
                    raise InputError("!pkl is not read here: name the file in another way")
                return names[PICKLE](node.path)


def _called(node: Call, names: Mapping, context: Mapping, memo: dict) -> object:
    make = _known(node, names)
    takes = kinds(make)
    filled = {name: value for name, value in context.items() if name in takes}
    # The keys are looked at before anything is made of their values: a file is refused early.
    for key in node.items:
        if takes.get(key) is None or key in filled:
            valid = [
                name for name, kind in takes.items() if kind is not None and name not in filled
            ]
            hint = nearest(key, valid) if valid else "it takes no arguments"
            raise InputError(
                f"{node.places[key]}: {node.name}: there is no {printable(key)}; {hint}"
            )
        if PathLike in alternatives(takes[key]) and isinstance(value := node.items[key], Scalar):
            with placed(value.place):
                if value.value is not None:
                    named_inside(str(value.value))
    given = {key: build(each, names, context, memo) for key, each in node.items.items()}
    try:
        arguments = checked_arguments(make, given, node.name, filled)
    except ArgumentError as error:
        place = node.items[error.argument].place if error.argument in node.items else node.place
        raise InputError(f"{place}: {error}") from None
    with placed(node.place), refusals(node.name):
        built = make(**arguments, **filled)
    if isinstance(built, Part) and not built.keys:  # what it makes may be refused later
        built = replace(built, keys=(node.place,))
    return built


def _known(node: Call | Name, names: Mapping[str, Callable | str]) -> Callable:
    if node.name not in names or node.name == PICKLE:
        raise InputError(f"{node.place}: there is no {printable(node.name)}; {_near(node, names)}")
    known = names[node.name]
    if isinstance(known, str):
        raise InputError(f"{node.place}: there is no {node.name}: {known}")
    return known


def _near(node: Call | Name, names: Mapping[str, Callable]) -> str:
    """The nearest name: one with the same last word, or one that is spelt alike."""
    last = node.name.rpartition(".")[2]
    known = [name for name, each in names.items() if callable(each) and name != PICKLE]
    same = [name for name in known if name.rpartition(".")[2] == last]
    return f"did you mean {same[0]}?" if same else nearest(node.name, known)
