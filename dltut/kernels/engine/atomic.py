"""Shared words of memory that threads read and change without tearing, and calls by address."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WORDS = "dltut_words"  # the symbol of the memory
_INTEGER = ir.IntType(64)
_ORDER = "seq_cst"


def _place(builder, index):
    """The address of the word at `index`."""
    words = builder.module.globals.get(WORDS)
    if words is None:
        words = ir.GlobalVariable(builder.module, ir.ArrayType(_INTEGER, 128), WORDS)
    return builder.gep(words, [_INTEGER(0), index])


@intrinsic
def load(typing, index):
    """The word at `index`."""

    def code(context, builder, signature, values):
        """A load that no other thread's store can tear."""
        return builder.load_atomic(_place(builder, values[0]), _ORDER, 8)

    return types.int64(types.int64), code


@intrinsic
def store(typing, index, value):
    """Set the word at `index`."""

    def code(context, builder, signature, values):
        """A store that all threads see at once."""
        builder.store_atomic(values[1], _place(builder, values[0]), _ORDER, 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


@intrinsic
def add(typing, index, value):
    """Add to the word at `index`; what stood there before."""

    def code(context, builder, signature, values):
        """Load, add and store, with no other thread in between."""
        return builder.atomic_rmw("add", _place(builder, values[0]), values[1], _ORDER)

    return types.int64(types.int64, types.int64), code


@intrinsic
def exchange(typing, index, expected, value):
    """Set the word at `index` if it is what is expected; whether it was."""

    def code(context, builder, signature, values):
        """Compare and store, with no other thread in between."""
        place = _place(builder, values[0])
        return builder.extract_value(builder.cmpxchg(place, *values[1:], _ORDER), 1)

    return types.boolean(types.int64, types.int64, types.int64), code


@intrinsic
def address(typing, index):
    """Where the word at `index` lies, for the functions of the C library."""

    def code(context, builder, signature, values):
        """The address, as C's ``void *``."""
        return builder.bitcast(_place(builder, values[0]), cgutils.voidptr_t)

    return types.voidptr(types.int64), code


@intrinsic
def call_block(typing, function, i, data):
    """Call a compiled function by its address, with a number and the address of its arguments."""

    def code(context, builder, signature, values):
        """The call, in Numba's convention; what the function raises is not looked at."""
        convention, kinds = context.call_conv, (types.intp, types.voidptr)
        kind = convention.get_function_type(types.void, kinds).as_pointer()
        pointer = builder.inttoptr(values[0], kind)
        values = values[1], builder.inttoptr(values[2], cgutils.voidptr_t)
        convention.call_function(builder, pointer, types.void, kinds, values)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp), code
