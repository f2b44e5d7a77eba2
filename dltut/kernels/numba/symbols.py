"""Kernels that are compiled once and called by name, so that graphs around them compile fast.

Numba optimises everything a function calls once more with the function itself, at each level of
calls. A kernel behind a symbol is machine code that its callers do not look into.
"""

import hashlib
from functools import cache

import llvmlite.binding as llvm
import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.cache import CACHED_SRC_FUNCTIONS
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.numba.version import source_version


def arrays(dtype: str, *ndims: int, layout: str = "A") -> tuple[types.Array, ...]:
    """Types of arrays with these numbers of dimensions: of any strides (A), or contiguous (C).

    Loops over an array of any strides are not turned into vector instructions.
    """
    return tuple(types.Array(numba.from_dtype(np.dtype(dtype)), ndim, layout) for ndim in ndims)


def kernel(function, arguments: tuple):
    """What calls `function`, compiled by itself for arguments of these types, from compiled code.

    Parameters
    ----------
    function : function
        Returns nothing: results go into its arguments. It may raise.
    arguments : tuple of numba types

    Returns
    -------
    intrinsic
        Takes all arguments as one tuple.
    """
    types_of = hashlib.sha256(str(arguments).encode()).hexdigest()[:12]
    symbol = f"dltut_{function.__name__}_{types_of}_{source_version():x}"
    add_symbol(symbol, function, arguments)

    @intrinsic
    def call(typing, given):
        def code(context, builder, signature, values):
            pairs = zip(cgutils.unpack_tuple(builder, values[0]), given, arguments, strict=True)
            values = [context.cast(builder, value, *kinds) for value, *kinds in pairs]
            call_symbol(context, builder, symbol, arguments, values)
            return context.get_dummy_value()

        return types.void(given), code

    return call


def compiled(function, arguments: tuple, name: str, **options):
    """`function` compiled for arguments of these types, or read from PyTensor's cache."""
    CACHED_SRC_FUNCTIONS[function] = name
    dispatcher = numba_njit(cache=True, **options)(function)
    dispatcher.compile(types.void(*arguments))
    return dispatcher


def add_symbol(symbol: str, function, arguments: tuple) -> None:
    """Make compiled code find `function` under a name."""
    if llvm.address_of_symbol(symbol) is None:
        dispatcher = compiled(function, arguments, symbol)
        found = dispatcher.overloads[arguments]
        llvm.add_symbol(symbol, found.library.get_pointer_to_function(found.fndesc.mangled_name))
        kept()[symbol] = dispatcher


@cache
def kept() -> dict:
    """The compiled kernels by symbol; what is dropped would be freed."""
    return {}


def call_symbol(context, builder, symbol: str, arguments: tuple, values) -> None:
    """Generate a call of the function behind a symbol; what it raises is passed on."""
    convention = context.call_conv
    kind = convention.get_function_type(types.void, arguments)
    function = cgutils.get_or_insert_function(builder.module, kind, symbol)
    status, _ = convention.call_function(builder, function, types.void, arguments, values)
    with cgutils.if_unlikely(builder, status.is_error):
        convention.return_status_propagate(builder, status)
