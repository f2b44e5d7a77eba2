"""Shared words of memory that threads read and change without tearing, and calls by address."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

WORDS = "dltut_words"  # the symbol of the memory
_INTEGER = ir.IntType(64)
_ORDER = "seq_cst"


def _place(builder, index):
    words = builder.module.globals.get(WORDS)
    if words is None:
        words = ir.GlobalVariable(builder.module, ir.ArrayType(_INTEGER, 128), WORDS)
    return builder.gep(words, [_INTEGER(0), index])


@intrinsic
def load(typing, index):
    """The word at `index`."""

    def code(context, builder, signature, values):
        return builder.load_atomic(_place(builder, values[0]), _ORDER, 8)

    return types.int64(types.int64), code


@intrinsic
def store(typing, index, value):
    """Set the word at `index`."""

    def code(context, builder, signature, values):
        builder.store_atomic(values[1], _place(builder, values[0]), _ORDER, 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


@intrinsic
def add(typing, index, value):
    """Add to the word at `index`; what stood there before."""

    def code(context, builder, signature, values):
        return builder.atomic_rmw("add", _place(builder, values[0]), values[1], _ORDER)

    return types.int64(types.int64, types.int64), code


@intrinsic
def exchange(typing, index, expected, value):
    """Set the word at `index` if it is what is expected; whether it was."""

    def code(context, builder, signature, values):
        place = _place(builder, values[0])
        return builder.extract_value(builder.cmpxchg(place, *values[1:], _ORDER), 1)

    return types.boolean(types.int64, types.int64, types.int64), code


@intrinsic
def address(typing, index):
    """Where the word at `index` lies, for the functions of the C library."""

    def code(context, builder, signature, values):
        return builder.bitcast(_place(builder, values[0]), cgutils.voidptr_t)

    return types.voidptr(types.int64), code


@intrinsic
def call_block(typing, function, i, data):
    """Call a compiled function by its address, with a number and the address of its arguments."""

    def code(context, builder, signature, values):
        convention, given = context.call_conv, (types.intp, types.voidptr)
        kind = convention.get_function_type(types.void, given).as_pointer()
        pointer = builder.inttoptr(values[0], kind)
        values = values[1], builder.inttoptr(values[2], cgutils.voidptr_t)
        convention.call_function(builder, pointer, types.void, given, values)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.intp), code
