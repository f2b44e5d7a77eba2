"""Products with a transposed right factor: rows of both factors lie along the sums.

With few rows on the left, copying the right factor into columns would cost more than the sums.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.vectors import BYTES, FUSE, INTEGER, IS_WIDE, fetch, repeat

ROWS, COLUMNS = (5, 4) if IS_WIDE else (3, 4)  # of a tile: sums and factors fill the registers
DOTS_UP_TO_ROWS = 64  # of the left factor; with more, copying the right one is faster
DOTS_FROM_VECTORS = 2  # of terms; with fewer, too


def tile_of_dots(rows: int, columns: int, dtype: str):
    """An intrinsic for ``c = alpha * a @ b.T + beta * c``, a tile of the result.

    It takes (terms, address of a, bytes from row to row, the same of b and of c) and (alpha, beta).
    There are at least as many terms as a vector has places.

    Parameters
    ----------
    rows, columns : int
        Of the tile: so many rows of a and of b.
    dtype : {"float32", "float64"}
    """
    size = np.dtype(dtype).itemsize
    element, lanes = ir.FloatType() if size == 4 else ir.DoubleType(), BYTES // size
    vector = ir.VectorType(element, lanes)
    cells = [(r, s) for r in range(rows) for s in range(columns)]

    @intrinsic
    def multiply(typing, places, factors):
        """The tile, in the order of the arguments above."""

        def code(context, builder, signature, values):
            """Vectors of terms, the rest of the terms, and the sum of each vector of sums."""
            k, a, a_row, b, b_row, c, c_row = cgutils.unpack_tuple(builder, values[0])
            alpha, beta = cgutils.unpack_tuple(builder, values[1])
            sums = {cell: cgutils.alloca_once_value(builder, vector(None)) for cell in cells}

            def rows_from(place, step, count, offset):
                """Yield a vector from each of `count` rows that lie `step` bytes apart."""
                for r in range(count):
                    start = builder.add(place, builder.mul(step, INTEGER(r)))
                    pointer = builder.inttoptr(builder.add(start, offset), vector.as_pointer())
                    yield builder.load(pointer, align=size)

            def add_products(offset, keep=lambda numbers: numbers):
                """Add the products of the vectors at an offset in their rows to all sums.

                Meanwhile the next rows of b come from memory.
                """
                ahead = builder.add(b, offset)
                for s in range(columns, 2 * columns):
                    fetch(builder, builder.add(ahead, builder.mul(b_row, INTEGER(s))), to_write=0)
                left = [keep(each) for each in rows_from(a, a_row, rows, offset)]
                for s, right in enumerate(rows_from(b, b_row, columns, offset)):
                    right = keep(right)
                    for r in range(rows):
                        product = builder.fmul(left[r], right, flags=FUSE)
                        total = builder.fadd(product, builder.load(sums[r, s]), flags=FUSE)
                        builder.store(total, sums[r, s])

            whole = builder.udiv(k, INTEGER(lanes))
            with cgutils.for_range(builder, whole) as loop:
                add_products(builder.mul(loop.index, INTEGER(BYTES)))
            rest = builder.urem(k, INTEGER(lanes))
            with builder.if_then(builder.icmp_unsigned("!=", rest, INTEGER(0))):
                # The last vector again, without the terms that are in the sums already.
                is_new = _last_places(builder, rest, lanes)
                offset = builder.mul(builder.sub(k, INTEGER(lanes)), INTEGER(size))
                add_products(offset, lambda numbers: builder.select(is_new, numbers, vector(None)))
            for r in range(rows):
                place = builder.add(c, builder.mul(c_row, INTEGER(r)))
                totals = _sums(builder, [builder.load(sums[r, s]) for s in range(columns)])
                _store(builder, totals, alpha, beta, place)
            return context.get_dummy_value()

        return types.void(places, factors), code

    return multiply


def _last_places(builder, count, lanes: int):
    """Generate a vector of bits: which of its places are among the last `count`."""
    kind = ir.VectorType(INTEGER, lanes)
    nowhere = ir.VectorType(ir.IntType(32), lanes)(None)
    first = builder.sub(INTEGER(lanes), count)
    first = builder.insert_element(kind(ir.Undefined), first, ir.IntType(32)(0))
    first = builder.shuffle_vector(first, kind(ir.Undefined), nowhere)
    return builder.icmp_unsigned(">=", kind(list(range(lanes))), first)


def _sums(builder, vectors: list):
    """Generate a vector of the sum of each vector, of four or of one.

    Four are interleaved first, so that all that is added is a vector's work.
    """
    lanes = vectors[0].type.count

    def pick(one, other, places):
        """The numbers at these places of each four, of the two vectors behind each other."""
        groups = [first + p % 4 + p // 4 * lanes for first in range(0, lanes, 4) for p in places]
        return builder.shuffle_vector(one, other, ir.VectorType(ir.IntType(32), lanes)(groups))

    def added(one, other, *halves):
        """The sum of two ways to pick from the vectors."""
        return builder.fadd(*(pick(one, other, places) for places in halves))

    if len(vectors) == 4:
        pairs = [added(*vectors[v : v + 2], (0, 4, 1, 5), (2, 6, 3, 7)) for v in (0, 2)]
        numbers = added(*pairs, (0, 1, 4, 5), (2, 3, 6, 7))
    else:
        (numbers,) = vectors
    while lanes > len(vectors):
        lanes //= 2
        halves = [
            builder.shuffle_vector(numbers, numbers, ir.VectorType(ir.IntType(32), lanes)(places))
            for places in (list(range(lanes)), list(range(lanes, 2 * lanes)))
        ]
        numbers = builder.fadd(*halves)
    return numbers


def _store(builder, totals, alpha, beta, place):
    """Generate ``alpha * totals + beta * what is there``, which is not read if beta is zero."""
    vector = totals.type
    pointer = builder.inttoptr(place, vector.as_pointer())
    size = 4 if vector.element == ir.FloatType() else 8
    totals = builder.fmul(totals, repeat(builder, alpha, vector))
    result = cgutils.alloca_once_value(builder, totals)
    with builder.if_then(builder.fcmp_unordered("!=", beta, beta.type(0))):
        before = builder.load(pointer, align=size)
        before = builder.fmul(repeat(builder, beta, vector), before)
        builder.store(builder.fadd(totals, before), result)
    builder.store(builder.load(result), pointer, align=size)


def dots_of(dtype: str):
    """What computes ``alpha * a @ b.T + beta * c`` for one width."""
    size = np.dtype(dtype).itemsize
    block, column, pair, row, cell = (
        tile_of_dots(*sides, dtype)
        for sides in ((ROWS, COLUMNS), (ROWS, 1), (2, COLUMNS), (1, COLUMNS), (1, 1))
    )

    @numba_njit
    def dots(m, n, k, a, a_row, b, b_row, c, c_row, alpha, beta):
        """The product of a, (m, k), and b, (n, k), into c, (m, n).

        All three are addresses, with the bytes from one row to the next. Tiles of rows of b, each
        over all rows of a; pairs of rows, then single ones, where no tile fits.
        """
        j = 0
        while j < n:
            is_wide, i = j + COLUMNS <= n, 0
            while i < m:
                right, out = b + j * b_row, c + i * c_row + j * size
                places = k, a + i * a_row, a_row, right, b_row, out, c_row
                if i + ROWS <= m:
                    if is_wide:
                        block(places, (alpha, beta))
                    else:
                        column(places, (alpha, beta))
                    i += ROWS
                elif is_wide and i + 2 <= m:
                    pair(places, (alpha, beta))
                    i += 2
                else:
                    if is_wide:
                        row(places, (alpha, beta))
                    else:
                        cell(places, (alpha, beta))
                    i += 1
            j += COLUMNS if is_wide else 1

    return dots
