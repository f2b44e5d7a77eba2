"""Rows of shared data: a view, the right ones, on every backend."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.kernels.rows import rows


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_rows(backend):
    values = np.arange(24.0).reshape(8, 3)
    data, start = pytensor.shared(values, name="data"), pt.lscalar("start")
    f = function([start], rows(data, start, 2), mode=backend)
    for first in range(7):
        np.testing.assert_array_equal(f(first), values[first : first + 2])


def test_what_comes_out_is_not_the_data():
    data = pytensor.shared(np.zeros((4, 3)), name="data")
    batch = function([], rows(data, 0, 2), mode="FAST_COMPILE")()
    batch += 1
    assert data.get_value().sum() == 0
