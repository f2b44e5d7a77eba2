"""A tree with another value in it, as ``--set`` and phases ask for; the old one stays as it is."""

from dataclasses import replace

from dltut.exceptions import InputError, nearest, printable, quoted
from dltut.experiment.reading import parsed
from dltut.experiment.tree import File, Items, Keys, Node, Place, Scalar


def changed(node: Node, path: str, text: str) -> Node:
    """The tree with another value at a path, as ``--set rule.learning_rate=0.05`` gives it.

    Parameters
    ----------
    node : Node
        It stays as it is.
    path : str
        Keys and numbers of items, counted from 0, with dots between them. The last key may be new.
    text : str
        The value, in YAML.

    Raises
    ------
    InputError
        If there is nothing at the path, or the value is no YAML.

    Examples
    --------
    >>> from dltut.experiment.reading import parsed
    >>> from dltut.experiment.tree import plain
    >>> node = parsed("rule: {name: sgd, learning_rate: 0.1}", "my.yaml")
    >>> plain(changed(node, "rule.learning_rate", "0.05"))
    {'rule': {'name': 'sgd', 'learning_rate': 0.05}}
    """
    place = Place(f"--set {printable(path)}={printable(text)}")
    value = parsed(text, place.path)
    return _changed(node, path.split("."), _at(value, place, {}), place)


def replaced(node: Node, old: str, new: str) -> Node:
    """The tree with another text in the place of one, wherever it stands in a value.

    Parameters
    ----------
    node : Node
        It stays as it is; what has no such text stands in the new tree itself.
    old, new : str

    Examples
    --------
    >>> from dltut.experiment.reading import parsed
    >>> from dltut.experiment.tree import plain
    >>> node = parsed("{path: the_phase/a.pkl, n: 5}", "my.yaml")
    >>> plain(replaced(node, "the_phase", "phase1"))
    {'path': 'phase1/a.pkl', 'n': 5}
    """
    return _replaced(node, old, new, {})


def _replaced(node: Node, old: str, new: str, seen: dict) -> Node:
    if node not in seen:
        seen[node] = node
        match node:
            case Scalar(value=str() as text) if old in text:
                seen[node] = replace(node, value=text.replace(old, new))
            case File() if old in node.path:
                seen[node] = replace(node, path=node.path.replace(old, new))
            case Items():
                items = [_replaced(each, old, new, seen) for each in node.items]
                if any(a is not b for a, b in zip(items, node.items, strict=True)):
                    seen[node] = replace(node, items=items)
            case Keys():
                items = {k: _replaced(each, old, new, seen) for k, each in node.items.items()}
                if any(items[key] is not node.items[key] for key in items):
                    seen[node] = replace(node, items=items)
    return seen[node]


def _changed(node: Node, keys: list[str], value: Node, place: Place) -> Node:
    if not keys:
        return value
    key, *rest = keys
    if isinstance(node, Items):
        if not key.isdecimal() or int(key) >= len(node.items):
            told = f"the list there has {len(node.items)}: give a number from 0"
            raise InputError(f"{place}: there is no item {quoted(key)}; {told}")
        items = list(node.items)
        items[int(key)] = _changed(items[int(key)], rest, value, place)
        return replace(node, items=items)
    if not isinstance(node, Keys):
        raise InputError(f"{place}: {quoted(key)} would stand in a plain value; name a key of it")
    if key not in node.items and (rest or not key):
        hint = nearest(key, node.items) if node.items else "no key is there"
        raise InputError(f"{place}: there is no {printable(key)} in the file; {hint}")
    new = _changed(node.items[key], rest, value, place) if rest else value
    places = node.places if rest else node.places | {key: place}
    return replace(node, items=node.items | {key: new}, places=places)


def _at(node: Node, place: Place, seen: dict) -> Node:
    """A tree all of which stands at one place."""
    if id(node) not in seen:
        new = seen[id(node)] = replace(node, place=place)
        if isinstance(new, Items):
            new.items = [_at(each, place, seen) for each in node.items]
        if isinstance(new, Keys):
            new.items = {key: _at(each, place, seen) for key, each in node.items.items()}
            new.places = dict.fromkeys(new.items, place)
    return seen[id(node)]
