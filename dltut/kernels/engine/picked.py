"""Sums of pieces of memory that lists pick, each times a factor: products with much that is zero.

A piece is some rows of vectors. The sums of a list stay in registers while its pieces are read,
some rows and vectors of all lists after the other, so that pieces which many lists pick stay in
the nearest cache. Places are addresses and distances are bytes.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.vectors import BYTES, INTEGER, IS_WIDE, add_product, read, repeat

# Of what is summed at a time: as many vectors as registers hold beside what is read.
ROWS, VECTORS, MOST = (5, 3, 2, 1), (4, 2, 1), 20 if IS_WIDE else 12
TILES = [(rows, vectors) for rows in ROWS for vectors in VECTORS if rows * vectors <= MOST]


@intrinsic
def _add_tiles(typing, tile, lists, places, like):
    """Some rows and vectors of all lists.

    Parameters
    ----------
    tile : (rows, vectors), one of `TILES`
    lists : (how many, most members, addresses of counts, offsets, factors and targets)
    places : (address of the source, bytes from row to row, the same of the target)
    like : array
        For the type of the numbers.
    """

    def code(context, builder, signature, values):
        """Each tile has a loop of its own, whose sums are in registers."""
        rows, vectors = cgutils.unpack_tuple(builder, values[0])
        for height, width in TILES:
            is_one = builder.and_(
                builder.icmp_signed("==", rows, rows.type(height)),
                builder.icmp_signed("==", vectors, vectors.type(width)),
            )
            with builder.if_then(is_one):
                _add_lists(context, builder, height, width, values[1], values[2], like.dtype)
        return context.get_dummy_value()

    return types.void(tile, lists, places, like), code


def _add_lists(context, builder, rows: int, vectors: int, lists, places, dtype):
    """Generate the loop over the lists for a tile; arguments as for `_add_tiles`."""
    element, size = context.get_value_type(dtype), dtype.bitwidth // 8
    vector = ir.VectorType(element, BYTES // size)
    how_many, most, counts, offsets, factors, targets = cgutils.unpack_tuple(builder, lists)
    source, source_row, target, target_row = cgutils.unpack_tuple(builder, places)
    cells = [(r, v) for r in range(rows) for v in range(vectors)]
    sums = {cell: cgutils.alloca_once(builder, vector) for cell in cells}

    def load(start, index, kind):
        """A member of an array."""
        bytes_of = INTEGER(size if kind is element else 8)
        place = builder.add(start, builder.mul(index, bytes_of))
        return builder.load(builder.inttoptr(place, kind.as_pointer()))

    def starts(place, row):
        """Where each row of a piece begins."""
        return [builder.add(place, builder.mul(row, INTEGER(r))) for r in range(rows)]

    with cgutils.for_range(builder, how_many) as one:
        count = load(counts, one.index, INTEGER)
        first = builder.mul(one.index, most)
        to = starts(builder.add(target, load(targets, one.index, INTEGER)), target_row)
        for r, v in cells:
            builder.store(read(builder, to[r], vector, v), sums[r, v])
        with cgutils.for_range(builder, count) as member:
            n = builder.add(first, member.index)
            factor = repeat(builder, load(factors, n, element), vector)
            at = starts(builder.add(source, load(offsets, n, INTEGER)), source_row)
            for r, v in cells:
                add_product(builder, factor, read(builder, at[r], vector, v), sums[r, v])
        for r, v in cells:
            place = builder.add(to[r], INTEGER(v * BYTES))
            pointer = builder.inttoptr(place, vector.as_pointer())
            builder.store(builder.load(sums[r, v]), pointer, align=size)


@numba_njit
def vectors_for(n, like):
    """How many vectors hold a row of n numbers of an array's type."""
    return -(-n * like.itemsize // BYTES)


@numba_njit
def add_picked(rows, vectors, lists, targets, source, source_row, target, target_row):
    """Add to the target of each list all that it picks from the source, times its factors.

    Whole vectors are read and written: both arrays go on behind the last row.

    Parameters
    ----------
    rows, vectors : int
        Of a piece.
    lists : (counts, offsets, factors), arrays of shape (lists,), (lists, most), (lists, most)
        How many pieces each picks, bytes from the first number of the source to theirs, and what
        they are multiplied by.
    targets : int64 array, shape (lists,)
        Bytes from the first number of the target.
    source, target : array
    source_row, target_row : int
        Bytes from one row of a piece to the next.
    """
    counts, offsets, factors = lists
    packed = (
        *(len(counts), offsets.shape[1], np.intp(counts.ctypes.data)),
        *(np.intp(offsets.ctypes.data), np.intp(factors.ctypes.data)),
        np.intp(targets.ctypes.data),
    )
    v = 0
    while v < vectors:
        width = 4 if vectors - v >= 4 else (2 if vectors - v >= 2 else 1)
        r = 0
        while r < rows:
            height = 1
            for each in ROWS:
                if height == 1 and each <= rows - r and each * width <= MOST:
                    height = each
            at = np.intp(source.ctypes.data) + r * source_row + v * BYTES
            to = np.intp(target.ctypes.data) + r * target_row + v * BYTES
            _add_tiles((height, width), packed, (at, source_row, to, target_row), source)
            r += height
        v += width
