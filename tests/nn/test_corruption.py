"""Corruptions: the statistics of 100,000 draws each, no noise at level 0, seeds, names (C12)."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from dltut import function
from dltut.exceptions import InputError
from dltut.machine.rng import Streams
from dltut.nn import corruption

N = 100_000


def noisy(name, level, value=0.25, seed=1):
    """A function that draws 250 x 400 corrupted copies of one value."""
    x = pt.alloc(np.asarray(value, pytensor.config.floatX), 250, 400)
    return function([], corruption.corruption(name)(Streams(seed), x, level), mode="FAST_COMPILE")


def assert_share(found, wanted):
    """Within three standard errors of a share of N draws."""
    assert abs(np.mean(found) - wanted) < 3 * np.sqrt(wanted * (1 - wanted) / N)


@pytest.mark.parametrize("level", [0.1, 0.3, 0.8])
def test_masking_keeps_what_it_leaves(level, floatX):
    out = noisy("masking", level)()
    assert out.dtype == floatX and set(np.unique(out)) == {0, 0.25}
    assert_share(out == 0, level)


@pytest.mark.parametrize("level", [0.1, 0.5])
def test_salt_is_as_likely_as_pepper(level, floatX):
    out = noisy("salt_and_pepper", level)()
    assert out.dtype == floatX and set(np.unique(out)) == {0, 0.25, 1}
    assert_share(out == 0, level / 2)
    assert_share(out == 1, level / 2)


def test_gaussian_noise_has_its_deviation(floatX):
    out = noisy("gaussian", 0.3)()
    assert out.dtype == floatX
    assert stats.kstest((out.ravel().astype("float64") - 0.25) / 0.3, "norm").pvalue > 0.001


@pytest.mark.parametrize("name", corruption.CORRUPTIONS)
def test_noise_is_drawn_anew_and_again_for_the_same_seed(name):
    f, g, other = noisy(name, 0.3), noisy(name, 0.3), noisy(name, 0.3, seed=2)
    first = f()
    assert (first != f()).any() and (first != other()).any()
    np.testing.assert_array_equal(first, g())


@pytest.mark.parametrize("name", corruption.CORRUPTIONS)
def test_level_0_draws_nothing(name):
    x, streams = pt.matrix("x"), Streams(1)
    assert corruption.corruption(name)(streams, x, 0.0) is x and streams.states == []


@pytest.mark.parametrize("name", corruption.CORRUPTIONS)
def test_a_level_that_changes_is_a_variable(name):
    x, level = pt.matrix("x"), pt.scalar("level")
    out = corruption.corruption(name)(Streams(1), x, level)
    assert out.dtype == x.dtype
    f, given = function([x, level], out, mode="FAST_COMPILE"), np.full((9, 9), 0.25, x.dtype)
    np.testing.assert_array_equal(f(given, 0), given)
    assert (f(given, 0.9) != given).any()


def test_pictures_of_whole_numbers_become_floats(floatX):
    x = pt.as_tensor(np.ones((3, 4), dtype="uint8"))
    assert corruption.masking(Streams(1), x, 0.5).dtype == floatX


@pytest.mark.parametrize("name", ["masking", "salt_and_pepper"])
@pytest.mark.parametrize("level", [-0.1, 1.5, float("nan")])
def test_a_share_is_from_0_to_1(name, level):
    words = rf"^{name} of level {level}: the share of corrupted inputs is from 0 to 1$"
    with pytest.raises(InputError, match=words):
        corruption.corruption(name)(Streams(1), pt.matrix(), level)


@pytest.mark.parametrize("level", [-1, float("nan"), float("inf")])
def test_a_deviation_is_not_negative(level):
    with pytest.raises(InputError, match=rf"^gaussian noise of level {level}: a standard de"):
        corruption.gaussian(Streams(1), pt.matrix(), level)


def test_names():
    for name, function_ in corruption.CORRUPTIONS.items():
        assert corruption.corruption(name) is function_ is corruption.corruption(function_)
    with pytest.raises(InputError, match=r"^there is no corruption 'mask': did you mean masking"):
        corruption.corruption("mask")
