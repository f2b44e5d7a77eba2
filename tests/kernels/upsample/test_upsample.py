"""The low and the high neighbour of each new row, and what is no gradient."""

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.upsample.op import UpsamplingGradient, neighbours


@given(n=st.integers(1, 50), factor=st.integers(1, 16), linear=st.booleans(), data=st.data())
def test_neighbours_are_rows_that_there_are(n, factor, linear, data):
    """Nothing but these numbers keeps a kernel from reading where it should not."""
    i = data.draw(st.integers(0, n * factor - 1))
    low, high, share = neighbours(i, n, factor, linear)
    assert 0 <= low <= high <= n - 1 and high - low <= 1 and 0 <= share < 1
    if linear:
        at = np.clip((i + 0.5) / factor - 0.5, 0, n - 1)
        np.testing.assert_allclose(low + share, at, atol=1e-9)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_a_gradient_of_another_shape(backend):
    up = pt.dtensor4("up")
    f = function([up], UpsamplingGradient((2, 3), "repeat")(up), mode=backend)
    assert f(np.ones((1, 1, 4, 3))).tolist() == [[[[6.0], [6.0]]]]
    with pytest.raises(InputError, match=r"^a gradient .*: give one number for each of theirs"):
        f(np.ones((1, 1, 3, 3)))
