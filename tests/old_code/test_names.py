"""The Theano names in a program, counted by hand."""

import ast
import json
from collections import Counter

import pytest

from dltut.exceptions import InputError
from dltut.old_code.names import names_in, uses_in

PROGRAMS = {
    "import theano\ntheano.shared(1)\ntheano.config.floatX": "shared config.floatX",
    "import theano.tensor as T\nT.dot(T.exp(x), W).T": "tensor tensor.dot tensor.exp",
    "from theano import tensor as TT, function\nfunction([], TT.mean(y))":
        "tensor function function tensor.mean",
    "import theano.tensor.signal.pool\ntheano.tensor.signal.pool.pool_2d(x)":
        "tensor.signal.pool tensor.signal.pool.pool_2d",
    "import theano\nT = theano.tensor\nT.nnet.relu(x)": "tensor tensor.nnet.relu",
    "import theano.tensor as T\ndef f(T): return T.dot": "tensor",
    "import theano.tensor as T\ndef f(x, n=T.log): return lambda T: T.exp": "tensor tensor.log",
    "def f():\n    import theano.tensor as T\n    return T.sqr": "tensor tensor.sqr",
    "import theano\ntheano.config.floatX = 'float32'": "config.floatX",
    "import theano_lstm\ntheano_lstm.LSTM()": "",
    "from .theano import x\nx.y": "",
    "from theano.tensor import *\ndot(x, exp(y))": "tensor tensor.dot tensor.exp",
}  # fmt: skip


@pytest.mark.parametrize("text", PROGRAMS)
def test_names_as_they_are_used(text):
    found = [name for name, _ in names_in(ast.parse(text), lambda module: ["dot", "exp"])]
    assert Counter(found) == Counter(f"theano.{name}" for name in PROGRAMS[text].split())


def test_a_folder(tmp_path):
    (tmp_path / "old.py").write_text("import theano\nprint theano.shared, theano.shared\n")
    (tmp_path / "none.py").write_text("import numpy\n")
    (tmp_path / "bad.py").write_text("import theano\nx = = 3\n")
    hidden = tmp_path / ".git"
    hidden.mkdir()
    (hidden / "x.py").write_text("import theano\ntheano.scan\n")
    cells = [
        {"cell_type": "markdown", "source": ["theano"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import theano\n", "theano.scan"]},
    ]
    (tmp_path / "book.ipynb").write_text(json.dumps({"cells": cells}))
    found = uses_in(tmp_path)
    assert found.files == 4
    assert {name: use.places for name, use in found.uses.items()} == {
        "theano.shared": ["old.py:2", "old.py:2"],
        "theano.scan": ["book.ipynb:3"],
    }
    assert list(found.unread) == ["bad.py"]


def test_nothing_is_run(tmp_path):
    (tmp_path / "old.py").write_text("import theano\nopen('ran', 'w')\nraise SystemExit(9)\n")
    assert uses_in(tmp_path / "old.py").files == 1
    assert [path.name for path in tmp_path.iterdir()] == ["old.py"]


def test_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no file or folder"):
        uses_in(tmp_path / "none")
