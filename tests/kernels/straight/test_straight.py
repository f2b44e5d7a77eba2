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
def test_a_loop_writes_down_what_has_room(mode):
    """The last values, where there is room for fewer than there are steps."""
    a, x, v, c = (ps.get_scalar_type("float64")(name) for name in "axvc")
    loop = StraightLoop(ps.Composite([a, x, v, c], [x + v, a * c]), 1, 1, 2)
    numbers, room, last, constant = (
        pt.dvector("a"),
        pt.dvector("x"),
        pt.dscalar("v"),
        pt.dscalar("c"),
    )
    n = pt.lscalar("n")
    f = function(
        [n, numbers, room, last, constant], loop(n, numbers, room, last, constant), mode=mode
    )
    given = np.arange(1.0, 5.0)
    for n_steps, length in ((0, 2), (1, 2), (4, 5), (4, 2), (4, 1)):
        start = np.full(length, 7.0)
        xs, v = f(n_steps, given, start, 3.0, 10.0)
        values = [7.0, 10.0, 20.0, 40.0, 70.0][: n_steps + 1]
        np.testing.assert_array_equal(xs, (values + [7.0] * (length - len(values)))[-length:])
        np.testing.assert_array_equal(v, 10.0 * n_steps if n_steps else 3.0)
        np.testing.assert_array_equal(start, 7)
