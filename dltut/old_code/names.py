"""Which of Theano's names a program uses, and how often: read from its source, which never runs."""

import ast
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dltut.exceptions import InputError, printable, quoted
from dltut.machine.files import read_plain
from dltut.old_code.source import decoded, read, tree_of

MODULES = frozenset(  # the last words of Theano's modules
    """tensor nnet signal conv pool downsample sandbox cuda rng_mrg config gof compile printing
    gradient ifelse scan_module sparse shared_randomstreams misc typed_list gpuarray linalg
    slinalg nlinalg extra_ops basic raw_random""".split()
)
SKIPPED = frozenset("build dist node_modules site-packages venv __pycache__".split())


@dataclass
class Use:
    """A name of Theano's in a program.

    Attributes
    ----------
    name : str
        Dotted, from ``theano`` on, whatever the program calls it.
    places : list of str
        FILE:LINE of each use.
    """

    name: str
    places: list[str] = field(default_factory=list)


@dataclass
class Found:
    """What was found in files.

    Attributes
    ----------
    uses : dict
        {name: Use}.
    files : int
        How many were read.
    unread : dict
        {file: why it could not be}.
    """

    uses: dict[str, Use] = field(default_factory=dict)
    files: int = 0
    unread: dict[str, str] = field(default_factory=dict)


def uses_in(place: str | Path, public: Callable[[str], Iterable[str]] = lambda module: ()) -> Found:
    """The Theano names in a file, or in all the files of a folder.

    Parameters
    ----------
    place : path
        A ``.py`` or ``.ipynb`` file, or a folder of them.
    public : callable
        As `names_in` takes it.

    Returns
    -------
    Found
        Files that neither Python reads stand in ``unread``.

    Raises
    ------
    InputError
        If nothing is there.
    """
    place = Path(place)
    if not place.exists():
        raise InputError(f"there is no file or folder {quoted(place)}: check its name")
    found = Found()
    for path in files_of(place):
        shown = str(path.relative_to(place)) if place.is_dir() else path.name
        found.files += 1
        try:
            text = text_of(path)
            if "theano" not in text:
                continue
            for name, line in names_in(tree_of(text, shown)[0], public):
                found.uses.setdefault(name, Use(name)).places.append(f"{shown}:{line}")
        except (InputError, SyntaxError) as error:
            found.unread[shown] = printable(getattr(error, "msg", None) or error)
        except RecursionError:
            found.unread[shown] = "nested too deeply"
    return found


def files_of(place: Path) -> Iterator[Path]:
    """The programs in a folder, or the file itself.

    Parameters
    ----------
    place : path
        Whatever is built, installed or hidden in it is left out.
    """
    if not place.is_dir():
        yield place
        return
    for path in sorted([*place.rglob("*.py"), *place.rglob("*.ipynb")]):
        parts = path.relative_to(place).parts
        if path.is_file() and not any(each in SKIPPED or each[0] == "." for each in parts):
            yield path


def text_of(path: Path) -> str:
    """The program in a file; of a notebook, its cells without what only notebooks know.

    Parameters
    ----------
    path : path
        Of a file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if path.suffix != ".ipynb":
        return read(path)
    try:
        book = json.loads(decoded(read_plain(path)))
        cells = book["cells"] if "cells" in book else book["worksheets"][0]["cells"]
        texts = [
            "".join(cell.get("source", cell.get("input", "")))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise InputError("it is no notebook") from None
    lines = "\n".join(each for each in texts if not each.startswith("%%")).split("\n")
    return "\n".join("pass" if each.lstrip()[:1] in ("%", "!", "?") else each for each in lines)


def names_in(
    tree: ast.Module, public: Callable[[str], Iterable[str]] = lambda module: ()
) -> Iterator[tuple[str, int]]:
    r"""(name, line) of every use: what is imported, and chains of attributes as far as they go.

    Parameters
    ----------
    tree : ast.Module
        A file.
    public : callable
        From the name of a module to those that ``import *`` takes from it.

    Examples
    --------
    >>> text = "import theano.tensor as T\nnnet = T.nnet\ny = nnet.sigmoid(T.dot(x, W).T)"
    >>> [name for name, line in names_in(ast.parse(text))]
    ['theano.tensor', 'theano.tensor.nnet', 'theano.tensor.nnet.sigmoid', 'theano.tensor.dot']
    """
    reader, nodes = _Reader(), list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            reader.learn_modules(node)
        elif isinstance(node, ast.ImportFrom) and is_theano(node.module) and not node.level:
            reader.learn_names(node, public)
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            reader.learn_alias(node.targets[0].id, node.value)
    reader.visit(tree)
    yield from sorted(reader.found, key=lambda each: each[1])


def is_theano(name: str | None) -> bool:
    """Whether a dotted name begins with Theano's.

    Examples
    --------
    >>> is_theano("theano.tensor"), is_theano("theano_lstm")
    (True, False)
    """
    return (name or "").partition(".")[0] == "theano"


class _Reader(ast.NodeVisitor):
    """Follows names to Theano, function by function."""

    def __init__(self):
        self.aliases: dict[str, str] = {}
        self.hidden: list[set[str]] = []
        self.found: list[tuple[str, int]] = []

    def learn_modules(self, node: ast.Import):
        for each in node.names:
            if is_theano(each.name):
                self.aliases[each.asname or "theano"] = each.name if each.asname else "theano"
                if "." in each.name:
                    self.found.append((each.name, node.lineno))

    def learn_names(self, node: ast.ImportFrom, public: Callable):
        for each in node.names:
            if each.name == "*":
                self.aliases = {
                    name: f"{node.module}.{name}" for name in public(node.module)
                } | self.aliases
                self.found.append((node.module, node.lineno))
            else:
                self.aliases[each.asname or each.name] = f"{node.module}.{each.name}"
                self.found.append((f"{node.module}.{each.name}", node.lineno))

    def learn_alias(self, name: str, value: ast.AST):
        """``T = theano.tensor``."""
        chain = self.chain(value)
        if chain and chain.rpartition(".")[2] in MODULES and name not in self.aliases:
            self.aliases[name] = chain

    def chain(self, node: ast.AST) -> str | None:
        """The Theano name of an expression, if it is one."""
        if isinstance(node, ast.Attribute):
            base = self.chain(node.value)
            return base and f"{base}.{node.attr}"
        known = isinstance(node, ast.Name) and not any(node.id in each for each in self.hidden)
        return self.aliases.get(node.id) if known else None

    def visit_Attribute(self, node):
        if chain := self.chain(node):
            self.found.append((chain, node.lineno))
        else:
            self.generic_visit(node)

    def visit_Name(self, node):
        chain = self.chain(node) if isinstance(node.ctx, ast.Load) else None
        if chain and chain != "theano":
            self.found.append((chain, node.lineno))

    def visit_FunctionDef(self, node):
        own = [node.args.vararg, node.args.kwarg, *node.args.args]
        own += [*node.args.posonlyargs, *node.args.kwonlyargs]
        hidden = {each.arg for each in own if each is not None}
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        for each in getattr(node, "decorator_list", []):
            self.visit(each)
        self.hidden.append(hidden | _bound(node))
        for each in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(each)
        self.hidden.pop()

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef


def _bound(function: ast.AST) -> set[str]:
    """The names that a function gives values to, and does not import or share."""
    names, others = set(), set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            others.update(node.names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            others.update(each.asname or each.name.partition(".")[0] for each in node.names)
    return names - others
