"""Maxima of windows side by side over all maps of one picture.

Small windows are compared by vector instructions: a vector holds the same element of several
windows. Indices are unsigned: see `gather`.
"""

from functools import cache

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.vectors import BYTES, INTEGER

SMALL = 16  # elements of a window: more would make long code
FEW = 4  # windows in a vector where a row has no more of them


@cache
def window_maxima(ws: tuple[int, int], windows: int, dtype: str, place_type: str, sets: bool):
    """An intrinsic for the maxima of small windows side by side, and their places in them.

    It takes (address of the first window, bytes from row to row, addresses of the first maximum and
    of the first place). The first of equal maxima counts; not a number wins, as in NumPy.

    Parameters
    ----------
    ws : pair of int
        Rows and columns of a window.
    windows : int
    dtype : {"float32", "float64"}
    place_type : str
        Of whole numbers.
    sets : bool
        Whether a place is a set: bit k is 1 where element k is as large as the maximum.
    """
    rows, columns = ws
    size = np.dtype(dtype).itemsize
    element = ir.FloatType() if size == 4 else ir.DoubleType()
    vector, of_row = (ir.VectorType(element, windows * each) for each in (1, columns))
    bits_of_place = 8 * np.dtype(place_type).itemsize
    integers, narrow = (ir.VectorType(ir.IntType(n), windows) for n in (8 * size, bits_of_place))

    @intrinsic
    def maxima(typing, places):
        """The places, of what is named above."""

        def code(context, builder, signature, values):
            """Load rows of all windows, sort their elements by columns, keep what is larger."""
            top, row_bytes, pooled, positions = cgutils.unpack_tuple(builder, values[0])
            best = place = None
            elements = []
            for i in range(rows):
                start = builder.add(top, builder.mul(row_bytes, INTEGER(i)))
                row = builder.load(builder.inttoptr(start, of_row.as_pointer()), align=size)
                for j in range(columns):
                    column = [s * columns + j for s in range(windows)]
                    column = ir.VectorType(ir.IntType(32), windows)(column)
                    value = builder.shuffle_vector(row, of_row(ir.Undefined), column)
                    here = integers([i * columns + j] * windows)
                    elements.append(value)
                    if best is None:
                        best, place = value, here
                        continue
                    is_number = builder.fcmp_ordered("ord", best, best)
                    better = builder.and_(builder.fcmp_unordered(">", value, best), is_number)
                    best = builder.select(better, value, best)
                    place = builder.select(better, here, place)
            if sets:
                place = integers([0] * windows)
                for k, value in enumerate(elements):
                    bit = integers([1 << k] * windows)
                    is_best = builder.fcmp_ordered("==", value, best)
                    place = builder.or_(
                        place, builder.select(is_best, bit, integers([0] * windows))
                    )
            builder.store(best, builder.inttoptr(pooled, vector.as_pointer()), align=size)
            if bits_of_place != 8 * size:
                cast = builder.trunc if bits_of_place < 8 * size else builder.zext
                place = cast(place, narrow)
            builder.store(place, builder.inttoptr(positions, narrow.as_pointer()), align=1)
            return context.get_dummy_value()

        return types.void(places), code

    return maxima


def pool_of(ws: tuple[int, int], dtype: str, place_type: str, sets: bool):
    """What pools all maps of a picture by windows of one size, to be compiled for one width.

    Parameters
    ----------
    ws : pair of int
    dtype, place_type : str
    sets : bool
        See `window_maxima`.
    """
    ws_rows, ws_columns = map(np.uint64, ws)
    size = np.dtype(dtype).itemsize
    many, few = BYTES // size, min(FEW, BYTES // size)
    is_small = ws[0] * ws[1] <= SMALL
    if is_small:
        maxima_of_many, maxima_of_few = (
            window_maxima(ws, n, dtype, place_type, sets) for n in (many, few)
        )
    place_size = np.dtype(place_type).itemsize

    @numba_njit
    def pool_row(top, columns, maps, n, out, pooled, positions):
        """A row of n windows from element `top` of the maps on, one after the other.

        What they yield goes to element `out` of pooled and positions, and those behind it.
        """
        for s in range(n):
            best, place = maps[top + s * ws_columns], np.uint64(0)
            for i in range(ws_rows):
                for j in range(ws_columns):
                    value = maps[top + i * columns + s * ws_columns + j]
                    if value > best or (value != value and best == best):
                        best, place = value, i * ws_columns + j
            pooled[out + s], positions[out + s] = best, place
            if sets:
                equals = np.uint64(0)
                for i in range(ws_rows):
                    for j in range(ws_columns):
                        here = maps[top + i * columns + s * ws_columns + j] == best
                        equals |= np.uint64(here) << (i * ws_columns + j)
                positions[out + s] = equals

    @numba_njit
    def pool_vectors(top, columns, maps, n, out, pooled, positions):
        """The same by vectors, the last of which may overlap the one before."""
        start = np.intp(maps.ctypes.data) + np.intp(top) * size
        to = np.intp(pooled.ctypes.data) + np.intp(out) * size
        place = np.intp(positions.ctypes.data) + np.intp(out) * place_size
        row, n = np.intp(columns) * size, np.intp(n)
        windows = many if n >= many else few
        for first in range(0, n, windows):
            s = min(first, n - windows)
            at = start + s * np.intp(ws_columns) * size
            places = at, row, to + s * size, place + s * place_size
            if n >= many:
                maxima_of_many(places)
            else:
                maxima_of_few(places)

    @numba_njit
    def pool(maps, frame, pooled, positions):
        """Maxima and their places.

        Parameters
        ----------
        maps : array, shape (maps * rows * columns,)
        frame : record
        pooled, positions : array, shape (maps * out rows * out columns,)
        """
        rows, columns = np.uint64(frame[0].out_rows), np.uint64(frame[0].out_columns)
        out_rows, out_columns = rows // ws_rows, columns // ws_columns
        out = np.uint64(0)
        for m in range(np.uint64(frame[0].maps)):
            for r in range(out_rows):
                top = (m * rows + r * ws_rows) * columns
                if is_small and out_columns >= few:
                    pool_vectors(top, columns, maps, out_columns, out, pooled, positions)
                else:
                    pool_row(top, columns, maps, out_columns, out, pooled, positions)
                out += out_columns

    return pool
