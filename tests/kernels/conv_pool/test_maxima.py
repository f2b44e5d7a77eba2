"""Lists of maxima, and pixels with their channels last, beside NumPy's words for them."""

import numba
import numpy as np
import pytest

from dltut.kernels.conv_pool import maxima
from dltut.kernels.engine.canvas import cut, draw
from dltut.kernels.engine.gather import FRAME, fill_frame

frame_filled = numba.njit(fill_frame)
STEPS, PADS, KERNEL, MAPS = (2, 1), (1, 2), (3, 2), 3


def frame_of(channels, rows, columns):
    numbers = np.zeros(len(FRAME), "int64")
    given = (2, channels, rows, columns), (MAPS, channels, *KERNEL)
    frame_filled(*given, 3, PADS, STEPS, numbers)
    return numbers


@numba.njit
def turned(picture, numbers, back):
    """The pixels of a picture, a picture from them, and bytes: of spots, and from row to row."""
    frame, inner = numbers.view(FRAME), np.empty_like(picture)
    sides, place, width, pixels = maxima.canvas_of(frame, picture)
    draw(picture, sides, place, width, inner, pixels)
    cut(pixels, sides, place, width, inner, back)
    return (
        *(pixels, maxima.pixels_of_spots(frame, picture)),
        *(maxima.row_of_pixels(frame, picture), maxima.size_of_filter(frame, picture)),
    )


@numba.njit
def orders(numbers, like):
    frame = numbers.view(FRAME)
    return [maxima.order_of_filters(frame, flip, like) for flip in (False, True)]


@numba.njit
def picked(up, positions, numbers, ws, to_all, with_spots):
    """The lists of a picture's maxima, twice, since the second picture overwrites the first."""
    frame = numbers.view(FRAME)
    shape, steps = frame[0], maxima.steps_of(frame, ws)
    of_maps = maxima.empty_lists(shape.maps, shape.spots, up)
    of_spots = maxima.empty_lists(shape.spots if with_spots else 0, shape.maps, up)
    pixels = np.arange(shape.spots)
    for _ in range(2):
        given = up, positions, frame, ws, steps, to_all, pixels, 7, of_maps, of_spots
        maxima.pick_maxima(*given)
    return of_maps, of_spots


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("channels", "rows", "columns"), [(1, 3, 4), (5, 4, 3), (20, 9, 17)])
def test_layouts(dtype, channels, rows, columns, rng):
    numbers = frame_of(channels, rows, columns)
    picture = rng.standard_normal((channels, rows, columns)).astype(dtype)
    back = np.full(picture.size, np.nan, dtype)
    pixels, spots, row, (size, filter_row) = turned(picture.ravel(), numbers, back)
    np.testing.assert_array_equal(back, picture.ravel())
    around = np.pad(picture, [(0, 0), *((pad, pad) for pad in PADS)]).transpose(1, 2, 0)
    np.testing.assert_array_equal(pixels[: around.size], around.ravel())
    assert not pixels[around.size :].any()
    assert row == around[0].nbytes
    frame, itemsize = numbers.view(FRAME)[0], picture.itemsize
    wanted = np.add.outer(
        np.arange(frame["out_rows"]) * STEPS[0] * row,
        np.arange(frame["out_columns"]) * STEPS[1] * channels * itemsize,
    )
    np.testing.assert_array_equal(spots, wanted.ravel())
    w = rng.standard_normal((MAPS, channels, *KERNEL))
    for flip, order in enumerate(orders(numbers, picture)):
        filters = np.zeros((MAPS, KERNEL[0], filter_row))
        assert filters[0].size == size
        filters.reshape(-1)[order] = w.ravel()
        last = (w[:, :, ::-1, ::-1] if flip else w).transpose(0, 2, 3, 1)
        last = last.reshape(MAPS, KERNEL[0], -1)
        np.testing.assert_array_equal(filters[:, :, : last.shape[2]], last)
        assert not filters[:, :, last.shape[2] :].any()


@pytest.mark.parametrize("with_spots", [False, True])
@pytest.mark.parametrize("to_all", [False, True])
@pytest.mark.parametrize("ws", [(2, 2), (1, 3), (4, 2), (1, 1)])
def test_lists(ws, to_all, with_spots, rng):
    """As a matrix, maps by spots, a list is the gradient of the maps."""
    numbers = frame_of(2, 15, 10)
    frame = numbers.view(FRAME)[0]
    sides = frame["out_rows"], frame["out_columns"]
    pooled = MAPS, sides[0] // ws[0], sides[1] // ws[1]
    up = rng.standard_normal(pooled)
    places = rng.integers(0, ws[0] * ws[1], (*pooled, 2 if to_all else 1))
    wanted = np.zeros((MAPS, *sides))
    for m, r, s in np.ndindex(*pooled):
        for place in places[m, r, s]:
            i, j = divmod(place, ws[1])
            wanted[m, r * ws[0] + i, s * ws[1] + j] = up[m, r, s]
    wanted = wanted.reshape(MAPS, -1)
    sets = np.bitwise_or.reduce(1 << places, axis=3) if to_all else places[..., 0]
    given = up.ravel(), sets.ravel().astype("uint8"), numbers, ws, to_all, with_spots
    for lists, divisor, matrix in zip(picked(*given), (1, 7), (wanted, wanted.T), strict=True):
        found = np.zeros_like(matrix)
        for one, (count, offsets, factors) in enumerate(zip(*lists, strict=True)):
            found[one, offsets[:count] // divisor] = factors[:count]
        if with_spots or matrix is wanted:
            np.testing.assert_array_equal(found, matrix)
