"""Draws: the same bits everywhere, uniform, each stream going on by itself and put back."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from dltut import function
from dltut.exceptions import InputError
from dltut.kernels.threefry import uniform
from dltut.machine.rng import Streams, next_states, seed_from

BACKENDS = ["FAST_COMPILE", "NUMBA", "JAX"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_bits(backend):
    """Both widths, odd sizes, three calls, beside the reference."""
    streams, shape = Streams(4_000_000_000), (3, 5)
    draws = [streams.uniform(pt.zeros(shape, dtype=width)) for width in ("float32", "float64")]
    f = function([], draws, mode=backend)
    for call in range(3):
        for n, (found, width) in enumerate(zip(f(), ("float32", "float64"), strict=True)):
            state = np.array([4_000_000_000, n, call], dtype="uint32")
            assert found.dtype == width
            np.testing.assert_array_equal(found, uniform(state, shape, width))


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_functions_one_stream(backend):
    """They take turns, and a state that is put back replays the draws."""
    streams = Streams(7)
    draw = streams.uniform(pt.zeros((2,), dtype="float64"))
    f, g = (function([], draw + plus, mode=backend) for plus in (0, 1))
    kept = np.array(streams.states[0].get_value())
    first = [np.asarray(each) for each in (f(), g() - 1, f())]
    assert len({each.tobytes() for each in first}) == 3
    assert np.asarray(streams.states[0].get_value()).tolist() == [7, 0, 3]
    streams.states[0].set_value(kept)
    np.testing.assert_allclose([f(), g() - 1, f()], first, atol=1e-15)


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_uniform(width):
    draws = np.concatenate(
        [uniform(np.array([5, 1, call], "uint32"), (10_000,), width) for call in range(10)]
    )
    assert stats.kstest(draws, "uniform").pvalue > 0.001
    counts, _ = np.histogram(draws, bins=256, range=(0, 1))
    assert stats.chisquare(counts).pvalue > 0.001
    neighbours = stats.pearsonr(draws[:-1], draws[1:])
    assert neighbours.pvalue > 0.001
    low = (draws * 2**24).astype("int64") % 256  # the last bits that float32 keeps
    assert stats.chisquare(np.bincount(low, minlength=256)).pvalue > 0.001


def test_streams_differ():
    """By seed and by number, with no correlation."""
    draws = [
        uniform(np.array(state, "uint32"), (20_000,), "float64")
        for state in ((1, 0, 0), (1, 1, 0), (2, 0, 0), (0, 1, 0), (1, 0, 1))
    ]
    correlations = np.corrcoef(draws) - np.eye(5)
    assert np.abs(correlations).max() < 4 / np.sqrt(20_000)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8"])
def test_bernoulli(dtype):
    like = pt.zeros((40_000,), dtype=dtype)
    ones = function([], Streams(3).bernoulli(0.3, like), mode="FAST_COMPILE")()
    assert ones.dtype == dtype and set(np.unique(ones)) == {0, 1}
    assert abs(ones.mean() - 0.3) < 3 * np.sqrt(0.3 * 0.7 / 40_000)


def test_same_seed_same_draws():
    like = pt.zeros((4,), dtype="float64")
    one, other = (function([], Streams(5).uniform(like), mode="FAST_COMPILE") for _ in "ab")
    np.testing.assert_array_equal(one(), other())


def test_an_update_that_is_given_wins():
    streams = Streams(5)
    draw = streams.uniform(pt.zeros((4,), dtype="float64"))
    (state,) = streams.states
    f = function([], draw, {state: state}, mode="FAST_COMPILE")
    np.testing.assert_array_equal(f(), f())


def test_draws_are_found_wherever_they_stand():
    """In an update and in a given value too."""
    streams, x = Streams(5), pt.dvector("x")
    like = pt.zeros((4,), dtype="float64")
    memory = pytensor.shared(np.zeros(4), name="memory")
    f = function(
        [],
        x.sum(),
        {memory: streams.uniform(like)},
        {x: streams.uniform(like)},
        mode="FAST_COMPILE",
    )
    assert f() != f()
    assert [each.get_value()[2] for each in streams.states] == [2, 2]
    assert next_states([x]) == {}


def test_draws_have_no_gradient():
    x = pt.dvector("x")
    gradient = pytensor.grad((x * Streams(5).uniform(x)).sum(), x)
    f = function([x], gradient, mode="FAST_COMPILE")
    np.testing.assert_array_equal(
        f(np.ones(3)), uniform(np.array([5, 0, 0], "uint32"), (3,), "float64")
    )


def test_seeds():
    assert seed_from(np.random.RandomState(1234)) == np.random.RandomState(1234).randint(2**30)
    assert 0 <= seed_from(np.random.default_rng(0)) < 2**30
    for seed in (-1, 2**32, 0.5, "1"):
        with pytest.raises(InputError, match=r"^the seed is .*; expected a whole number from 0 to"):
            Streams(seed)
    with pytest.raises(InputError, match=r"^rng is 7, which draws nothing: give np.random.Rand"):
        seed_from(7)


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_normal(width):
    """The same in every mode to rounding, and from the right distribution."""
    draws = {}
    for backend in BACKENDS:
        f = function([], Streams(11).normal(pt.zeros((25_000,), dtype=width)), mode=backend)
        draws[backend] = np.concatenate([f(), f()])
        assert draws[backend].dtype == width and np.isfinite(draws[backend]).all()
    tolerance = 1e-5 if width == "float32" else 1e-12
    for backend in BACKENDS[1:]:
        np.testing.assert_allclose(draws[backend], draws["FAST_COMPILE"], atol=tolerance)
    assert stats.kstest(draws["NUMBA"], "norm").pvalue > 0.001
    neighbours = stats.pearsonr(draws["NUMBA"][:-1], draws["NUMBA"][1:])
    assert neighbours.pvalue > 0.001
