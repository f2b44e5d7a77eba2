"""The rule of the step size beside its formula, and the settings that it refuses."""

import re

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.samplers import StepsizeRule

RULE = StepsizeRule(stepsize_min=0.1, initial_stepsize=0.1, stepsize_max=0.2)


@pytest.mark.parametrize(
    ("stepsize", "average", "wanted"),
    [
        (0.15, 0.95, 0.15 * 1.02),
        (0.15, 0.85, 0.15 * 0.98),
        (0.15, 0.9, 0.15 * 0.98),
        (0.2, 1.0, 0.2),
        (0.1, 0.0, 0.1),
    ],
)
def test_the_next_stepsize(stepsize, average, wanted):
    s, a = pt.dscalars("s", "a")
    next_stepsize = function([s, a], RULE.next_stepsize(s, a), mode="FAST_COMPILE")
    assert next_stepsize(stepsize, average) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_the_next_average(width):
    average, accepted = pt.scalar("a", dtype=width), pt.vector("accepted", dtype="bool")
    following = RULE.next_average(average, accepted)
    assert following.dtype == RULE.next_stepsize(average, average).dtype == width
    f = function([average, accepted], following, mode="FAST_COMPILE")
    chosen = np.array([True, False, True, True])
    assert f(np.asarray(0.5, width), chosen) == pytest.approx(0.9 * 0.5 + 0.1 * 0.75)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"stepsize_min": 0.3, "stepsize_max": 0.2},
            "stepsize_min = 0.3, initial_stepsize = 0.01 and stepsize_max = 0.2 are not in rising",
        ),
        ({"stepsize_min": -1}, "in rising order above 0: put the start between the bounds"),
        ({"initial_stepsize": 0.5}, "initial_stepsize = 0.5 and stepsize_max = 0.25 are not"),
        ({"stepsize_min": 0.0}, "stepsize_min = 0.0, "),
        ({"stepsize_max": float("nan")}, "stepsize_max = nan are not in rising order"),
        ({"target_acceptance_rate": 1}, "target_acceptance_rate is 1: it is a number between 0"),
        ({"stepsize_dec": 1.1}, "stepsize_dec is 1.1: it is a number above 0 and below 1"),
        ({"stepsize_inc": 0.9}, "stepsize_inc is 0.9: it is a number above 1"),
        ({"avg_acceptance_slowness": 1}, "avg_acceptance_slowness is 1: it is a number from 0"),
    ],
)
def test_what_is_refused(settings, message):
    with pytest.raises(InputError, match=re.escape(message)):
        StepsizeRule(**settings)
