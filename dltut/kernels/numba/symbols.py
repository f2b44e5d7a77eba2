"""Kernels that are compiled once and called by name, so that graphs around them compile fast.

Numba optimises everything a function calls once more with the function itself, at each level of
calls. A kernel behind a symbol is machine code that its callers do not look into.
"""

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


def kernel(function, arguments: tuple, parallel: bool = False):
    """What calls `function`, compiled by itself for arguments of these types, from compiled code.

    Parameters
    ----------
    function : function
        Returns nothing: results go into its arguments. It may raise.
    arguments : tuple of numba types
    parallel : bool
        Whether its ``prange`` loops are split over the threads.
    """
    types_of = "_".join(str(each) for each in arguments)
    symbol = f"dltut_{function.__module__}_{function.__name__}_{types_of}_{source_version():x}"
    if llvm.address_of_symbol(symbol) is None:
        llvm.add_symbol(symbol, _address(function, arguments, parallel, symbol))
    return _caller(symbol, types.void(*arguments))


def _address(function, arguments, parallel, symbol) -> int:
    CACHED_SRC_FUNCTIONS[function] = symbol
    dispatcher = numba_njit(parallel=parallel, cache=True)(function)
    dispatcher.compile(types.void(*arguments))
    compiled = dispatcher.overloads[arguments]
    address = compiled.library.get_pointer_to_function(compiled.fndesc.mangled_name)
    function.compiled = [*getattr(function, "compiled", []), dispatcher]  # keeps the code in memory
    return address


def _caller(symbol, signature):
    """An intrinsic that takes all arguments as one tuple, which spares numba's argument folding."""

    @intrinsic
    def call(typing, given):
        def code(context, builder, _, values):
            pairs = zip(
                given, signature.args, cgutils.unpack_tuple(builder, values[0]), strict=True
            )
            values = [context.cast(builder, value, *kinds) for *kinds, value in pairs]
            kind = context.call_conv.get_function_type(types.void, signature.args)
            function = cgutils.get_or_insert_function(builder.module, kind, symbol)
            status, _ = context.call_conv.call_function(
                builder, function, types.void, signature.args, values
            )
            with cgutils.if_unlikely(builder, status.is_error):
                context.call_conv.return_status_propagate(builder, status)
            return context.get_dummy_value()

        return types.void(given), code

    return call
