"""The width of the processor's vectors, and how code that is generated reads them."""

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba.core import cgutils

CHOSEN = numba.config.CPU_FEATURES  # of NUMBA_CPU_FEATURES, else the processor's own
IS_WIDE = "+avx512f" in (llvm.get_host_cpu_features().flatten() if CHOSEN is None else CHOSEN)
BYTES = 64 if IS_WIDE else 32  # of a vector
INTEGER, FUSE = ir.IntType(64), ("contract",)


def read(builder, place, vector, v):
    """Generate a load of vector number `v` from an address on, which need not be aligned."""
    place = builder.add(place, INTEGER(v * BYTES))
    return builder.load(builder.inttoptr(place, vector.as_pointer()), align=4)


def fetch(builder, place, to_write=1):
    """Generate a hint that an address is written to soon, or read."""
    number, pointer = ir.IntType(32), ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
    hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    near, data = number(3), number(1)
    builder.call(hint, [builder.inttoptr(place, pointer), number(to_write), near, data])


def repeat(builder, number, vector):
    """Generate a vector that holds a number in every place."""
    first = builder.insert_element(vector(ir.Undefined), number, ir.IntType(32)(0))
    nowhere = ir.VectorType(ir.IntType(32), vector.count)(None)
    return builder.shuffle_vector(first, vector(ir.Undefined), nowhere)


def add_product(builder, x, y, total):
    """Generate the sum of x times y and a register: one instruction where there is one."""
    product = builder.fmul(x, y, flags=FUSE)
    builder.store(builder.fadd(product, builder.load(total), flags=FUSE), total)
