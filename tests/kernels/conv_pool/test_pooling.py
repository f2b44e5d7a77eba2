"""Windows by vectors, held to loops: every size that vectors, their ends and single steps make."""

import numpy as np
import pytest
from numba import njit

from dltut.kernels.conv_pool.pooling import SMALL, pool_of
from dltut.kernels.engine.gather import FRAME
from dltut.kernels.engine.vectors import BYTES

MAPS = 2


def frame_of(rows, columns):
    frame = np.zeros(1, FRAME)
    frame["maps"], frame["out_rows"], frame["out_columns"] = MAPS, rows, columns
    return frame


def pooled_by_loops(maps, ws):
    """Maxima and places, (maps, out rows, out columns) each, as NumPy finds them."""
    count, rows, columns = maps.shape
    pooled = np.empty((count, rows // ws[0], columns // ws[1]), maps.dtype)
    places = np.empty(pooled.shape, np.uint8)
    for spot in np.ndindex(pooled.shape):
        m, r, s = spot
        window = maps[m, r * ws[0] :, s * ws[1] :][: ws[0], : ws[1]].ravel()
        places[spot] = np.argmax(window)  # the first of equals; not a number wins
        pooled[spot] = window[places[spot]]
    return pooled, places


@pytest.fixture(scope="module", params=[(2, 2), (1, 3), (3, 2), (1, 1), (SMALL, 2)])
def ws(request):
    return request.param


@pytest.fixture(scope="module", params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture(scope="module")
def pool(ws, dtype):
    return compiled(pool_of(ws, dtype, "uint8", sets=False))


def compiled(pooled_maps):

    @njit
    def pool(maps, frame, pooled, places):
        """The function that kernels call, from Python."""
        pooled_maps(maps, frame, pooled, places)

    return pool


@pytest.mark.parametrize("kind", ["numbers", "equals", "not numbers"])
def test_every_width(pool, ws, dtype, kind, rng):
    most = 2 * BYTES // np.dtype(dtype).itemsize + 2
    for out_columns in range(1, most):
        for spare in (0, ws[1] - 1):  # elements of a row that belong to no window
            rows, columns = 2 * ws[0] + ws[0] // 2, out_columns * ws[1] + spare
            maps = rng.standard_normal((MAPS, rows, columns)).astype(dtype)
            if kind == "equals":
                maps = np.sign(maps) * 0  # zeros of both signs
            if kind == "not numbers":
                maps[rng.random(maps.shape) < 0.3] = np.nan
                maps[rng.random(maps.shape) < 0.2] = -np.inf
            expected, expected_places = pooled_by_loops(maps, ws)
            pooled, places = np.empty_like(expected), np.empty_like(expected_places)
            frame = frame_of(rows, columns)
            pool(maps.ravel(), frame, pooled.reshape(-1), places.reshape(-1))
            np.testing.assert_array_equal(pooled, expected)
            np.testing.assert_array_equal(places, expected_places)


@pytest.mark.parametrize(
    ("ws", "dtype", "place_type"),
    [((2, 2), "float32", "uint8"), ((3, 4), "float32", "int64"), ((3, 4), "float64", "int64")],
)
def test_sets_of_equals(ws, dtype, place_type, rng):
    """Bit k is 1 where element k is the maximum."""
    pool = compiled(pool_of(ws, dtype, place_type, sets=True))
    for out_columns in (1, 5, 2 * BYTES // np.dtype(dtype).itemsize + 1):
        rows, columns = 2 * ws[0] + 1, out_columns * ws[1] + 1
        maps = rng.integers(0, 3, (MAPS, rows, columns)).astype(dtype)
        maps[0, 0, 0] = np.nan
        tiles = maps[:, : 2 * ws[0], :-1].reshape(MAPS, 2, ws[0], out_columns, ws[1])
        maxima = tiles.max(axis=(2, 4), keepdims=True)
        bits = (1 << np.arange(ws[0] * ws[1])).reshape(ws[0], 1, ws[1])
        sets = ((tiles == maxima) * bits).sum(axis=(2, 4)).astype(place_type)
        pooled, places = np.empty(sets.shape, dtype), np.empty_like(sets)
        frame = frame_of(rows, columns)
        pool(maps.ravel(), frame, pooled.reshape(-1), places.reshape(-1))
        np.testing.assert_array_equal(pooled, maxima[:, :, 0, :, 0])
        np.testing.assert_array_equal(places, sets)
