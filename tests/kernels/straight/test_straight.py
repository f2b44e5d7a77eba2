"""Straight-line code as an operation: NumPy's numbers, whatever the layout of its arrays."""

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.kernels.straight import StraightCode


@pytest.mark.parametrize("mode", ["NUMBA", "FAST_COMPILE"])
def test_elements_keep_their_places(mode):
    a, b, c = (ps.get_scalar_type("float64")(name) for name in "abc")
    code = StraightCode(
        ps.Composite([a, b, c], [a + b, b * c, ps.identity(c), a > 0]), ((2,), (1, 1), ())
    )
    x, y = pt.tensor("x", dtype="float64", shape=(2,)), pt.dscalar("y")
    f = function([x, y], code(x[::-1], y), mode=mode)
    two, one, none = f(np.array([3.0, 5.0]), 7.0)
    np.testing.assert_array_equal(two, [8, 21])
    np.testing.assert_array_equal(one, [[7]])
    assert none.shape == () and none.dtype == bool and none
