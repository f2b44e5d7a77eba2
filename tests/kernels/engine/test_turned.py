"""Transposes, around the edges of the squares that they are made of."""

from itertools import product

import numba
import numpy as np
import pytest

from dltut.kernels.engine.turned import transpose


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_transposed(dtype):
    turned = numba.njit(lambda *given: transpose(*given))
    for rows, columns in product((0, 1, 4, 7, 8, 9, 16, 17, 35), repeat=2):
        matrix = np.arange(rows * columns, dtype=dtype)
        transposed = np.full(rows * columns + 9, -1, dtype)
        turned(matrix, rows, columns, transposed)
        wanted = matrix.reshape(rows, columns).T.ravel()
        np.testing.assert_array_equal(transposed[: rows * columns], wanted)
        np.testing.assert_array_equal(transposed[rows * columns :], -1)
