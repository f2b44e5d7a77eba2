"""Straight-line code as an operation: NumPy's numbers, whatever the layout of its arrays."""

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.kernels.straight import StraightCode, StraightLoop


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


@pytest.mark.parametrize("mode", ["NUMBA", "FAST_COMPILE"])
def test_a_loop_keeps_its_start(mode):
    a, b, c = (ps.get_scalar_type("float64")(name) for name in "abc")
    loop = StraightLoop(ps.Composite([a, b, c], [ps.identity(b), a + c]), 1)
    x, y = pt.tensor("x", dtype="float64", shape=(2,)), pt.dscalar("y")
    n, start = pt.iscalar("n"), np.array([1.0, 2.0])
    f = function([n, x, y], loop(n, x, y), mode=mode)
    for n_steps, end in ((0, [1, 2]), (1, [2, 11]), (2, [11, 12]), (5, [22, 31])):
        np.testing.assert_array_equal(f(n_steps, start, 10.0), end)
    np.testing.assert_array_equal(start, [1, 2])
