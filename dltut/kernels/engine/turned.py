"""A matrix written as its transpose, in squares of vectors."""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.panels import peek, poke
from dltut.kernels.engine.vectors import BYTES, INTEGER


@intrinsic
def _turn_square(typing, source, row, target, turned_row, like):
    """Write a square of as many rows as a vector has places as its transpose."""

    def code(context, builder, signature, values):
        """At each stage, pairs of vectors change halves, quarters ..., until all have changed."""
        source, row, target, turned_row, _ = values
        align, number = like.dtype.bitwidth // 8, ir.IntType(32)
        lanes = BYTES // align
        vector = ir.VectorType(context.get_value_type(like.dtype), lanes)
        rows = []
        for r in range(lanes):
            place = builder.add(source, builder.mul(row, INTEGER(r)))
            rows.append(builder.load(builder.inttoptr(place, vector.as_pointer()), align=align))
        step = lanes // 2
        while step:
            low = [p if p & step == 0 else lanes + p - step for p in range(lanes)]
            high = [p + step if p & step == 0 else lanes + p for p in range(lanes)]
            masks = [ir.VectorType(number, lanes)(places) for places in (low, high)]
            for r in range(lanes):
                if r & step == 0:
                    pair = rows[r], rows[r + step]
                    rows[r], rows[r + step] = (
                        builder.shuffle_vector(*pair, mask) for mask in masks
                    )
            step //= 2
        for r in range(lanes):
            place = builder.add(target, builder.mul(turned_row, INTEGER(r)))
            pointer = builder.inttoptr(place, vector.as_pointer())
            builder.store(rows[r], pointer, align=align)
        return context.get_dummy_value()

    return types.void(*(types.intp,) * 4, like), code


@numba_njit
def transpose(matrix, rows, columns, transposed):
    """Write a matrix (rows * columns,) as its transpose (columns * rows,)."""
    size = matrix.itemsize
    source, target = np.intp(matrix.ctypes.data), np.intp(transposed.ctypes.data)
    transpose_part(source, columns * size, rows, columns, target, rows * size, matrix)


@numba_njit
def transpose_part(source, row, rows, columns, target, turned_row, like):
    """Write a part of a matrix as a part of another: the last squares overlap those before.

    Parameters
    ----------
    source, target : int
        The addresses of their first numbers.
    row, turned_row : int
        Bytes from one row of the source, or of the target, to the next.
    rows, columns : int
        Of the source.
    like : array
        For the type of the numbers.
    """
    size, lanes = like.itemsize, BYTES // like.itemsize
    if min(rows, columns) < lanes:
        for r in range(rows):
            for s in range(columns):
                poke(target + s * turned_row + r * size, peek(source + r * row + s * size, like))
        return
    for first in range(0, rows, lanes):
        r = min(first, rows - lanes)
        for left in range(0, columns, lanes):
            s = min(left, columns - lanes)
            at, to = source + r * row + s * size, target + s * turned_row + r * size
            _turn_square(at, row, to, turned_row, like)
