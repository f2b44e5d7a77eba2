"""What is compiled is compiled once, by other processes, and holds no data."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path
from types import SimpleNamespace

import llvmlite.binding as llvm
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from numba.core import event
from pytensor.graph.op import Op

from dltut import function
from dltut.kernels.engine import linker
from dltut.kernels.engine.linker import KernelLinker
from dltut.kernels.engine.symbols import kept

PROGRAM = """
import os
import numpy as np
import pytensor.tensor as pt
from numba.core import event

from dltut import function
from dltut.nn import errors, negative_log_likelihood

listener = event.RecordingListener()
event.register("numba:compile", listener)
forks, fork = [], os.fork
os.fork = lambda: forks.append(1) or fork()
x, y = pt.matrix("x", dtype="float64"), pt.ivector("y")
both = function([x, y], [negative_log_likelihood(x, y), errors(x, y)])
rng = np.random.default_rng(0)
given = rng.normal(size=(40, 9)), rng.integers(0, 4, 40).astype("int32")
print([float(each).hex() for each in both(*given)], len(forks))
print(len(listener.buffer))
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no process is left")
"""


def answers(scale, dtype="float32", is_swapped=False):
    """What a function made anew computes, and what the linker made of it."""
    x, y = pt.vector("x", dtype=dtype), pt.vector("y", dtype=dtype)
    given = [y, x] if is_swapped else [x, y]
    f = function(given, np.asarray(scale, dtype) * x - pt.sqrt(y), mode="NUMBA")
    return f(np.array([4, 9], dtype), np.array([1, 4], dtype)).tolist(), f._function.vm.jit_fn


def test_equal_graphs_are_compiled_once():
    (first, compiled), (again, same) = answers(2), answers(2)
    assert first == again == [7, 16]
    assert compiled is same
    for other, expected in [
        (answers(3), [11, 25]),
        (answers(2, is_swapped=True), [0, 5]),
        (answers(2, "float64"), [7, 16]),
    ]:
        assert other[0] == expected
        assert other[1] is not compiled


def test_equal_keys_do_not_make_graphs_equal():
    """PyTensor's key does not say how wide numbers are; in a process one may stand for both."""

    def converted(function):
        around = SimpleNamespace(__globals__={"jitable_func": SimpleNamespace(py_func=function)})
        return SimpleNamespace(py_func=around), "the same key"

    graphs = {("a test's graph of", width): (lambda x: x) for width in ("float32", "float64")}
    linker = KernelLinker()
    try:
        made = [linker.jit_compile((converted(f), what)) for what, f in graphs.items()]
        assert [each.py_func for each in made] == list(graphs.values())
        assert [linker.jit_compile((None, what)) for what in graphs] == made
    finally:
        for what in graphs:
            kept().pop(what, None)


class Bump(Op):
    """Adds a number that its equality leaves out; nothing for Numba's cache."""

    itypes, otypes = [pt.fvector], [pt.fvector]

    def __init__(self, by):
        self.by = by

    def __eq__(self, other):
        return type(self) is type(other)

    def __hash__(self):
        return hash(type(self))

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0] + np.float32(self.by)


@pytest.mark.filterwarnings("ignore:Numba will use object mode")
def test_what_only_looks_equal_is_compiled_again():
    x = pt.fvector("x")
    found = [function([x], Bump(by)(x), mode="NUMBA")(np.ones(1, "float32")) for by in (1, 2)]
    assert found == [2, 3]


def test_values_are_not_kept_with_what_is_compiled():
    """PyTensor and Numba keep the graph of every elementwise operation for good."""
    values = np.full((3, 1), 0.5, "float32")
    held, gone = pytensor.shared(values, borrow=True), weakref.ref(values)
    i = pt.iscalar("i")
    f = function([i], pt.sqrt(held[i] * 3 + i), mode="NUMBA")
    assert np.allclose(f(1), np.sqrt(2.5))
    del held, values, f
    gc.collect()
    assert gone() is None


def printed(cache: Path, threads: int) -> list[str]:
    environment = os.environ | {
        "PYTENSOR_FLAGS": f"base_compiledir={cache},floatX=float64",
        "NUMBA_NUM_THREADS": str(threads),
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_a_graph_has_no_door_for_c():
    """Python calls it, and loops call its machine code by the address."""
    _, compiled = answers(2)
    (overload,) = compiled.overloads.values()
    names = [each.name for each in overload.library.get_defined_functions()]
    assert names and not any(name.startswith("cfunc.") for name in names)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_who_ends_soon_keeps_no_records(tmp_path, monkeypatch):
    """No search for garbage, and no listener is told of calls of LLVM."""
    told = event.RecordingListener()

    def work():
        with event.install_listener("numba:llvm_lock", told):
            llvm.parse_assembly("")
        (tmp_path / "told").write_text(f"{gc.isenabled()} {len(told.buffer)}")

    monkeypatch.setattr(linker, "n_threads", lambda: 2)
    linker.in_other_processes(work)
    assert (tmp_path / "told").read_text() == "False 0"
    work()
    heard = (tmp_path / "told").read_text().split()
    assert heard[0] == "True" and int(heard[1]) > 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_other_processes(tmp_path):
    """Two compile kernels, one the graph and then kernels, for arguments unseen; this one reads."""
    *cold, is_compiled, end = printed(tmp_path / "two", threads=2)
    *alone, by_itself, _ = printed(tmp_path / "one", threads=1)
    *warm, again, _ = printed(tmp_path / "two", threads=2)
    assert end == "no process is left"
    assert int(by_itself) > 0
    assert (is_compiled, again) == ("0", "0")
    found = [(each.rpartition(" ")[::2]) for (each,) in (cold, alone, warm)]
    assert [forks for _, forks in found] == ["3", "0", "0"]
    assert len({numbers for numbers, _ in found}) == 1
