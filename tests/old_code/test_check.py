"""The table of names, and what becomes of each."""

import runpy
import sys

import pytest

from dltut.old_code.check import check, verdict


def test_what_is_served_and_what_is_unknown(tmp_path, capsys):
    (tmp_path / "old.py").write_text(
        "import theano.tensor as T\nprint T.exp(T.dot(x, y)), T.exp(x), T.expp(x)\n"
    )
    assert not check(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[:4]] == [
        ["theano.tensor.exp", "2", "served"],
        ["theano.tensor", "1", "served"],
        ["theano.tensor.dot", "1", "served"],
        ["theano.tensor.expp", "1", "unknown:"],
    ]
    assert "did you mean exp" in lines[3] and "(old.py:2)" in lines[3]
    assert lines[-1] == (
        "80.0 % served: 4 of 5 uses of 4 names in 1 file; 0 names refused, 1 name unknown"
    )


def test_all_served(tmp_path, capsys):
    (tmp_path / "old.py").write_text("import theano\ntheano.shared(0).name\n")
    assert check(tmp_path / "old.py")
    assert "100.0 % served: 1 of 1 use of 1 name in 1 file" in capsys.readouterr().out


def test_nothing_of_theano_s(tmp_path, capsys):
    (tmp_path / "new.py").write_text("import numpy\n")
    assert check(tmp_path)
    assert capsys.readouterr().out == "no name of Theano's in 1 file\n"


@pytest.mark.parametrize(
    "name", ["theano.shared", "theano.tensor.nnet.sigmoid", "theano.config.floatX.upper"]
)
def test_names_that_are_served(name):
    assert verdict(name).kind == "served"


def test_a_name_that_nobody_knows_names_the_nearest():
    found = verdict("theano.tensor.softmx")
    assert found.kind == "unknown"
    assert "theano.tensor has no softmx" in found.reason


def test_the_table_of_names_is_that_of_the_code(repository):
    """Made anew by ``python docs/theano_names.py``."""
    made = runpy.run_path(str(repository / "docs" / "theano_names.py"))
    there = made["read"]()
    assert len(there) > 200
    assert list(made["rows"](row[:2] for row in there)) == there
    assert [row[0] for row in there if row[2] == "unknown"] == []


def test_nothing_is_imported_from_the_folder(tmp_path, capsys, monkeypatch):
    (tmp_path / "checked_module.py").write_text("raise SystemExit('imported')\n")
    (tmp_path / "old.py").write_text("import theano, checked_module\ntheano.scan\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert check(tmp_path)
    assert str(tmp_path) not in sys.path
    assert "checked_module" not in sys.modules
