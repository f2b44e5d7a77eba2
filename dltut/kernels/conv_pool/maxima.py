"""The way back through maxima: a map's gradient is 0 but at one spot of each window.

What is 0 is left out. A list for each map has the patches of the picture under its maxima, whose
sum is the gradient of a filter; a list for each spot has the maps that have a maximum there, and
the sum of their filters is the gradient of the patch. Pixels lie on a canvas, channels last: a row
of a patch is one piece of memory, whatever the steps of the convolution are. Indices are unsigned:
see `gather`.
"""

import numpy as np
from numba.cpython.unsafe.numbers import trailing_zeros
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.canvas import new_canvas
from dltut.kernels.engine.picked import vectors_for
from dltut.kernels.engine.vectors import BYTES


@numba_njit
def canvas_of(frame, like):
    """A canvas for a picture: its sides, its place there, and how many columns the canvas has."""
    shape = frame[0]
    sides, place = (shape.channels, shape.rows, shape.columns), (shape.pad_rows, shape.pad_columns)
    width = shape.columns + 2 * shape.pad_columns
    return sides, place, width, new_canvas(shape.rows + 2 * shape.pad_rows, width, sides[0], like)


@numba_njit
def row_of_pixels(frame, like):
    """Bytes from one row of the pixels to the next."""
    shape = frame[0]
    return (shape.columns + 2 * shape.pad_columns) * shape.channels * like.itemsize


@numba_njit
def pixels_of_spots(frame, like):
    """Bytes from the first pixel to the first of the patch of each spot, int64 (spots,)."""
    shape, row = frame[0], row_of_pixels(frame, like)
    places = np.empty((shape.out_rows, shape.out_columns), np.int64)
    for r in range(shape.out_rows):
        for s in range(shape.out_columns):
            column = s * shape.step_columns * shape.channels * like.itemsize
            places[r, s] = r * shape.step_rows * row + column
    return places.reshape(-1)


@numba_njit
def size_of_filter(frame, like):
    """Numbers of a filter whose rows, of all channels, are whole vectors, and of such a row."""
    shape, lanes = frame[0], BYTES // like.itemsize
    row = vectors_for(shape.kernel_columns * shape.channels, like) * lanes
    return shape.kernel_rows * row, row


@numba_njit
def order_of_filters(frame, flip, like):
    """Where each number of w (maps, channels, rows, columns) lies in filters of whole vectors.

    Returns
    -------
    int64 array, shape (w.size,)
    """
    shape, (size, row) = frame[0], size_of_filter(frame, like)
    rows, columns, n = shape.kernel_rows, shape.kernel_columns, 0
    order = np.empty(shape.maps * shape.channels * rows * columns, np.int64)
    for m in range(shape.maps):
        for c in range(shape.channels):
            for i in range(rows):
                for j in range(columns):
                    top, left = (rows - 1 - i, columns - 1 - j) if flip else (i, j)
                    order[n] = m * size + top * row + left * shape.channels + c
                    n += 1
    return order


@numba_njit
def places_of_filters(frame, size):
    """Bytes from the first filter to each, int64 (maps,), for so many bytes of one."""
    places = np.empty(frame[0].maps, np.int64)
    for m in range(len(places)):
        places[m] = m * size
    return places


@numba_njit
def steps_of(frame, ws):
    """Spots from the first of a window to each of its elements, uint64 (elements,)."""
    steps = np.empty(ws[0] * ws[1], np.uint64)
    for place in range(len(steps)):
        steps[place] = place // ws[1] * frame[0].out_columns + place % ws[1]
    return steps


@numba_njit
def pick(spot, m, value, pixels, filter_size, of_maps, of_spots):
    """Put a maximum on the list of its map, and on that of its spot if there are any.

    Parameters
    ----------
    spot, m : int
    value : float
        Its gradient.
    pixels : int64 array, shape (spots,)
        See `pixels_of_spots`.
    filter_size : int
        Bytes of a filter.
    of_maps, of_spots : (counts, offsets, factors)
        See `dltut.kernels.engine.picked.add_picked`.
    """
    counts, offsets, factors = of_maps
    n = np.uint64(counts[m])
    offsets[m, n], factors[m, n] = pixels[spot], value
    counts[m] += 1
    counts, offsets, factors = of_spots
    if len(counts):
        n = np.uint64(counts[spot])
        offsets[spot, n], factors[spot, n] = np.int64(m) * filter_size, value
        counts[spot] += 1


@numba_njit
def pick_maxima(up, positions, frame, ws, steps, to_all, pixels, filter_size, of_maps, of_spots):
    """Fill the lists of one picture.

    Parameters
    ----------
    up, positions : array, shape (maps * out rows * out columns,)
        The gradient of the pooled maps, and the places of their maxima.
    frame : record
    ws : pair of int
    steps : uint64 array
        See `steps_of`.
    to_all : bool
        Whether places are sets, and all of equal maxima have the gradient.
    pixels, filter_size, of_maps, of_spots
        See `pick`.
    """
    rows, columns = np.uint64(frame[0].out_rows), np.uint64(frame[0].out_columns)
    ws_rows, ws_columns, one = np.uint64(ws[0]), np.uint64(ws[1]), np.uint64(1)
    of_maps[0][:], of_spots[0][:] = 0, 0
    k = np.uint64(0)
    for m in range(np.uint64(frame[0].maps)):
        for r in range(rows // ws_rows):
            window = r * ws_rows * columns
            for _ in range(columns // ws_columns):
                value = up[k]
                if to_all:
                    equals = np.uint64(positions[k])
                    while equals:  # the lowest bit goes: nearly all sets have but one
                        spot = window + steps[trailing_zeros(equals)]
                        pick(spot, m, value, pixels, filter_size, of_maps, of_spots)
                        equals &= equals - one
                else:
                    spot = window + steps[positions[k]]
                    pick(spot, m, value, pixels, filter_size, of_maps, of_spots)
                window, k = window + ws_columns, k + one


@numba_njit
def empty_lists(n, most, like):
    """Room for n lists of at most so many members."""
    return np.zeros(n, np.int64), np.empty((n, most), np.int64), np.empty((n, most), like.dtype)
