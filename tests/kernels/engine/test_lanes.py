"""Elementwise loops over rows of memory: results in place, rows of any length, both widths."""

import numba
import numpy as np
import pytest
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.lanes import for_each, in_line


@in_line
def rotated(x, y, z, factor):
    """Two results, one of them in the place of what it is made of."""
    return x + factor * y, y * z


@numba.njit
def rotate(x, y, z, factor):
    places = np.intp(x.ctypes.data), np.intp(y.ctypes.data), np.intp(z.ctypes.data)
    for_each(rotated, len(x) - 1, places, (factor,), x)


@pytest.mark.parametrize("width", ["float32", "float64"])
@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 31, 100])
def test_rows_of_any_length(width, n, rng):
    x, y, z = (rng.normal(size=n + 1).astype(width) for _ in range(3))
    before = x.copy(), y.copy(), z.copy()
    factor = np.dtype(width).type(0.5)
    rotate(x, y, z, factor)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_allclose(y[:-1], (before[0] + factor * before[1])[:-1], rtol=1e-6)
    np.testing.assert_allclose(z[:-1], (before[1] * before[2])[:-1], rtol=1e-6)
    assert (y[-1], z[-1]) == (before[1][-1], before[2][-1])


def test_many_rows_are_vectors():
    """With more than a few rows LLVM would not look whether they overlap."""

    @in_line
    def sums(*numbers):
        return tuple(each * each for each in numbers[:6])

    @numba_njit(no_cpython_wrapper=False)
    def squares(x):
        step = x.shape[1] * x.itemsize
        first = np.intp(x.ctypes.data)
        rows = (
            *(first, first + step, first + 2 * step, first + 3 * step),
            *(first + 4 * step, first + 5 * step, first + 6 * step, first + 7 * step),
            *(first + 8 * step, first + 9 * step, first + 10 * step, first + 11 * step),
        )
        for_each(sums, x.shape[1], rows, (), x)

    x = np.arange(12 * 50, dtype="float32").reshape(12, 50)
    before = x.copy()
    squares(x)
    np.testing.assert_array_equal(x[6:], before[:6] ** 2)
    code = squares.inspect_llvm(squares.signatures[0])
    assert "x float> " in code
