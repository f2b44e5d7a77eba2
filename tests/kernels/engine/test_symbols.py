"""On disk: what one process compiled the next one reads; meanwhile it waits, or helps elsewhere."""

import errno
import os
import subprocess
import sys
import threading
from types import SimpleNamespace
from uuid import uuid4

import llvmlite.binding as llvm
import pytest
from numba import types

from dltut.kernels.engine import symbols

PREPARE = """
from dltut.kernels.engine import gemm
from dltut.kernels.engine.symbols import kept

gemm.prepare("float64")
(product,) = kept().values()
print(sum(product.stats.cache_misses.values()), sum(product.stats.cache_hits.values()))
"""

GRAPH = """
import pytensor.tensor as pt
from dltut import function

x = pt.dvector("x")
f = function([x], x - 1, mode="NUMBA")
f([1.0])
stats = f._function.vm.jit_fn.stats
print(sum(stats.cache_misses.values()), sum(stats.cache_hits.values()))
"""


@pytest.mark.parametrize("program", [PREPARE, GRAPH])
def test_what_one_process_compiled_the_next_one_reads(program, tmp_path):
    flags = {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}

    def misses_and_hits():
        command = [sys.executable, "-c", program]
        run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **flags})
        return run.stdout.split() or run.stderr

    assert misses_and_hits() == ["1", "0"]
    assert misses_and_hits() == ["0", "1"]


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(symbols, "config", SimpleNamespace(base_compiledir=tmp_path))


def test_two_do_not_compile_the_same_at_a_time(own_folder):
    """The second one comes when the first has left; to another kernel, at once."""
    order, other = [], threading.Event()

    def second():
        other.set()
        with symbols.alone("kernel"):
            order.append("second")

    with symbols.alone("kernel"):
        thread = threading.Thread(target=second)
        thread.start()
        assert other.wait(10)
        thread.join(0.2)
        with symbols.alone("another"):
            order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


@pytest.fixture
def helping():
    """As in a process that compiles for others."""
    token = symbols.HELPING.set(True)
    yield
    symbols.HELPING.reset(token)


def test_what_has_only_a_name_is_compiled_when_it_is_wanted(own_folder):
    """As by the process of a graph, which goes on to kernels when it has the graph."""

    def fill(out):
        out[:] = 7

    symbol, arguments = f"a_test_{uuid4().hex}", (types.float64[::1],)
    token = symbols.NAMES_ALONE.set(True)
    try:
        symbols.add_symbol(symbol, fill, arguments)
        assert llvm.address_of_symbol(symbol) == symbols.NOWHERE
        assert symbol not in symbols.kept()
    finally:
        symbols.NAMES_ALONE.reset(token)
    symbols.add_symbol(symbol, fill, arguments)
    assert llvm.address_of_symbol(symbol) > symbols.NOWHERE
    assert symbol in symbols.kept()
    del symbols.kept()[symbol]


def test_who_helps_goes_on_to_something_else(own_folder, helping):
    """Where another is at a kernel, and where one was, unless that one has failed."""
    with symbols.alone("kernel"):
        with pytest.raises(BlockingIOError), symbols.alone("kernel"):
            pass
        with symbols.alone("another"):
            pass
    with pytest.raises(BlockingIOError), symbols.alone("kernel"):
        pass
    with pytest.raises(KeyError), symbols.alone("a third"):
        raise KeyError
    with symbols.alone("a third"):
        pass


def test_who_runs_a_kernel_reads_it_again(own_folder):
    for _ in range(2):
        with symbols.alone("kernel"):
            pass


def test_another_machine_compiles_for_itself(own_folder, helping, monkeypatch):
    with symbols.alone("kernel"):
        pass
    monkeypatch.setattr(symbols, "machine", lambda: "another")
    with symbols.alone("kernel"):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_there_are_no_locks_each_compiles_for_itself(own_folder, monkeypatch, code):
    def refuse(*arguments):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(symbols.fcntl, "flock", refuse)
    with symbols.alone("kernel"), symbols.alone("kernel"):
        pass
