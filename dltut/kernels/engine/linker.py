"""Other processes compile the kernels of a new graph, and one the graph itself.

Compilation holds the interpreter, so threads would not help. What the others compile goes through
the cache on disk, where this process finds it when they are done. What is compiled calls kernels by
name, so nothing has to wait for another to be compiled.
"""

import gc
import hashlib
import inspect
import os
import signal
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from numba import from_dtype, typeof, types
from numba.core import event
from numba.core.registry import cpu_target
from pytensor.configdefaults import config
from pytensor.graph.basic import Constant, clone_get_equiv
from pytensor.graph.fg import FunctionGraph
from pytensor.link.numba.dispatch.basic import (
    cache_key_for_constant,
    numba_funcify_and_cache_key,
)
from pytensor.link.numba.linker import NumbaLinker

from dltut.kernels.engine.symbols import HELPING, NAMES_ALONE, kept, kept_on_disk
from dltut.kernels.engine.threads import add_symbols, n_threads, start
from dltut.kernels.engine.version import machine, source_size, source_version
from dltut.machine.files import atomic
from dltut.machine.notices import spinner

COMPILERS = 2  # processes that compile kernels; one more compiles the graph
LONGEST = 120  # seconds that they are waited for


class KernelLinker(NumbaLinker):
    """PyTensor's linker, with more processes where kernels are not compiled yet.

    It says so on a terminal: it is what a newcomer waits for.
    """

    def fgraph_convert(self, fgraph, order, input_storage=(), **_):
        """Compile a graph of our kernels and PyTensor's operations.

        Returns
        -------
        converted : pair or None
            What PyTensor makes of it; None where the same was compiled before.
        what : tuple
            What the graph computes.
        """
        what = _what_is_computed(fgraph, order)
        if what in kept():
            return None, what
        fgraph, order = _without_values(fgraph, order)
        kernels = [each for each in order if type(each.op).__module__.startswith("dltut.kernels.")]
        given, convert = [each[0] for each in input_storage], super().fgraph_convert

        def compile_graph():
            """Without a kernel, whose names are enough; then those that are left to compile."""
            NAMES_ALONE.set(True)
            add_symbols()
            converted = convert(fgraph, order=order)
            if converted[1] is not None:  # else it is not kept on disk
                kinds = tuple(map(_kind, fgraph.inputs, given))
                self.jit_compile((converted, what)).compile(kinds)
            NAMES_ALONE.set(False)
            compile_kernels()

        mark, compile_kernels = _mark(kernels), partial(_compile_kernels, kernels)
        if kernels and not mark.exists():
            with spinner("compiling kernels, first run only"):
                in_other_processes(compile_graph, *COMPILERS * [compile_kernels])
                converted = _with_helpers(convert, fgraph, order)
            with atomic(mark) as file:
                file.write(b"")
            return converted, what
        return _with_helpers(convert, fgraph, order), what

    def jit_compile(self, converted_and_what):
        """The graph's function itself, not the one that PyTensor writes around it for its cache.

        Numba optimises all that a function calls once more with it: a second or two for nothing. It
        never gives compiled code back, so each graph is compiled once in a process and then kept.
        """
        converted, what = converted_and_what
        if converted is None:
            return kept()[what]
        around, key = converted
        function = around.py_func.__globals__.get("jitable_func")
        if key is None or function is None:
            return super().jit_compile(converted)
        name = f"{key} {config.numba__fastmath} by itself"
        doors = {"final_function": True, "no_cfunc_wrapper": True}  # Python alone calls it
        kept()[what] = kept_on_disk(function.py_func, name, **doors)
        return kept()[what]


def _what_is_computed(fgraph, order) -> tuple:
    """The operations, their kinds of arguments and where these come from: equal for equal code."""
    places = {each: (0, i) for i, each in enumerate(fgraph.inputs)}
    nodes = []
    for number, node in enumerate(order, start=1):
        constants = [each for each in node.inputs if isinstance(each, Constant)]
        places |= {each: cache_key_for_constant(each.data) for each in constants}
        kinds = tuple(each.type for each in (*node.inputs, *node.outputs))
        nodes.append((node.op, kinds, tuple(places[each] for each in node.inputs)))
        places |= {each: (number, i) for i, each in enumerate(node.outputs)}
    results = tuple(places.get(each, each) for each in fgraph.outputs)
    return tuple(each.type for each in fgraph.inputs), tuple(nodes), results, config.numba__fastmath


def _without_values(fgraph, order):
    """The graph, and the order of its nodes, without the values of its shared variables.

    For each elementwise operation PyTensor and Numba keep the graph around it for ever.
    """
    plain = {each: each.type(each.name) for each in fgraph.inputs}
    same = clone_get_equiv(fgraph.inputs, fgraph.outputs, memo=plain)
    inputs, outputs = ([same[each] for each in ends] for ends in (fgraph.inputs, fgraph.outputs))
    return FunctionGraph(inputs, outputs, clone=False), [same[node] for node in order]


def _mark(nodes) -> Path:
    """A file that is there once the kernels of these operations are in the cache.

    Its name holds the processor, and the operations with their properties, versions and widths, in
    any order.
    """
    kinds = sorted(
        {f"{node.op} {source_version(_source(node.op)):x} {_types(node)}" for node in nodes}
    )
    name = hashlib.sha256("\n".join([machine(), *kinds]).encode()).hexdigest()[:16]
    return Path(config.base_compiledir) / "dltut" / name


def _source(op) -> str:
    """The file of the kernel of an operation, which lies beside it."""
    return str(Path(inspect.getfile(type(op))).with_name("numba.py"))


def _version(op) -> int:
    """The version of that file."""
    return source_version(_source(op))


def _types(node) -> list[str]:
    """The kinds of numbers that a node takes."""
    return [each.type.dtype for each in node.inputs]


def _kind(variable, value):
    """Of an argument, for Numba; if a user will give it, of an array as they mostly are."""
    if value is not None:
        return typeof(value)
    return types.Array(from_dtype(np.dtype(variable.type.dtype)), variable.type.ndim, "C")


def _compile_kernels(nodes) -> None:
    """Compile what runs kernels, and those of nodes, but for what others are at.

    Those with the largest sources come first, and of these those with the most arguments: so nobody
    begins a long one when all else is done.
    """

    def size(node):
        """What tells how long it takes."""
        return source_size(_source(node.op)), len(node.inputs)

    HELPING.set(True)
    add_symbols()
    for node in sorted(nodes, key=size, reverse=True):
        numba_funcify_and_cache_key(node.op, node=node)


def _with_helpers(convert, fgraph, order):
    """What PyTensor makes of a graph whose blocks are run by threads, which are there by then."""
    start()
    return convert(fgraph, order=order)


def in_other_processes(*works) -> None:
    """Have each of some works done by a process of its own, and wait for all.

    Parameters
    ----------
    *works : callables
        They compile for the disk. What cannot be compiled is reported by this process.
    """
    if n_threads() == 1 or sys.platform != "linux" or not config.numba__cache:
        return
    for context in (cpu_target.typing_context, cpu_target.target_context):
        context.refresh()  # what each of them would load by itself
    processes = []
    try:
        processes += [_forked(work) for work in works]
        until = time.monotonic() + LONGEST
        while time.monotonic() < until and not all(map(_has_ended, processes)):
            time.sleep(0.005)
    finally:
        for process in processes:
            os.kill(process, signal.SIGKILL)  # what it has compiled is there
            os.waitpid(process, 0)


def _forked(work) -> int:
    """The number of a new process that does some work."""
    with warnings.catch_warnings():
        # A forked process must not use the threads of its parent. This one only compiles.
        warnings.simplefilter("ignore")
        process = os.fork()
    if process == 0:
        try:
            _without_records()
            work()
        finally:
            os._exit(0)
    return process


def _without_records() -> None:
    """Nobody asks this process, which ends soon, for what is garbage and how long what takes.

    Numba tells listeners of each call of LLVM, of which there are thousands.
    """
    gc.disable()
    event.start_event = event.end_event = lambda *_, **__: None


def _has_ended(process: int) -> bool:
    """Whether a process is only left to be asked how it ended."""
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process, how) is not None
