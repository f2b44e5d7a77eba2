"""The pseudo-likelihood of one bit beside what all states say, and its bit for each row."""

import enumeration
import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.models import RBM, scattered_bits


@pytest.fixture(scope="module")
def rbm():
    rng = np.random.default_rng(5)
    return RBM(rng, 5, 4, hbias=rng.normal(size=4), vbias=rng.normal(size=5))


@pytest.fixture(scope="module")
def estimate(rbm):
    x, bit = pt.matrix("x"), pt.lscalar("bit")
    return function([x, bit], rbm.pseudo_likelihood(x, bit), mode="FAST_COMPILE")


def test_the_mean_over_all_bits_is_exact(rbm, estimate):
    """C7: n times the mean over the bits is their sum."""
    v = enumeration.states(5)[[3, 17, 30, 3]]
    exact = enumeration.pseudo_likelihood(enumeration.machine_of(rbm), v)
    found = [estimate(v.astype(rbm.W.dtype), bit) for bit in range(5)]
    assert max(found) - min(found) > 0.1
    np.testing.assert_allclose(np.mean(found), exact, rtol=1e-5)


def test_grey_levels_are_rounded(rbm, estimate):
    v = np.array([[1, 0, 1, 0, 0]], rbm.W.dtype)
    for grey in ([[0.51, 0.5, 0.9, 0.1, 0.49]], [[1, 0, 1, 0, 0]]):
        np.testing.assert_array_equal(
            estimate(np.array(grey, rbm.W.dtype), 2),
            estimate(v, 2),
        )


@pytest.mark.parametrize("backend", ["NUMBA", "JAX"])
def test_a_bit_for_each_row(rbm, estimate, backend):
    v, bits = enumeration.states(5)[[3, 17, 30]].astype(rbm.W.dtype), [4, 0, 2]
    x, bit = pt.matrix("x"), pt.lvector("bit")
    f = function([x, bit], rbm.pseudo_likelihood(x, bit), mode=backend)
    one_by_one = [estimate(row[None], i) for row, i in zip(v, bits, strict=True)]
    np.testing.assert_allclose(f(v, bits), np.mean(one_by_one), rtol=1e-5)


def test_no_overflow():
    """A bit that is as good as impossible costs what it costs; the logarithm of 0 is not met."""
    rbm = RBM(np.random.default_rng(0), 2, 1, W=np.zeros((2, 1)), vbias=[-5000.0, 0])
    value = function([], rbm.pseudo_likelihood(np.ones((1, 2)), 0), mode="FAST_COMPILE")()
    np.testing.assert_allclose(value, -2 * 5000)


def test_gaussian_units_have_none(rng):
    message = r"^Gaussian units cannot be flipped: watch the reconstruction cost instead$"
    with pytest.raises(InputError, match=message):
        RBM(rng, 5, 4, visible="gaussian").pseudo_likelihood(pt.matrix("x"), 0)


@pytest.mark.parametrize("n", [1, 2, 3, 8, 64, 784, 1000])
def test_every_bit_has_its_turn(n):
    numbers = np.arange(2 * n)
    bits = scattered_bits(numbers, n)
    assert sorted(bits[:n]) == [*range(n)]
    np.testing.assert_array_equal(bits[:n], bits[n:])


def test_bits_are_scattered_over_the_picture():
    """Any 150 in turn leave no gap of two rows; in order they would leave one of 22."""
    bits = scattered_bits(np.arange(1000), 784)
    for start in range(0, 850, 50):
        seen = np.sort(bits[start : start + 150])
        assert np.diff(seen).max() < 2 * 28
