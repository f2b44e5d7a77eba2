"""Dropout: its statistics, its silence after training, its seeds (B10)."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import Dropout
from dltut.machine.rng import Streams


def thinned(p, seed=1, rescale=True, value=1.0, mode="FAST_COMPILE"):
    x = pt.alloc(np.float32(value), 200, 300)
    return function([], Dropout(Streams(seed), p, rescale)(x, train=True), mode=mode)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_the_mean_stays(p):
    out = thinned(p, value=3.0)()
    assert out.dtype == "float32"
    np.testing.assert_allclose(np.unique(out), [0, 3 / (1 - p)], rtol=1e-6)
    error = 3 * np.sqrt(p / (1 - p) / out.size)
    assert abs(out.mean(dtype="float64") - 3) < 3 * error
    kept = thinned(p, rescale=False)()
    assert set(np.unique(kept)) == {0, 1} and abs(kept.mean() - (1 - p)) < 3 * error


def test_a_scale_that_does_not_follow_from_p():
    x = pt.alloc(np.float32(3), 200, 300)
    layer = Dropout(Streams(1), 0.2, scale=2.0)
    out = function([], layer(x, train=True), mode="FAST_COMPILE")()
    assert out.dtype == "float32" and {*np.unique(out)} == {0, 6} and layer(x) is x
    with pytest.raises(InputError, match=r"^scale is 0; it is above 0"):
        Dropout(Streams(1), 0.2, scale=0)


def test_masks():
    """New at each call, the same for the same seed, another for another."""
    f, g, other = thinned(0.5), thinned(0.5), thinned(0.5, seed=2)
    first = f()
    assert (first != f()).any() and (first != other()).any()
    np.testing.assert_array_equal(first, g())


def test_it_is_silent_after_training():
    x = pt.matrix("x")
    assert Dropout(Streams(1), 0.5)(x) is x and Dropout(Streams(1), 0.0)(x, train=True) is x


def test_gradient_passes_where_the_input_did():
    x = pt.matrix("x")
    out = Dropout(Streams(1), 0.5)(x, train=True)
    f = function([x], [out, pt.grad(out.sum(), x)], mode="FAST_COMPILE")
    found, gradient = f(np.ones((20, 20), x.dtype))
    np.testing.assert_array_equal(found, gradient)


def test_probabilities():
    for p in (-0.1, 1.0, 1.5):
        with pytest.raises(InputError, match=rf"^the dropout probability is {p}; it is at least 0"):
            Dropout(Streams(1), p)
