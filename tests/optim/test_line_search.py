import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.optim.line_search import Point, wolfe_point

NUMBERS = st.floats(-10, 10)


@given(st.tuples(NUMBERS, NUMBERS, NUMBERS), st.floats(0.1, 10), st.floats(1e-3, 10))
def test_what_is_found_satisfies_the_conditions(amplitudes, frequency, first):
    a, b, c = amplitudes

    def look(step):
        x = frequency * step
        cost = a * np.sin(x) + b * np.cos(x) + c * step + 0.1 * step**2
        slope = frequency * (a * np.cos(x) - b * np.sin(x)) + c + 0.2 * step
        return Point(step, cost, slope)

    start = look(0.0)
    found = wolfe_point(look, start, first)
    if found is not None:
        assert found == look(found.step) and found.step > 0
        assert found.cost <= start.cost + 1e-4 * found.step * start.slope
        assert abs(found.slope) <= 0.4 * abs(start.slope)


@pytest.mark.parametrize("slope", [0.0, 1.0, np.nan])
def test_a_direction_leads_down(slope):
    assert wolfe_point(pytest.fail, Point(0.0, 1.0, slope), 1.0) is None


def test_a_cost_that_is_not_finite_is_no_way():
    look = lambda step: Point(step, np.float64(np.inf), np.float64(np.nan))  # noqa: E731
    assert wolfe_point(look, Point(0.0, 1.0, -1.0), 1.0) is None
