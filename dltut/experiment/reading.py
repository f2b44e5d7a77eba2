"""YAML text read as a tree of nodes.

Two languages are read: our own, which has plain values alone, and that of Pylearn2's files, whose
tags ``!obj``, ``!import`` and ``!pkl`` become nodes of their own. Only the events of PyYAML's
parser are used; none of its parts that make objects, or even nodes, takes part.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from dltut.exceptions import InputError, close_match, nearest, printable, quoted
from dltut.experiment.tree import Call, File, Items, Keys, Name, Node, Place, Scalar, plain
from dltut.machine.files import plain_file

LARGEST = 100_000  # bytes
MOST = 3_000  # values, those that stand behind an alias counted each time
DEEPEST = 20
INTEGER = re.compile(r"[-+]?\d{1,300}")
FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
OLD_WORDS = {"yes": True, "on": True, "no": False, "off": False}  # in Pylearn2's files
VARIABLE = re.compile(r"\$\{([^}]*)\}|(\$\{)")
BLANK = re.compile(r"%(?:\((\w+)\)([sdifeg])|%)")
SURROGATE = re.compile("[\ud800-\udfff]")
TAG = re.compile(r"!(obj|import|pkl):?|!float")


def read_text(path: str | Path) -> str:
    """The text of an experiment's file.

    Raises
    ------
    InputError
        If it cannot be read, is larger than any experiment, or no text in UTF-8.
    """
    try:
        with plain_file(path) as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check its name") from None
    except ValueError:  # a NUL in the name
        raise InputError(f"{quoted(path)} cannot be the name of a file: check it") from None
    if len(content) > LARGEST:
        raise InputError(f"{path} is larger than {LARGEST:,} bytes: this is no experiment")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place_of(content[: error.start].decode("utf-8", "replace"), path)
        raise InputError(f"{place}: this is no text in UTF-8: a YAML file was expected") from None


def parsed(
    text: str,
    path: str | Path,
    blanks: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Node:
    """The tree of a YAML text.

    Parameters
    ----------
    text : str
    path : path
        For the places of the nodes.
    blanks : dict, optional
        What ``%(name)s``, ``%(name)i`` and ``%(name)f`` in the text stand for.
    environment : dict, optional
        What ``${NAME}`` in a value stands for; where it does not say, the environment's variable.

    Raises
    ------
    InputError
        With file, line and column: if it is no YAML; if it is too large or too deep; if a key
        stands twice, a tag is unknown, a blank or a variable has no value, or an anchor is inside
        of what it stands for.

    Notes
    -----
    Numbers are those of YAML 1.2: 1e-4 is a float and 010 is ten. In our own files yes, no, on and
    off are text; in Pylearn2's they are true and false, as there.

    Examples
    --------
    >>> node = parsed("{rate: 1e-4, layers: [&a {n: 5}, *a]}", "my.yaml")
    >>> node.items["rate"].value, str(node.items["rate"].place)
    (0.0001, 'my.yaml:1:8')
    >>> first, second = node.items["layers"].items
    >>> first is second
    True
    """
    path = str(path)
    text = _filled(text, path, blanks or {})
    try:
        return _Reader(text, path, environment or {}).document()
    except yaml.reader.ReaderError as error:
        place = _place_of(text[: error.position], path)
        problem = f"the character {quoted(chr(error.character))} cannot stand in a text"
    except yaml.MarkedYAMLError as error:
        mark, problem = error.problem_mark or error.context_mark, error.problem or error.context
        place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path, 1, 1)
    raise InputError(f"{place}: {problem}: this is not YAML")


def read_yaml(path: str | Path) -> dict:
    """The mapping that a YAML file of plain values holds.

    Parameters
    ----------
    path : path

    Raises
    ------
    InputError
        With the place: as `read_text` and `parsed`, if there is a tag, or it is no mapping.
    """
    node = parsed(read_text(path), path)
    value = plain(node)
    if not isinstance(value, dict):
        told = f"this is {printable(repr(value))}; expected keys with values: batch_size: 20"
        raise InputError(f"{node.place}: {told}")
    return value


def blanks_of(text: str) -> set[str]:
    """The names of the blanks in a text.

    Examples
    --------
    >>> sorted(blanks_of("rate: %(rate)f, n: %(n)i, share: 5 %"))
    ['n', 'rate']
    """
    return {found[1] for found in BLANK.finditer(text) if found[1]}


class _Reader:
    """The nodes of a text, from the events of the parser."""

    def __init__(self, text: str, path: str, environment: Mapping[str, str]):
        self.path, self.environment = path, environment
        self.events = self.parsed(text)
        self.anchors: dict[str, Node | None] = {}  # None while what it stands for is being read
        self.sizes: dict[int, tuple[int, int]] = {}  # values and floors of each node
        self.words = WORDS
        self.n = 0

    def document(self) -> Node:
        """The one node of the one document."""
        next(self.events)  # the stream begins
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return Keys(Place(self.path, 1, 1), {})
        node = self.node(next(self.events), 0)
        next(self.events)  # the document ends
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.refused(event, "a second document begins; one is read")
        return node

    def parsed(self, text: str) -> Iterator:
        """The events, with characters that there are."""
        loader = yaml.SafeLoader(text)
        while True:
            try:
                if not loader.check_event():
                    return
                event = loader.get_event()
            except (ValueError, OverflowError):  # of chr
                mark = loader.get_mark()
                place = Place(self.path, mark.line + 1, mark.column + 1)
                raise InputError(f"{place}: no character has this number: correct it") from None
            if isinstance(event, yaml.ScalarEvent) and SURROGATE.search(event.value):
                raise self.refused(event, f"half a character stands in {quoted(event.value)}")
            yield event

    def place(self, event) -> Place:
        return Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def refused(self, event, problem: str) -> InputError:
        return InputError(f"{self.place(event)}: {problem}")

    def node(self, event, depth: int) -> Node:
        """The node that begins with an event."""
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, depth)
        self.n += 1
        if self.n > MOST:
            raise self.refused(
                event, f"an experiment has at most {MOST:,} values: write it shorter"
            )
        if depth > DEEPEST:
            problem = f"this stands in more than {DEEPEST} lists or keys: write it flat"
            raise self.refused(event, problem)
        if event.anchor in self.anchors:
            raise self.refused(event, f"the anchor &{event.anchor} stands there twice: rename one")
        if event.anchor:
            self.anchors[event.anchor] = None
        tag = self.tag(event)
        if not depth and tag and tag.startswith("!obj"):
            self.words = WORDS | OLD_WORDS
        node = self.untagged(event, depth, tag)
        if event.anchor:
            self.anchors[event.anchor] = node
        children = node.items if isinstance(node, Items) else getattr(node, "items", {}).values()
        sizes = [self.sizes[id(each)] for each in children]
        size = 1 + sum(n for n, _ in sizes), 1 + max((deep for _, deep in sizes), default=0)
        self.sizes[id(node)] = self.bounded(event, size)
        return node

    def bounded(self, event, size: tuple[int, int]) -> tuple[int, int]:
        if size[0] > MOST or size[1] > DEEPEST + 1:
            problem = "the aliases in this stand for too much, written out: use fewer of them"
            raise self.refused(event, problem)
        return size

    def alias(self, event, depth: int) -> Node:
        name = event.anchor
        if name not in self.anchors:
            hint = nearest(name, self.anchors) if self.anchors else "none stands before it"
            raise self.refused(event, f"there is no anchor &{printable(name)}; {hint}")
        if self.anchors[name] is None:
            raise self.refused(event, f"*{name} stands inside of what it stands for: take it out")
        return self.anchors[name]

    def tag(self, event) -> str | None:
        """The tag, if it is one that is known."""
        tag = event.tag
        if tag in (None, "!") or (TAG.match(tag) and not tag.startswith("tag:")):
            return None if tag == "!" else tag
        raise self.refused(
            event,
            f"the tag {printable(tag)} asks for a Python object; a file holds plain values and "
            "names that dltut knows: take the tag away",
        )

    def untagged(self, event, depth: int, tag: str | None) -> Node:
        """The node of an event and of all up to its end."""
        place = self.place(event)
        if isinstance(event, yaml.SequenceStartEvent):
            if tag:
                raise self.refused(event, f"{printable(tag)} with a list: give {{key: value, ...}}")
            return Items(place, self.items(depth))
        if isinstance(event, yaml.MappingStartEvent):
            node = Keys(place, *self.keys(depth))
            return self.call(event, tag, node) if tag else node
        return self.scalar(event, tag)

    def items(self, depth: int) -> list[Node]:
        items = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return items
            if not depth:
                is_pylearn2 = getattr(event, "tag", None) and event.tag.startswith("!obj")
                self.words = WORDS | OLD_WORDS if is_pylearn2 else self.words
            items.append(self.node(event, depth + 1))
        return items

    def keys(self, depth: int) -> tuple[dict, dict]:
        items, places = {}, {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent) or event.tag not in (None, "!"):
                raise self.refused(event, "a key is a plain word, such as batch_size")
            key = event.value
            if key == "<<" and event.style is None:
                raise self.refused(event, "keys are not merged (<<): write them out")
            if key in items:
                raise self.refused(event, f"the key {printable(key)} stands there twice: keep one")
            places[key] = self.place(event)
            if event.anchor:
                raise self.refused(event, "a key has no anchor: take it away")
            items[key] = self.node(next(self.events), depth + 1)
        return items, places

    def call(self, event, tag: str, node: Keys) -> Call:
        kind, name = self.kind_and_name(event, tag)
        if kind != "!obj":
            raise self.refused(event, f"{kind} takes no keys: give it one name")
        return Call(node.place, node.items, node.places, self.name(event, name))

    def scalar(self, event, tag: str | None) -> Node:
        place = self.place(event)
        text = self.expanded(event)
        if tag is None:
            is_bare = event.style is None and event.tag != "!"
            return Scalar(place, self.value(event, text) if is_bare else text)
        kind, name = self.kind_and_name(event, tag)
        if kind == "!float":
            if not FLOAT.fullmatch(text):
                raise self.refused(event, f"!float is {quoted(text)}; expected a number")
            return Scalar(place, float(text))
        if name and text:
            raise self.refused(event, f"{kind} has two names, {quoted(name)} and {quoted(text)}")
        if kind == "!pkl":
            return File(place, name or text)
        name = self.name(event, name or text)
        return Name(place, name) if kind == "!import" else Call(place, {}, {}, name)

    def kind_and_name(self, event, tag: str) -> tuple[str, str]:
        kind, _, name = tag.partition(":")
        if kind not in ("!obj", "!import", "!pkl", "!float") or (kind == "!float" and name):
            raise self.refused(event, f"there is no tag {printable(tag)}: write !obj:name {{...}}")
        return kind, name

    def name(self, event, name: str) -> str:
        if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)+", name):
            raise self.refused(event, f"{quoted(name)} is no name with dots, such as a.module.Name")
        return name

    def value(self, event, text: str) -> object:
        """What a text without quotes means."""
        if INTEGER.fullmatch(text):
            return int(text)
        if re.fullmatch(r"[-+]?\d+", text):
            raise self.refused(event, f"{printable(text)} is longer than any number needed here")
        if FLOAT.fullmatch(text):
            return float(text)
        return self.words.get(text.lower(), text)

    def expanded(self, event) -> str:
        """The text, with the environment filled in."""

        def variable(found):
            name = found[1]
            if name is None:
                raise self.refused(event, "${ without } : close it, ${NAME}")
            if name in self.environment:
                return str(self.environment[name])
            if name in os.environ:
                return os.environ[name]
            # The nearest, and never a list: it is nobody else's business.
            near = close_match(name, [*self.environment, *os.environ])
            hint = f"did you mean {near}?" if near else f"export {printable(name)}=..."
            problem = f"the environment has no variable {printable(name)}: set it; {hint}"
            raise self.refused(event, problem)

        return VARIABLE.sub(variable, event.value)


def _filled(text: str, path: str, blanks: Mapping[str, str]) -> str:
    """A text with its blanks filled in; one that has none is left as it is."""
    names = blanks_of(text)
    if not names:
        return text

    def value(found):
        name, kind = found.groups()
        if name is None:
            return "%"
        place = _place_of(text[: found.start()], path)
        if name not in blanks:
            raise InputError(f"{place}: %({name}){kind} has no value: give --set {name}=...")
        return _formatted(str(blanks[name]), name, kind, place)

    return BLANK.sub(value, text)


def _formatted(text: str, name: str, kind: str, place: Place) -> str:
    """What stands in the place of a blank."""
    if kind == "s" and text.isprintable():
        return text
    if kind in "di" and INTEGER.fullmatch(text):
        return text
    if kind in "feg" and FLOAT.fullmatch(text):
        return repr(float(text))
    expected = {"s": "text in one line", "d": "a whole number", "i": "a whole number"}
    raise InputError(
        f"{place}: {name} is {quoted(text)}; expected {expected.get(kind, 'a number')}"
    )


def _place_of(before: str, path: str | Path) -> Place:
    """Where a text goes on after what stands before it, by YAML's own ends of lines."""
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", before)
    return Place(str(path), len(lines), len(lines[-1]) + 1)
