"""Copies of the factors of a product, side by side as its tiles read them.

Places are addresses and distances are bytes, as in `dltut.kernels.engine.gemm`.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.places import piece
from dltut.kernels.engine.vectors import BYTES, INTEGER, fetch, read

LEFT_DEPTH = 256  # terms of a left factor that are copied at a time
AHEAD = 8  # rows from one that is copied to one that memory is asked for


@intrinsic
def peek(typing, place, like):
    """The number at an address, of an array's type."""

    def code(context, builder, signature, values):
        """A load."""
        kind = context.get_value_type(like.dtype).as_pointer()
        return builder.load(builder.inttoptr(values[0], kind))

    return like.dtype(types.intp, like), code


@intrinsic
def expect(typing, place):
    """A hint that an address is read soon."""

    def code(context, builder, signature, values):
        """No more than that: any address will do."""
        fetch(builder, values[0], to_write=0)
        return context.get_dummy_value()

    return types.void(types.intp), code


@intrinsic
def poke(typing, place, value):
    """Write a number to an address."""

    def code(context, builder, signature, values):
        """A store."""
        pointer = builder.inttoptr(values[0], values[1].type.as_pointer())
        builder.store(values[1], pointer)
        return context.get_dummy_value()

    return types.void(types.intp, value), code


def vectors_copied(count: int):
    """An intrinsic that copies so many vectors of an array's type from one address to another."""

    @intrinsic
    def copy(typing, source, target, like):
        """From the first to the second; of the third only the type counts."""

        def code(context, builder, signature, values):
            """Loads and stores that need not be aligned."""
            lanes = 8 * BYTES // like.dtype.bitwidth
            vector = ir.VectorType(context.get_value_type(like.dtype), lanes)
            for v in range(count):
                place = builder.add(values[1], INTEGER(v * BYTES))
                pointer = builder.inttoptr(place, vector.as_pointer())
                builder.store(read(builder, values[0], vector, v), pointer, align=4)
            return context.get_dummy_value()

        return types.void(types.intp, types.intp, like), code

    return copy


copy_vector, copy_two_vectors = vectors_copied(1), vectors_copied(2)


@numba_njit
def copy_panel(b, row, column, k, columns, width, panel):
    """Copy columns of the right factor side by side, and zeros up to the width of the tile.

    Parameters
    ----------
    b, row, column : int
        Where they begin, and bytes from row to row and from column to column.
    k, columns, width : int
        Rows, columns, and columns of the panel.
    panel : array, shape (k * width,) or more
    """
    if column == panel.itemsize and columns * panel.itemsize == 2 * BYTES:
        start = np.intp(panel.ctypes.data)
        for p in range(k):
            copy_two_vectors(b + p * row, start + p * 2 * BYTES, panel)
        return
    for p in range(k):
        out = piece(panel, (p * width,), width)
        for j in range(columns):
            out[j] = peek(b + p * row + j * column, panel)
        for j in range(columns, width):
            out[j] = 0


@numba_njit
def merge_edge(edge, width, m, columns, beta, c, c_row):
    """Take the columns at the right edge from their own place to the result.

    Parameters
    ----------
    edge : array, shape (m * width,) or more
        The product there.
    m, columns : int
        Rows and columns that go to the result, which is at address c.
    """
    for r in range(m):
        row = piece(edge, (r * width,), width)
        for s in range(columns):
            place = c + r * c_row + s * edge.itemsize
            poke(place, row[s] if beta == 0 else row[s] + beta * peek(place, edge))


@numba_njit
def copy_left(a, row, term, m, k, rows, left):
    """Copy a left factor to panels of some rows, term after term of all rows of a panel.

    Parameters
    ----------
    a, row, term : int
        Where it begins, and bytes from row to row and from term to term.
    m, k, rows : int
        Rows, terms of a sum, and rows of a panel; those that the last one lacks stay as they are.
    left : array, shape (panels * k * rows,) or more
    """
    size = left.itemsize
    for top in range(0, m, rows):
        height, start = min(rows, m - top), np.intp(left.ctypes.data) + top * k * size
        if term == size:
            for first in range(0, k, 16):
                for r in range(height):
                    place, to = a + (top + r) * row, start + r * size
                    for p in range(first, min(first + 16, k)):
                        poke(to + p * rows * size, peek(place + p * size, left))
        else:
            for p in range(k):
                place, to = a + p * term + top * row, start + p * rows * size
                expect(place + 8 * term)
                for r in range(height):
                    poke(to + r * size, peek(place + r * row, left))


@numba_njit
def copy_right(b, row, column, k, n, width, right):
    """Copy the right factor to panels of all its columns, and zeros up to the width of the last.

    Some panels at a time, so that their rows are read from few pages of memory.

    Parameters
    ----------
    b, row, column : int
        Where it begins, and bytes from row to row and from column to column.
    k, n, width : int
        Rows, columns, and columns of a panel.
    right : array, shape (panels * k * width,) or more
    """
    for left in range(0, n, 8 * width):
        for p in range(k):
            for j in range(left, min(left + 8 * width, n), width):
                at = j * k + p * width
                expect(b + (p + AHEAD) * row + j * column)
                if column == right.itemsize and j + width <= n:
                    place = np.intp(right.ctypes.data) + at * right.itemsize
                    copy_two_vectors(b + p * row + j * column, place, right)
                else:
                    for s in range(width):
                        number = right.dtype.type(0)
                        if j + s < n:
                            number = peek(b + p * row + (j + s) * column, right)
                        right[at + s] = number
