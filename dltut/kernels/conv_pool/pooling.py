"""Maxima of windows side by side over all maps of one picture, and the way back.

Both are compiled twice: for windows of 2 x 2, whose elements vector instructions can sort, and for
all others, and again where all of several equal maxima get the gradient: their places are sets of
bits then. Numbers are unsigned: see `gather`.
"""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit


@numba_njit(inline="always")
def pool_rows(maps, rows, columns, ws_rows, ws_columns, to_all, pooled, positions):
    """Maxima and their places in windows side by side; not a number wins, as in NumPy.

    Parameters
    ----------
    maps : array, shape (maps * rows * columns,)
    rows, columns, ws_rows, ws_columns : uint64
        Of a map and of a window.
    to_all : bool
        Whether a place is the set of all of several equal maxima.
    pooled, positions : array, shape (maps * out rows * out columns,)
    """
    out_rows, out_columns = rows // ws_rows, columns // ws_columns
    for row in range(np.uint64(len(pooled)) // (out_rows * out_columns) * out_rows):
        top = (row // out_rows * rows + row % out_rows * ws_rows) * columns
        out = row * out_columns
        for s in range(out_columns):
            best, place = maps[top + s * ws_columns], np.uint64(0)
            for i in range(ws_rows):
                for j in range(ws_columns):
                    value = maps[top + i * columns + s * ws_columns + j]
                    better = (value > best) | ((value != value) & (best == best))
                    best = value if better else best
                    place = i * ws_columns + j if better else place
            if to_all:
                place = np.uint64(0)
                for i in range(ws_rows):
                    for j in range(ws_columns):
                        here = maps[top + i * columns + s * ws_columns + j] == best
                        place |= np.uint64(here) << (i * ws_columns + j)
            pooled[out + s], positions[out + s] = best, place


@numba_njit
def pool_tiles(maps, frame, ws, to_all, pooled, positions):
    """`pool_rows` with the sides that a frame says, for a window `ws` (rows, columns)."""
    rows, columns = np.uint64(frame[0].out_rows), np.uint64(frame[0].out_columns)
    two, ws_rows, ws_columns = np.uint64(2), np.uint64(ws[0]), np.uint64(ws[1])
    if ws == (2, 2):
        if to_all:
            pool_rows(maps, rows, columns, two, two, True, pooled, positions)
        else:
            pool_rows(maps, rows, columns, two, two, False, pooled, positions)
    else:
        pool_rows(maps, rows, columns, ws_rows, ws_columns, to_all, pooled, positions)


@numba_njit(inline="always")
def unpool_rows(up, positions, rows, columns, ws_rows, ws_columns, to_all, delta):
    """The reverse of `pool_rows`: gradients go to the maxima, 0 to the rest of each window.

    Parameters
    ----------
    up, positions : array, shape (maps * out rows * out columns,)
    rows, columns, ws_rows, ws_columns : uint64
    to_all : bool
    delta : array, shape (maps * rows * columns,)
    """
    out_rows, out_columns = rows // ws_rows, columns // ws_columns
    for row in range(np.uint64(len(up)) // (out_rows * out_columns) * out_rows):
        top = (row // out_rows * rows + row % out_rows * ws_rows) * columns
        out = row * out_columns
        for i in range(ws_rows):
            for s in range(out_columns):
                for j in range(ws_columns):
                    place = i * ws_columns + j
                    if to_all:
                        here = np.uint64(positions[out + s]) >> place & np.uint64(1) != 0
                    else:
                        here = positions[out + s] == place
                    target = top + i * columns + s * ws_columns + j
                    delta[target] = up[out + s] if here else up.dtype.type(0)


@numba_njit
def unpool_tiles(up, positions, frame, ws, to_all, delta):
    """`unpool_rows` with the sides that a frame says, for a window `ws` (rows, columns)."""
    rows, columns = np.uint64(frame[0].out_rows), np.uint64(frame[0].out_columns)
    two, ws_rows, ws_columns = np.uint64(2), np.uint64(ws[0]), np.uint64(ws[1])
    if ws == (2, 2):
        if to_all:
            unpool_rows(up, positions, rows, columns, two, two, True, delta)
        else:
            unpool_rows(up, positions, rows, columns, two, two, False, delta)
    else:
        unpool_rows(up, positions, rows, columns, ws_rows, ws_columns, to_all, delta)
