"""Sums of picked pieces beside NumPy: every number of rows and vectors that tiles make."""

import numba
import numpy as np
import pytest

from dltut.kernels.engine.picked import add_picked
from dltut.kernels.engine.vectors import BYTES

MOST = 4  # pieces of a list


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numpy(dtype, rng):
    """Lists of none to some pieces, which overlap and lie at any number."""
    added = numba.njit(lambda *given: add_picked(*given))
    lanes, size = BYTES // np.dtype(dtype).itemsize, np.dtype(dtype).itemsize
    for rows in (1, 2, 3, 4, 5, 8):
        for vectors in range(1, 9):
            n = vectors * lanes
            source_row, target_row = n + 3, n + 5
            source = rng.standard_normal(rows * source_row + 99).astype(dtype)
            counts = np.array([MOST, 0, 1, 2, 3])
            starts, factors = rng.integers(0, 90, (5, MOST)), rng.standard_normal((5, MOST))
            factors, targets = factors.astype(dtype), np.arange(5) * (rows * target_row + 1)
            target = rng.standard_normal(5 * (rows * target_row + 1)).astype(dtype)
            wanted = target.astype("float64")
            for one, count in enumerate(counts):
                for r, k in np.ndindex(rows, count):
                    at, to = starts[one, k] + r * source_row, targets[one] + r * target_row
                    wanted[to : to + n] += factors[one, k].astype("float64") * source[at : at + n]
            lists = counts, starts * size, factors
            pieces = source, source_row * size, target, target_row * size
            added(rows, vectors, lists, targets * size, *pieces)
            np.testing.assert_allclose(target, wanted, atol=1e-5 if size == 4 else 1e-13)
