"""Functions without a door of their own: no machine code for them, the same results, any errors."""

from uuid import uuid4

import numba
import numpy as np
import pytest
from llvmlite import ir
from llvmlite.ir.instructions import CallInstr
from numba import types
from numba.core.codegen import JITCPUCodegen
from numba.core.registry import cpu_target
from numba.core.runtime import _nrt_python, rtsys
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.symbols import compiled
from dltut.kernels.modes import numba_mode


@numba_njit
def one_more(x):
    if x < 0:
        raise ValueError("below zero", x)
    return x + 1


@numba_njit
def two_more(x):
    return one_more(one_more(x))


def machine_code_of(dispatcher):
    """The address of a compiled function's machine code, or 0."""
    (overload,) = dispatcher.overloads.values()
    return overload.library.get_pointer_to_function(overload.fndesc.mangled_name)


@pytest.fixture(autouse=True, scope="module")
def started():
    numba_mode()


def test_only_what_is_entered_is_machine_code():
    """What Python calls, and what is called by its address, with all that they call."""
    entered = numba.njit(lambda x: two_more(x) * 2)
    assert entered(3) == 10
    assert machine_code_of(entered)
    assert machine_code_of(one_more) == machine_code_of(two_more) == 0

    def fill(out):
        out[:] = two_more(out.size)

    assert machine_code_of(compiled(fill, (types.float64[:],), uuid4().hex))


def test_errors_come_through_all_levels():
    """With values that are only known when they are raised: these need Numba's environments.

    Two that are entered share those of what both call.
    """
    for entered in (numba.njit(lambda x: two_more(x)), numba.njit(lambda x: one_more(x) + 1)):
        for x in (-1, -5):
            with pytest.raises(ValueError) as caught:
                entered(x)
            assert caught.value.args == ("below zero", x)


def test_who_reads_a_function_from_the_disk_finds_its_variables():
    """Numba by itself sets them in a process of its own, and would write to nowhere."""
    entered = numba.njit(lambda x: two_more(x))
    entered(1)
    (overload,) = two_more.overloads.values()
    _, kind, (machine_code, _) = overload.library.serialize_using_object_code()
    assert kind == "object" and b"NumbaEnv" in machine_code


def test_all_is_optimised_with_what_runs(monkeypatch):
    """Of ours, by itself, a function gets a few passes alone."""
    entered = numba.njit(lambda x: x + 1)
    ours = numba_njit(lambda x: x * 3)

    def refuse(self, **_):
        raise AssertionError("all passes")

    monkeypatch.setattr(JITCPUCodegen, "_function_pass_manager", refuse)
    caller = compiled(lambda out: fill(out, ours), (types.float64[:],), uuid4().hex)
    assert machine_code_of(caller)
    with pytest.raises(AssertionError, match="all passes"):
        entered(1)


@numba_njit
def fill(out, function):
    for i in range(len(out)):
        out[i] = function(i)


def test_the_owners_of_an_array_are_counted_in_one_place():
    """None of its other fields is looked at; arrays in tuples are found as before."""
    context = cpu_target.target_context.subtarget(enable_nrt=True)
    kind = types.float32[:, ::1]
    for counted, n in [(kind, 1), (types.UniTuple(kind, 2), 2), (types.intp, 0)]:
        signature = ir.FunctionType(ir.VoidType(), [context.get_value_type(counted)])
        function = ir.Function(ir.Module(), signature, "counts")
        builder = ir.IRBuilder(function.append_basic_block())
        context.nrt.incref(builder, counted, function.args[0])
        calls = [each for each in builder.block.instructions if isinstance(each, CallInstr)]
        assert len(calls) == n
        if counted is kind:
            assert len(builder.block.instructions) == 2


def test_nothing_is_left_behind():
    """Arrays that compiled code makes, cuts and keeps in tuples are given back."""

    def make(n):
        total = 0.0
        for i in range(n):
            rows = np.ones((4, 3)), np.zeros((2, 2))
            total += rows[0][i % 4 :].sum() + rows[1][0, 0]
        return total

    make = numba.njit(make)
    make(1)
    _nrt_python.memsys_enable_stats()
    try:
        before = rtsys.get_allocation_stats()
        make(100)
        after = rtsys.get_allocation_stats()
    finally:
        _nrt_python.memsys_disable_stats()
    assert after.alloc - before.alloc == after.free - before.free > 0


def test_what_python_calls_is_left_alone():
    """A function of somebody else in the same process."""
    inner = numba.njit(lambda x: np.sqrt(x))
    outer = numba.njit(lambda x: inner(x) + 1)
    assert outer(4.0) == 3 and inner(4.0) == 2
    assert machine_code_of(inner) and machine_code_of(outer)
