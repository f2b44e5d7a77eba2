"""``import theano`` after ``import dltut.theano.install``, each in a process of its own."""

import subprocess
import sys

import pytest


def run(repository, code, **options):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, **options)


def test_everything_is_found_under_the_name_of_theano(repository):
    code = """
import dltut.theano.install
import theano, theano.tensor as T
import theano.tensor.signal.pool
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.signal import pool as again
import dltut.theano.sandbox.rng_mrg as ours
import dltut.theano.tensor
import importlib, pickle
assert ours.MRG_RandomStreams is MRG_RandomStreams
assert theano.tensor is dltut.theano.tensor is T
assert again is theano.tensor.signal.pool
assert dltut.theano.tensor.__spec__.name == 'dltut.theano.tensor'
assert importlib.import_module('theano.ifelse') is importlib.import_module('dltut.theano.ifelse')
from theano.compat import six
from theano.compat.six.moves import xrange
assert xrange is range and six.PY3
from theano.tensor import *
assert exp is T.exp
try:
    import theano.no_such_thing
except ImportError as error:
    print(error)
import dltut.theano.install
"""
    ended = run(repository, code)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "there is no module theano.no_such_thing here\n"


def test_a_real_theano_is_not_replaced(repository):
    code = "import sys, types; sys.modules['theano'] = types.ModuleType('theano')\n"
    ended = run(repository, code + "import dltut.theano.install")
    last = ended.stderr.strip().splitlines()[-1]
    assert "another theano is imported already" in last


@pytest.mark.parametrize("code", ["import dltut", "import dltut.commands.cli"])
def test_it_costs_nobody_anything(repository, code):
    """Who does not ask for Theano's names does not load them."""
    shown = run(repository, f"{code}; import sys; print(*sys.modules)", check=True).stdout.split()
    assert [name for name in shown if "theano" in name and name != "dltut.machine.theanorc"] in (
        [],
        ["dltut.commands.theano"],
    )
    assert not [name for name in shown if name.startswith("dltut.old_code")]
