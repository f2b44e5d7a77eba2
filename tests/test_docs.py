"""The pages keep their word: code runs, every page is reached, every public name is described."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
import runpy
import shlex
import shutil
import textwrap
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import pytensor
import pytest

import dltut
from dltut.commands.cli import function_of

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *(path for path in sorted(DOCS.rglob("*.rst")) if "_build" not in path.parts),
    ROOT / "README.rst",
]
NOT_PAGES = {"conf.py", "downloads.py", "mathml.py", "quoting.py", "theano_names.py"}
BLOCK = re.compile(
    r"^(?P<indent> *)\.\. code-block:: (?P<language>\w+)\n(?P<body>(?:(?:(?P=indent) +.*)?\n)+)"
    r"|^(?P<doctest> *>>> .*\n(?:.*\S.*\n)*)",
    re.MULTILINE,
)
NOT_RUN = re.compile(r"^ *\.\. not run: \w.*\Z", re.MULTILINE)  # the reason, before the block
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@dataclass
class Block:
    """Some lines of a page that belong together: a directive's body, or a doctest."""

    line: int  # of the first one in the page
    text: str
    is_doctest: bool = False
    not_run: bool = False

    def run(self, names, page):
        """Run it in a namespace, as a reader would who types it in."""
        if not self.is_doctest:
            exec(compile("\n" * (self.line - 1) + self.text, str(page), "exec"), names)
            return
        examples = doctest.DocTestParser().get_examples(self.text)
        test = doctest.DocTest(examples, {}, page.stem, str(page), self.line - 1, self.text)
        test.globs, said = names, []
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        runner.run(test, out=said.append, clear_globs=False)
        assert not runner.failures, "".join(said)


def blocks(page, language="python"):
    """The code blocks of a language in a page, doctests among those of Python, in order."""
    text = page.read_text(encoding="utf-8") + "\n"
    for found in BLOCK.finditer(text):
        if (found["language"] or "python") == language:
            group = "body" if found["language"] else "doctest"
            line = text.count("\n", 0, found.start(group)) + 1
            code = textwrap.dedent(found[group])
            not_run = NOT_RUN.search(text[: found.start()].rstrip()) is not None
            yield Block(line, code, code.lstrip().startswith(">>> "), not_run)


def named(pages):
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


@pytest.mark.parametrize(
    "page", named(page for page in PAGES if any(blocks(page)) and page.parent != ROOT)
)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    """That of README.rst runs in its own test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")  # for commands, which set the mode
    for name in re.findall(r":download:`(?:[^`]*<)?([^`>]*)", page.read_text(encoding="utf-8")):
        shutil.copy(page.parent / name, tmp_path)  # as a reader would, who wants to follow
    names = {"__name__": "page"}
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        for block in blocks(page):
            if not block.not_run:
                block.run(names, page)


def test_blocks_are_found(tmp_path):
    page = tmp_path / "page.rst"
    page.write_text(
        ".. code-block:: python\n\n    a = 1\n\n    b = 2\n\nText.\n\n>>> a + b\n3\n\n"
        ".. not run: it needs a GPU\n\n.. code-block:: python\n\n    c = 3\n\n"
        "* item\n\n  .. code-block:: bash\n\n      make train\n"
    )
    found = list(blocks(page))
    assert [(b.line, b.text.split(), b.is_doctest, b.not_run) for b in found] == [
        (2, ["a", "=", "1", "b", "=", "2"], False, False),
        (9, [">>>", "a", "+", "b", "3"], True, False),
        (15, ["c", "=", "3"], False, True),
    ]
    assert [b.text.strip() for b in blocks(page, "bash")] == ["make train"]
    names = {}
    for block in found[:2]:
        block.run(names, page)
    with pytest.raises(AssertionError, match=r"Expected:\s+4\s+Got:\s+3"):
        Block(9, ">>> a + b\n4\n", is_doctest=True).run(names, page)


def test_parts_of_your_own_are_short():
    code = "\n".join(
        block.text
        for block in blocks(DOCS / "howto" / "your_own_parts.rst")
        if not block.is_doctest
    )
    parts = [
        node for node in ast.parse(code).body if isinstance(node, ast.ClassDef | ast.FunctionDef)
    ]
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in parts}
    assert len(lengths) == 9 and max(lengths.values()) <= 25


def commands():
    """(page, words) of every command line in the pages that begins with python."""
    for page in PAGES:
        for block in blocks(page, "bash"):
            for line in block.text.replace("\\\n", " ").split("\n"):
                words = shlex.split(line, comments=True)
                if words[:1] == ["python"]:
                    yield page.name, words[1:]


def test_commands_exist_and_take_these_flags(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")  # as for a program that is started there
    wrong = []
    for page, words in commands():
        known = flags_of_script(words[0]) if words[0] != "-m" else flags_of(function_of(words[2]))
        given = {re.sub("^--(no-)?|=.*", "", word) for word in words if word.startswith("--")}
        wrong += [f"{page}: {' '.join(words)}: --{each}" for each in given - known - {"help"}]
    assert not wrong, "\n".join(wrong)


def flags_of_script(path):
    """The flags of the function that a script runs; a solution has none."""
    if path.startswith("docs/solutions/"):
        return set()
    [name] = re.findall(r"^    (?:flags\.)?run\((\w+)\)$", (ROOT / path).read_text(), re.MULTILINE)
    return flags_of(runpy.run_path(str(ROOT / path))[name])


def flags_of(function):
    """The names of a function's flags: of its parameters, and of the fields of dataclasses."""
    names = []
    for name, parameter in inspect.signature(function, eval_str=True).parameters.items():
        kind = parameter.annotation
        names += [each.name for each in fields(kind)] if is_dataclass(kind) else [name]
    return {name.replace("_", "-") for name in names}


def toctree(page):
    """The documents that a page's toctrees list, as paths without their suffix."""
    text = page.read_text(encoding="utf-8")
    for body in re.findall(r"^\.\. toctree::\n((?:(?:   .*)?\n)+)", text, re.MULTILINE):
        for entry in re.findall(r"^   (?!:)(?:.*<(.*)>|(\S+))$", body, re.MULTILINE):
            name = "".join(entry)
            if "*" in name:
                yield from (each.with_suffix("") for each in page.parent.glob(name))
            else:
                yield (page.parent / name).resolve()


def test_every_page_is_reached_and_none_is_missing():
    waiting, reached, missing = [DOCS / "index.rst"], set(), set()
    while waiting:
        page = waiting.pop()
        reached.add(page.with_suffix(""))
        for document in toctree(page):
            sources = [*document.parent.glob(f"{document.name}.*")]
            if not sources:
                missing.add(str(document.relative_to(DOCS)))
            waiting += [each for each in sources if each.suffix == ".rst"]
            reached |= {each.with_suffix("") for each in sources}
    assert not missing
    there = {
        path.with_suffix("")
        for suffix in ("rst", "md", "ipynb", "py")
        for path in DOCS.rglob(f"*.{suffix}")
        if path.name not in NOT_PAGES and not {"_build", "solutions", "speed"} & set(path.parts)
    }
    assert not {str(path.relative_to(DOCS)) for path in there - reached}


def test_code_is_quoted_by_name_and_not_by_line():
    quotes = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
    pattern = r"\.\. literalinclude:: .*\n(?: +:.*\n)* +:lines:"
    assert not [name for name, text in quotes.items() if re.search(pattern, text)]


PLACE = re.compile(r"``((?:benchmarks|data|docs|dltut|scripts|tests)/[\w./-]+)``")


def test_places_that_are_named_are_there():
    texts = {page: page.read_text(encoding="utf-8") for page in [*PAGES, *ROOT.glob("*.rst")]}
    missing = {
        f"{page.relative_to(ROOT)}: {place}"
        for page, text in texts.items()
        for place in PLACE.findall(text)
        if not (ROOT / place).exists() and "/x" not in place
    }
    assert not missing, "\n".join(sorted(missing))


def public():
    """{object: dotted name} of all that users may call: what packages export, what modules hold."""
    names = {}
    for info in pkgutil.walk_packages(dltut.__path__, "dltut."):
        inner = info.name.removeprefix("dltut.")
        rooms = inner.startswith(("machine.", "commands.", "experiment."))
        if inner.startswith(("kernels", "theano", "__main__")) or (  # theano's are in a table
            "." in inner and not (info.ispkg or rooms)
        ):
            continue
        module = importlib.import_module(info.name)
        for name in getattr(module, "__all__", defined_in(module)):
            given = getattr(module, name)
            whole = defined_in(given) if inspect.ismodule(given) else [name]
            home = given if inspect.ismodule(given) else module
            names |= {
                identity(getattr(home, each)): f"{home.__name__}.{each}"
                for each in whole
                if callable(getattr(home, each))
            }
    return names


def defined_in(module):
    """Names of a module's own public functions and classes."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


def identity(value):
    return value.__module__, value.__qualname__


def described():
    """What the API pages describe with autodoc."""
    for page in (DOCS / "api").glob("*.rst"):
        module = ""
        pattern = r"^\.\. (currentmodule|auto\w+):: (\S+)\n((?:   :.*\n)*)"
        for kind, name, options in re.findall(pattern, page.read_text(), re.MULTILINE):
            if kind == "currentmodule":
                module = name
            elif kind == "automodule":
                module, given = name, importlib.import_module(name)
                members = re.search(r":members:(.*)", options)
                listed = [each.strip() for each in members[1].split(",")] if members else []
                if listed == [""]:
                    listed = getattr(given, "__all__", defined_in(given))
                left_out = re.search(r":exclude-members:(.*)|$", options)[1] or ""
                listed = set(listed) - set(left_out.replace(",", " ").split())
                yield from (identity(getattr(given, each)) for each in listed)
            else:
                whole = name if name.startswith("dltut.") else f"{module}.{name}"
                home, _, last = whole.rpartition(".")
                yield identity(getattr(importlib.import_module(home), last))


def test_every_public_name_is_described():
    names, found = public(), set(described())
    assert not sorted(name for key, name in names.items() if key not in found)
    assert len(names) > 100
