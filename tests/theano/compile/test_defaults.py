"""Default updates whose shapes are known better than those of their variables."""

import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T

pytestmark = pytest.mark.filterwarnings("ignore:Setting default_update:DeprecationWarning")


def running_mean():
    """A mean that every call moves half way to (1, 2, 3), and what it is seen through."""
    mean = theano.shared(np.zeros(3), name="mean")
    seen = theano.shared(0.0, name="seen")
    mean.default_update = (mean + T.constant(np.array([1.0, 2.0, 3.0]))) / 2
    seen.default_update = mean.sum()
    return mean, seen


def call(outputs, **options):
    return theano.function([], outputs, mode="FAST_COMPILE", **options)()


def test_they_are_made_also_behind_another_one():
    mean, seen = running_mean()
    assert call(seen * 1.0) == 0
    assert mean.get_value().tolist() == [0.5, 1, 1.5]
    assert call(seen * 1.0) == 0
    assert seen.get_value() == 3


@pytest.mark.parametrize("how", ["all", "named", "given", "updated"])
def test_they_are_not_made_where_nobody_wants_them(how):
    mean, _ = running_mean()
    options = {
        "all": {"no_default_updates": True},
        "named": {"no_default_updates": [mean]},
        "given": {"givens": {mean: T.constant(np.ones(3))}},
        "updated": {"updates": {mean: mean * 0}},
    }
    call(mean * 1.0, **options[how])
    assert not mean.get_value().any()
