"""Addresses and pieces of arrays beside NumPy's, in any layout."""

import numba
import numpy as np
import pytest

from dltut.kernels.engine.places import piece, spot


@pytest.fixture(scope="module")
def placed():
    return numba.njit(lambda array, place: spot(array, place))


@pytest.fixture(scope="module")
def changed():
    def change(array, place, n):
        part = piece(array, place, n)
        for i in range(len(part)):
            part[i] += i + 1
        return part.sum()

    return numba.njit(change)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_spot(dtype, placed):
    matrix = np.zeros((5, 7), dtype)
    for array in (matrix, matrix.T, matrix[::2, 1::3], matrix[::-1]):
        for place in ((0, 0), (2, 1)):
            rest = array[place[0] :, place[1] :]
            assert placed(array, place) == rest.__array_interface__["data"][0]


def test_piece(changed, rng):
    """Of a row, or of an array of any number of dimensions, to be changed where it lies."""
    for shape, place in [((9,), (3,)), ((4, 6), (2, 1)), ((2, 3, 8), (1, 2, 4))]:
        array = rng.standard_normal(shape)
        wanted = array.copy()
        wanted[place[:-1]][place[-1] : place[-1] + 4] += np.arange(1, 5)
        total = changed(array, place, 4)
        np.testing.assert_array_equal(array, wanted)
        assert np.isclose(total, wanted[place[:-1]][place[-1] : place[-1] + 4].sum())
    assert changed(array, (0, 0, 0), 0) == 0
