"""Source of either language, and what is neither."""

import ast
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.old_code.source import decoded, parse, read

GRAMMAR = {
    "print 'a', 1": "print('a', 1)",
    "exec code in names": "exec(code, names)",
    "raise ValueError, 'bad'": "raise ValueError('bad')",
    "try: pass\nexcept IOError, e: pass": "try: pass\nexcept IOError as e: pass",
    "a <> b": "a != b",
    "`a`": "repr(a)",
    "0777L": "0o777",
    "ur'\\d'": "r'\\d'",
    "f(async=True)": "f(async_=True)",
}


@pytest.mark.parametrize("old", GRAMMAR, ids=GRAMMAR)
def test_the_grammar_of_python_2(old):
    found = parse(old, "old.py")
    assert found.is_python_2
    assert ast.dump(found.tree) == ast.dump(ast.parse(GRAMMAR[old]))


def test_print_is_a_function_where_the_file_says_so():
    text = "from __future__ import print_function\nprint('a', end='')\ntry: x\nexcept E, e: pass\n"
    assert "end" in ast.dump(parse(text, "old.py").tree)


def test_lines_stay_where_they_are():
    tree = parse("def f(a):\n    print a,\\\n  a\n\nlast = `1`\n", "old.py").tree
    assert tree.body[-1].lineno == 5


def test_tabs_and_spaces_may_be_mixed():
    assert parse("if x:\n        a = 1\n\tb = 2\n", "old.py").is_python_2


def test_what_neither_python_reads():
    with pytest.raises(SyntaxError) as raised:
        parse("print 'a'\nx = = 3\n", "old.py")
    assert raised.value.filename == "old.py"


def test_without_the_package_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fissix.pgen2.parse", None)
    with pytest.raises(InputError, match=r"old.py, line 2: .* pip install \"dltut\[theano\]\""):
        parse("\nprint 'a'\n", "old.py")
    assert parse("print('a')", "new.py").tree.body  # what is Python 3 needs no package


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("é".encode(), "é"),
        ("é".encode("latin-1"), "é"),
        ("# coding: latin-1\né".encode("latin-1"), "# coding: latin-1\né"),
        (b"\xef\xbb\xbfa\r\nb\rc\n", "a\nb\nc\n"),
    ],
)
def test_encodings_and_line_ends(content, text):
    assert decoded(content) == text


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none\.py cannot be read"):
        read(tmp_path / "none.py")


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_as_source(content):
    with suppress(SyntaxError, InputError):
        parse(decoded(content), "any.py")
