"""Kernels that are compiled once and called by name, so that graphs around them compile fast.

Numba optimises everything a function calls once more with the function itself, at each level of
calls. A kernel behind a symbol is machine code that its callers do not look into.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import llvmlite.binding as llvm
import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.caching import IndexDataCacheFile
from numba.extending import intrinsic
from pytensor.configdefaults import config
from pytensor.link.numba.cache import CACHED_SRC_FUNCTIONS
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.kernels.engine.linked import enter_by_address, install
from dltut.kernels.engine.version import machine, source_version

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

# What a process that only compiles for the disk makes of kernels: nothing but names, which is
# enough for what calls them, or those that nobody else has compiled or is compiling.
HELPING: ContextVar[bool] = ContextVar("compiles kernels, never runs them", default=False)

NAMES_ALONE: ContextVar[bool] = ContextVar("compiles no kernel, never runs any", default=False)
NOWHERE = 1  # the address of what has only a name


def compiled_form(kind):
    """Decorate what makes the compiled form of an operation, to be called by compiled graphs.

    Parameters
    ----------
    kind : type
        Of the operation. What is decorated takes one, and its node, and returns a function for
        compiled code: arrays in, arrays out.

    Notes
    -----
    PyTensor keeps the compiled form on disk under the operation's type, its properties and the
    version of the source.
    """

    def register(form):
        """Make PyTensor find `form` for operations of this kind."""

        @register_funcify_default_op_cache_key(kind)
        def with_version(op, node, **_):
            """The compiled form and its version, as PyTensor wants them."""
            return form(op, node), version_of(form)

        return form

    return register


def version_of(function) -> int:
    """The version of the source file in which a function is written, see `source_version`."""
    return source_version(function.__code__.co_filename)


def arrays(dtype: str, *ndims: int, layout: str = "A") -> tuple[types.Array, ...]:
    """Types of arrays, as arguments of a kernel.

    Parameters
    ----------
    dtype : str
    *ndims : int
        The number of dimensions of each.
    layout : {"A", "C"}
        Of any strides, or contiguous. Loops over an array of any strides are not turned into vector
        instructions.

    Examples
    --------
    >>> arrays("float32", 2, 1, layout="C")
    (Array(float32, 2, 'C', False, aligned=True), Array(float32, 1, 'C', False, aligned=True))
    """
    return tuple(types.Array(numba.from_dtype(np.dtype(dtype)), ndim, layout) for ndim in ndims)


def kernel(function, arguments: tuple, made_for: tuple = ()):
    """What calls `function`, compiled by itself for arguments of these types, from compiled code.

    Parameters
    ----------
    function : function
        Returns nothing: results go into its arguments. It may raise.
    arguments : tuple of numba types
    made_for : tuple of int
        What else the function's code depends on.

    Returns
    -------
    intrinsic
        Takes all arguments as one tuple.
    """
    types_of = hashlib.sha256(str((*arguments, *made_for)).encode()).hexdigest()[:12]
    symbol = f"dltut_{function.__name__}_{types_of}_{version_of(function):x}"
    add_symbol(symbol, function, arguments)
    return _caller(symbol, arguments)


@cache
def _caller(symbol: str, arguments: tuple):
    """What calls a symbol from compiled code: one for each, since Numba keeps every intrinsic."""

    @intrinsic
    def call(typing, packed):
        """Call the kernel with the arguments that a tuple holds."""

        def code(context, builder, signature, values):
            """Unpack the tuple and call the symbol."""
            values = cast_tuple(context, builder, values[0], packed, arguments)
            call_symbol(context, builder, symbol, arguments, values)
            return context.get_dummy_value()

        return types.void(packed), code

    return call


def cast_tuple(context, builder, packed, kinds, wanted) -> list:
    """Generate the members of a tuple as values of the types that are wanted.

    Parameters
    ----------
    context, builder
        Of the code that is being generated.
    packed : LLVM value
        The tuple.
    kinds, wanted : sequence of numba types
        What its members are, and what they shall be.
    """
    members = zip(cgutils.unpack_tuple(builder, packed), kinds, wanted, strict=True)
    return [context.cast(builder, value, *pair) for value, *pair in members]


def compiled(function, arguments: tuple, name: str, **options):
    """`function` compiled for arguments of these types, or read from PyTensor's cache.

    Parameters
    ----------
    function : function
    arguments : tuple of numba types
    name : str
        The key of the cache, which holds the version.
    **options
        Of ``numba.njit``.
    """
    install()
    enter_by_address(function)
    dispatcher = kept_on_disk(function, name, **options)
    dispatcher.compile(types.void(*arguments))
    return dispatcher


def kept_on_disk(function, name: str, **options):
    """`function` as Numba's, not compiled yet, which is found in PyTensor's cache by a name.

    Parameters
    ----------
    function : function
    name : str
        The key of the cache, which holds the version.
    **options
        Of PyTensor's ``numba_njit``.
    """
    CACHED_SRC_FUNCTIONS[function] = name
    dispatcher = numba_njit(cache=True, **options)(function)
    # Numba's own key holds what a closure holds, which has another name in every process, and so
    # has the file in which PyTensor writes down a graph's function.
    cache = dispatcher._cache
    cache._index_key = lambda kinds, codegen: (kinds, codegen.magic_tuple(), name)
    file = f"{function.__name__}-{hashlib.sha256(name.encode()).hexdigest()[:32]}"
    stamp = cache._impl.locator.get_source_stamp()
    cache._cache_file = IndexDataCacheFile(cache.cache_path, file, stamp)
    return dispatcher


def add_symbol(symbol: str, function, arguments: tuple, **options) -> None:
    """Make compiled code find `function` under a name.

    In a process that compiles and never runs there may be only the name.

    Parameters
    ----------
    symbol : str
    function : function
    arguments : tuple of numba types
    **options
        Of ``numba.njit``.
    """
    if llvm.address_of_symbol(symbol) not in (None, NOWHERE):
        return
    try:
        if NAMES_ALONE.get():
            raise BlockingIOError
        with alone(symbol):
            dispatcher = compiled(function, arguments, symbol, **options)
    except BlockingIOError:
        llvm.add_symbol(symbol, NOWHERE)
        return
    found = dispatcher.overloads[arguments]
    llvm.add_symbol(symbol, found.library.get_pointer_to_function(found.fndesc.mangled_name))
    kept()[symbol] = dispatcher


@contextmanager
def alone(symbol: str) -> Iterator[None]:
    """Nobody else who shares the cache compiles the same meanwhile: they wait, and find it there.

    Where the system has no locks, or none in this folder, each process compiles for itself.

    Parameters
    ----------
    symbol : str

    Raises
    ------
    BlockingIOError
        Where `HELPING` is set and another process compiles it, or has done so, instead of waiting.
    """
    path = Path(config.base_compiledir) / "dltut" / f"{symbol}_{machine()}.lock"
    with ExitStack() as stack:
        file = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("ab"))
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if HELPING.get() else 0))
        except BlockingIOError:
            raise
        except OSError:
            pass
        is_new = file is not None and os.fstat(file.fileno()).st_size == 0
        if HELPING.get() and file is not None and not is_new:
            raise BlockingIOError
        yield
        if is_new:
            file.write(b"compiled")


@cache
def kept() -> dict:
    """What is compiled: kernels by symbol, which must not be freed, and graphs by what they do."""
    return {}


def call_symbol(context, builder, symbol: str, arguments: tuple, values) -> None:
    """Generate a call of the function behind a symbol; what it raises is passed on.

    Parameters
    ----------
    context, builder
        Of the code that calls.
    symbol : str
    arguments : tuple of numba types
    values : list of LLVM values
        Of these types.
    """
    convention = context.call_conv
    kind = convention.get_function_type(types.void, arguments)
    function = cgutils.get_or_insert_function(builder.module, kind, symbol)
    status, _ = convention.call_function(builder, function, types.void, arguments, values)
    with cgutils.if_unlikely(builder, status.is_error):
        convention.return_status_propagate(builder, status)
