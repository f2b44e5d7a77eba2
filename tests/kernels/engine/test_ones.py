"""Lists of ones, and sums of the rows that they pick."""

import numba
import numpy as np
import pytest

from dltut.kernels.engine.ones import AHEAD, add_picked, list_ones


@numba.njit
def listed(row, first):
    """Where a row (n,) is not 0, counted from `first` on, and what is behind the room for it."""
    room = np.full(len(row) + AHEAD + 1, -1, np.int32)
    places = np.intp(row.ctypes.data), first, len(row), np.intp(room.ctypes.data)
    count = list_ones(*places, row)
    return room[:count], room[-1]


@numba.njit
def picked(lists, lengths, rows, sums):
    """Add to sums (chains, n) the rows that lists (chains, most) pick."""
    packed = (
        *(len(lists), np.intp(lengths.ctypes.data), 8),
        *(np.intp(lists.ctypes.data), lists.shape[1] * 4),
    )
    n, at, to = rows.shape[1], np.intp(rows.ctypes.data), np.intp(sums.ctypes.data)
    add_picked(packed, at, n * rows.itemsize, n, to, n * rows.itemsize, rows)


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_lists_of_ones(width):
    """Few, none, all; whole vectors and a last one that shares numbers with the one before."""
    rng = np.random.default_rng(0)
    for n in (16, 17, 31, 64, 99):
        for share in (0, 0.1, 0.6, 1):
            row = (rng.random(n) < share).astype(width)
            found, behind = listed(row, 7)
            assert found.tolist() == (7 + np.flatnonzero(row)).tolist() and behind == -1


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_sums_of_rows(width):
    """The bits are those of a sum from left to right."""
    rng = np.random.default_rng(1)
    for n in (16, 21, 64, 100, 130, 300):
        rows, sums = (rng.normal(size=(m, n)).astype(width) for m in (40, 3))
        lists = [np.sort(rng.choice(40, count, replace=False)) for count in (0, 5, 40)]
        padded = np.array([np.resize(each, 40) for each in map(list, lists) if len(each)], "int32")
        padded = np.concatenate([np.zeros((1, 40), "int32"), padded])
        wanted = sums.copy()
        for total, members in zip(wanted, lists, strict=True):
            for member in members:
                total += rows[member]
        picked(padded, np.array([0, 5, 40]), rows, sums)
        np.testing.assert_array_equal(sums, wanted)
