"""Pages as notebooks: docs/downloads.py on a small page, and all pages where they are built.

DLTUT_DOCS names the folder with the built pages; without it, they are not looked at.
"""

import ast
import doctest
import importlib
import json
import os
import re
import sys
from pathlib import Path

import pytest
from test_docs import DOCS, PAGES, blocks

sphinx = pytest.importorskip("sphinx.application", reason="pip install 'dltut[docs]'")
nodes = pytest.importorskip("docutils.nodes", reason="pip install 'dltut[docs]'")
pytest.importorskip("sphinx_copybutton", reason="pip install 'dltut[docs]'")

PAGE = """
A page
======

With :math:`x_1` and *words*:

.. code-block:: python

    import math

1. An item,

   .. code-block:: python

       a = math.floor(2.5)

>>> b = a + 1
>>> b
3
>>> b + 1
4

.. not run: it needs a GPU

.. code-block:: python

    import no_such_module

.. literalinclude:: quoted.py
   :pyobject: double
   :short-docstring:

.. math:: s = x W

==  ==
a   b
==  ==
1   2
==  ==
"""
QUOTED = 'def double(x):\n    """Twice x.\n\n    More.\n    """\n    return 2 * x\n'


def cells_of(path):
    return [(c["cell_type"], "".join(c["source"])) for c in json.loads(path.read_text())["cells"]]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The small page, as Sphinx builds it."""
    source = tmp_path_factory.mktemp("source")
    (source / "index.rst").write_text(PAGE)
    (source / "quoted.py").write_text(QUOTED)
    settings = {"extensions": ["quoting", "mathml", "downloads"], "html_math_renderer": "mathml"}
    before, sys.path[:] = list(sys.path), [str(DOCS), *sys.path]
    try:
        site = sphinx.Sphinx(
            source, None, source / "html", source / "trees", "html", settings, status=None
        )
        site.build()
    finally:
        sys.path[:] = before
    return source / "html"


def test_a_page_becomes_cells_in_its_order(built):
    cells = cells_of(built / "_notebooks" / "index.ipynb")
    assert [kind for kind, _ in cells] == "markdown code markdown code code code markdown".split()
    code = [source for kind, source in cells if kind == "code"]
    assert code == ["import math", "a = math.floor(2.5)", "b = a + 1\nb", "b + 1"]
    first, item, last = (source for kind, source in cells if kind == "markdown")
    assert first.startswith("# A page\n\n*From the documentation of dltut ")
    assert first.endswith("With $x_1$ and *words*:") and item == "1. An item,"
    quoted = '```python\ndef double(x):\n    """Twice x."""\n    return 2 * x\n```'
    assert quoted in last and "```python\nimport no_such_module\n```" in last
    assert "$$\ns = x W\n$$" in last and last.endswith("| a | b |\n| --- | --- |\n| 1 | 2 |")


def test_a_page_links_to_its_notebook(built):
    html = (built / "index.html").read_text()
    assert 'href="_notebooks/index.ipynb" download' in html and "<math" in html


def test_a_function_stands_apart_from_what_it_is_multiplied_by(monkeypatch):
    monkeypatch.syspath_prepend(DOCS)
    mathml = importlib.import_module("mathml")
    html = mathml.mathml(nodes.math(text=r"f + i \tanh(c_t) \log p - \exp(x)"), as_block=False)
    spaced = re.findall(rf"(\S+){mathml.THIN_SPACE}\s*(\S+)", html)
    assert [(a[-5:], b) for a, b in spaced] == [("</mi>", "<mi>tanh</mi>"), ("</mo>", "<mi>p</mi>")]


@pytest.fixture(scope="module")
def pages():
    if "DLTUT_DOCS" not in os.environ:
        pytest.skip("DLTUT_DOCS names no folder with built pages")
    return Path(os.environ["DLTUT_DOCS"])


def run_in_the_tests(page):
    """The code that the tests run of a page, as one program."""
    for block in blocks(page):
        if not block.not_run:
            parsed = doctest.DocTestParser().get_examples(block.text) if block.is_doctest else []
            yield "".join(each.source for each in parsed) or block.text


def test_every_page_with_code_is_a_notebook_of_the_same_code(pages):
    different = []
    for page in (page for page in PAGES if page.is_relative_to(DOCS)):
        name, code = page.relative_to(DOCS).with_suffix(""), "\n".join(run_in_the_tests(page))
        if code and name.parts[0] not in ("api", "contributing", "changes"):
            cells = cells_of(pages / "_notebooks" / f"{name}.ipynb")
            of_cells = "\n".join(source for kind, source in cells if kind == "code")
            if ast.dump(ast.parse(code)) != ast.dump(ast.parse(of_cells)):
                different.append(str(name))
    assert not different


def test_the_font_has_every_symbol_of_the_formulas(pages):
    pytest.importorskip("brotli", reason="pip install 'dltut[docs]'")
    from fontTools.ttLib import TTFont

    font = TTFont(DOCS / "static" / "fonts" / "texgyrepagella-math.woff2")
    used = set()
    for page in pages.rglob("*.html"):
        for formula in re.findall(r"<math.*?</math>", page.read_text(encoding="utf-8"), re.DOTALL):
            used |= set(re.sub(r"<[^>]*>|&\w+;|\s", "", formula))
    assert "∑" in used and not {each for each in used if ord(each) not in font.getBestCmap()}


def test_signatures_show_what_was_written(pages):
    api = "".join(path.read_text(encoding="utf-8") for path in pages.glob("api/*.html"))
    assert not re.findall(r"\bElemwise|scalar_op|&lt;function|object at 0x", api)
    assert "dltut 0." in api
