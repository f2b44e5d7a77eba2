"""Elementwise loops over rows of memory: results in place, rows of any length, both widths."""

import numba
import numpy as np
import pytest

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


@in_line
def squares(a, b, c, d, e, f, u, v, w, x, y, z):
    """Six results of six numbers."""
    return a * a, b * b, c * c, d * d, e * e, f * f


@numba.njit
def square(x):
    step, first = x.shape[1] * x.itemsize, np.intp(x.ctypes.data)
    half = first + 6 * step
    rows = first, first + step, first + 2 * step, first + 3 * step, first + 4 * step
    others = half, half + step, half + 2 * step, half + 3 * step, half + 4 * step
    for_each(squares, x.shape[1], (*rows, first + 5 * step, *others, half + 5 * step), (), x)


def test_many_rows_are_vectors():
    """With more than a few rows LLVM would not look whether they overlap."""
    x = np.arange(12 * 50, dtype="float32").reshape(12, 50)
    before = x.copy()
    square(x)
    np.testing.assert_array_equal(x[6:], before[:6] ** 2)
    assert "x float> " in square.inspect_llvm(square.signatures[0])
