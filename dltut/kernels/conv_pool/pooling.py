"""Maxima of windows side by side over all maps of one picture, and the way back.

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

from dltut.kernels.engine.dots import BYTES
from dltut.kernels.engine.panels import INTEGER

SMALL = 16  # elements of a window: more would make long code
FEW = 4  # windows in a vector where a row has no more of them


@cache
def window_maxima(ws: tuple[int, int], windows: int, dtype: str):
    """An intrinsic for the maxima of small windows side by side, and their places in them.

    It takes (address of the first window, bytes from row to row, addresses of the first maximum and
    of the first place). The first of equal maxima counts; not a number wins, as in NumPy.

    Parameters
    ----------
    ws : pair of int
        Rows and columns of a window.
    windows : int
    dtype : {"float32", "float64"}
    """
    rows, columns = ws
    size = np.dtype(dtype).itemsize
    element = ir.FloatType() if size == 4 else ir.DoubleType()
    vector, of_row = (ir.VectorType(element, windows * each) for each in (1, columns))
    integers, bytes_ = (ir.VectorType(ir.IntType(bits), windows) for bits in (8 * size, 8))

    @intrinsic
    def maxima(typing, places):
        """The places, of what is named above."""

        def code(context, builder, signature, values):
            """Load rows of all windows, sort their elements by columns, keep what is larger."""
            top, row_bytes, pooled, positions = cgutils.unpack_tuple(builder, values[0])
            best = place = None
            for i in range(rows):
                start = builder.add(top, builder.mul(row_bytes, INTEGER(i)))
                row = builder.load(builder.inttoptr(start, of_row.as_pointer()), align=size)
                for j in range(columns):
                    column = [s * columns + j for s in range(windows)]
                    column = ir.VectorType(ir.IntType(32), windows)(column)
                    value = builder.shuffle_vector(row, of_row(ir.Undefined), column)
                    here = integers([i * columns + j] * windows)
                    if best is None:
                        best, place = value, here
                        continue
                    is_number = builder.fcmp_ordered("ord", best, best)
                    better = builder.and_(builder.fcmp_unordered(">", value, best), is_number)
                    best = builder.select(better, value, best)
                    place = builder.select(better, here, place)
            builder.store(best, builder.inttoptr(pooled, vector.as_pointer()), align=size)
            place = builder.trunc(place, bytes_)
            builder.store(place, builder.inttoptr(positions, bytes_.as_pointer()), align=1)
            return context.get_dummy_value()

        return types.void(places), code

    return maxima


def pool_of(ws: tuple[int, int], dtype: str):
    """What pools all maps of a picture by windows of one size, to be compiled for one width."""
    ws_rows, ws_columns = map(np.uint64, ws)
    size = np.dtype(dtype).itemsize
    many, few = BYTES // size, min(FEW, BYTES // size)
    is_small = ws[0] * ws[1] <= SMALL
    if is_small:
        maxima_of_many, maxima_of_few = (window_maxima(ws, n, dtype) for n in (many, few))

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

    @numba_njit
    def pool_vectors(top, columns, maps, n, out, pooled, positions):
        """The same by vectors, the last of which may overlap the one before."""
        start = np.intp(maps.ctypes.data) + np.intp(top) * size
        to, place = np.intp(pooled.ctypes.data) + np.intp(out) * size, np.intp(out)
        place += np.intp(positions.ctypes.data)
        row, n = np.intp(columns) * size, np.intp(n)
        windows = many if n >= many else few
        for first in range(0, n, windows):
            s = min(first, n - windows)
            places = start + s * np.intp(ws_columns) * size, row, to + s * size, place + s
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


@numba_njit
def unpool(up, positions, frame, ws, map_step, spot_step, delta):
    """The reverse of a pool: gradients go to the maxima, 0 to all else.

    Parameters
    ----------
    up, positions : array, shape (maps * out rows * out columns,)
    frame : record
    ws : pair of int
    map_step, spot_step : int
        Elements of `delta` from one map to the next, and from one spot of a map to the next.
    delta : array, shape (maps * rows * columns,)
    """
    rows, columns = np.uint64(frame[0].out_rows), np.uint64(frame[0].out_columns)
    ws_rows, ws_columns = np.uint64(ws[0]), np.uint64(ws[1])
    map_step, spot_step = np.uint64(map_step), np.uint64(spot_step)
    out_rows, out_columns = rows // ws_rows, columns // ws_columns
    steps = np.empty(ws_rows * ws_columns, dtype=np.uint64)  # from a window to its elements
    for place in range(np.uint64(len(steps))):
        steps[place] = (place // ws_columns * columns + place % ws_columns) * spot_step
    delta[:] = 0
    k = np.uint64(0)
    for m in range(np.uint64(frame[0].maps)):
        for r in range(out_rows):
            window = m * map_step + r * ws_rows * columns * spot_step
            for _ in range(out_columns):
                delta[window + steps[positions[k]]] = up[k]
                window, k = window + ws_columns * spot_step, k + np.uint64(1)


@numba_njit
def mark_ties(maps, frame, ws, pooled, positions):
    """Put sets in the place of places: bit k is 1 where element k is as large as the maximum.

    Parameters
    ----------
    maps : array, shape (maps * rows * columns,)
    frame : record
    ws : pair of int
    pooled, positions : array, shape (maps * out rows * out columns,)
    """
    rows, columns = np.uint64(frame[0].out_rows), np.uint64(frame[0].out_columns)
    ws_rows, ws_columns = np.uint64(ws[0]), np.uint64(ws[1])
    out_rows, out_columns = rows // ws_rows, columns // ws_columns
    k = np.uint64(0)
    for m in range(np.uint64(frame[0].maps)):
        for r in range(out_rows):
            top = (m * rows + r * ws_rows) * columns
            for s in range(out_columns):
                equals = np.uint64(0)
                for i in range(ws_rows):
                    for j in range(ws_columns):
                        here = maps[top + i * columns + s * ws_columns + j] == pooled[k + s]
                        equals |= np.uint64(here) << (i * ws_columns + j)
                positions[k + s] = equals
            k += out_columns


@numba_njit
def unpool_ties(up, positions, frame, ws, map_step, spot_step, delta):
    """`unpool` where places are sets: gradients go to all of several equal maxima.

    Parameters
    ----------
    up, positions, frame, ws, map_step, spot_step, delta
        As for `unpool`.
    """
    rows, columns = np.uint64(frame[0].out_rows), np.uint64(frame[0].out_columns)
    ws_rows, ws_columns = np.uint64(ws[0]), np.uint64(ws[1])
    map_step, spot_step = np.uint64(map_step), np.uint64(spot_step)
    out_rows, out_columns = rows // ws_rows, columns // ws_columns
    delta[:] = 0
    k = np.uint64(0)
    for m in range(np.uint64(frame[0].maps)):
        for r in range(out_rows):
            top = m * map_step + r * ws_rows * columns * spot_step
            for s in range(out_columns):
                equals = np.uint64(positions[k + s])
                for i in range(ws_rows):
                    for j in range(ws_columns):
                        if equals >> (i * ws_columns + j) & np.uint64(1):
                            spot = i * columns + s * ws_columns + j
                            delta[top + spot * spot_step] = up[k + s]
            k += out_columns
