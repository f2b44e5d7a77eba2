"""YAML files as plain values: text, numbers, true, false, null, lists, mappings; no objects."""

import os
import re
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
    Values are made from YAML's nodes here, so no part of PyYAML that makes objects takes part.
    Numbers are those of YAML 1.2: 1e-4 is a float and 010 is ten; yes, no, on and off are text.
    """
    try:
        value = _document(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check its name") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8: a YAML file was expected") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}, line {mark.line + 1}" if mark else path
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        verdict = "" if isinstance(error, _Refused) else ": this is not YAML"
        raise InputError(f"{place}: {problem}{verdict}") from None
    if not isinstance(value, dict):
        raise InputError(f"{path} holds {value!r}; expected keys with values: batch_size: 20")
    return value


class _Refused(yaml.MarkedYAMLError):
    """Something that is YAML and not read here."""

    def __init__(self, mark: yaml.Mark, problem: str):
        super().__init__(problem=problem, problem_mark=mark)


class _Nodes(yaml.SafeLoader):
    """The nodes of a YAML text, which has neither tags nor references and is not deep."""

    depth = 0

    def compose_node(self, parent, index):
        """The next node, refused if it is more than a plain value."""
        event = self.peek_event()
        if self.depth > DEEPEST:
            problem = f"this stands in more than {DEEPEST} lists or keys: write it flat"
            raise _Refused(event.start_mark, problem)
        if tag := getattr(event, "tag", None):
            raise _Refused(
                event.start_mark,
                f"the tag {tag} asks for a Python object; a file holds plain values and names that "
                "dltut knows: take the tag away",
            )
        if name := event.anchor:
            raise _Refused(
                event.start_mark,
                f"anchors and aliases (&{name}, *{name}) are not read: write the value out",
            )
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _document(text: str) -> object:
    """The value of the one document in a text."""
    nodes = _Nodes(text)
    value = _value(nodes.get_node()) if nodes.check_node() else {}
    if nodes.check_node():
        raise _Refused(nodes.peek_event().start_mark, "a second document begins; one is read")
    return value


def _value(node: yaml.Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_value(each) for each in node.value]
    if isinstance(node, yaml.ScalarNode):
        text = VARIABLE.sub(lambda found: _variable(found[1], node.start_mark), node.value)
        return _plain(text) if node.style is None else text
    mapping = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Refused(key.start_mark, "a key is a plain word, such as batch_size")
        if key.value in mapping:
            raise _Refused(key.start_mark, f"the key {key.value} stands there twice: keep one")
        mapping[key.value] = _value(value)
    return mapping


def _plain(text: str) -> object:
    """What a text without quotes means."""
    if INTEGER.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    return WORDS.get(text.lower(), text)


def _variable(name: str, mark: yaml.Mark) -> str:
    """The value of an environment variable."""
    if name not in os.environ:
        near = close_match(name, os.environ)  # and never a list: it is nobody else's business
        hint = f"did you mean {near}?" if near else f"export {printable(name)}=..."
        problem = f"the environment has no variable {printable(name)}: set it; {hint}"
        raise _Refused(mark, problem)
    return os.environ[name]
