"""Two processes compile the kernels of a new graph, one from each end.

Compilation holds the interpreter, so a thread would not help. What the second process compiles
goes through the cache on disk: the first one finds it there when it comes to it.
"""

import hashlib
import inspect
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytensor.configdefaults import config
from pytensor.link.numba.dispatch.basic import numba_funcify_and_cache_key
from pytensor.link.numba.linker import NumbaLinker

from dltut.kernels.engine.symbols import kept_on_disk
from dltut.kernels.engine.threads import n_threads
from dltut.kernels.engine.version import source_version
from dltut.machine.files import atomic
from dltut.machine.notices import spinner


class KernelLinker(NumbaLinker):
    """PyTensor's linker, with a second process where kernels are not compiled yet.

    It says so on a terminal: it is what a newcomer waits for.
    """

    def fgraph_convert(self, fgraph, **kwargs):
        """Compile a graph of our kernels and PyTensor's operations."""
        nodes = [
            node
            for node in fgraph.toposort()
            if type(node.op).__module__.startswith("dltut.kernels.")
        ]
        mark = _mark(nodes)
        if not nodes or mark.exists():
            return super().fgraph_convert(fgraph, **kwargs)
        with spinner("compiling kernels, first run only"), _second_process(nodes):
            converted = super().fgraph_convert(fgraph, **kwargs)
        with atomic(mark) as file:
            file.write(b"")
        return converted

    def jit_compile(self, fn_and_cache):
        """The graph's function itself, not the one that PyTensor writes around it for its cache.

        Numba optimises all that a function calls once more with it: a second or two for nothing.
        """
        around, key = fn_and_cache
        function = around.py_func.__globals__.get("jitable_func")
        if key is None or function is None:
            return super().jit_compile(fn_and_cache)
        name = f"{key} {config.numba__fastmath} by itself"
        return kept_on_disk(function.py_func, name, final_function=True)


def _mark(nodes) -> Path:
    """A file that is there once the kernels of these operations are in the cache.

    Its name holds the operations with their properties, versions and widths, in any order.
    """
    kinds = sorted({f"{node.op} {_version(node.op):x} {_types(node)}" for node in nodes})
    name = hashlib.sha256("\n".join(kinds).encode()).hexdigest()[:16]
    return Path(config.base_compiledir) / "dltut" / name


def _version(op) -> int:
    """The version of the kernel of an operation, which lies beside it."""
    return source_version(str(Path(inspect.getfile(type(op))).with_name("numba.py")))


def _types(node) -> list[str]:
    """The kinds of numbers that a node takes."""
    return [each.type.dtype for each in node.inputs]


@contextmanager
def _second_process(nodes) -> Iterator[None]:
    """Have another process compile these nodes, from the last one on, in the meantime."""
    if n_threads() == 1 or sys.platform != "linux" or not config.numba__cache:
        yield
        return
    with warnings.catch_warnings():
        # A forked process must not use the threads of its parent. This one only compiles.
        warnings.simplefilter("ignore")
        process = os.fork()
    if process == 0:
        _compile_from_the_end(nodes)
    try:
        yield
    finally:
        os.kill(process, signal.SIGKILL)  # whatever it still compiles is there by now
        os.waitpid(process, 0)


def _compile_from_the_end(nodes) -> None:
    """Compile and leave; what cannot be compiled is reported by the first process."""
    try:
        for node in reversed(nodes):
            numba_funcify_and_cache_key(node.op, node=node)
    finally:
        os._exit(0)
