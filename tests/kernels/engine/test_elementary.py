"""Elementary functions in single precision: every exponent, specials, seams."""

import numba
import numpy as np
import pytest

from dltut.kernels.engine import elementary

REFERENCES = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(0, x),
}
NAMES = pytest.mark.parametrize("name", REFERENCES)
INF, NAN, DENORMAL = np.inf, np.nan, 2.0**-149
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # overflow and log(-1) in NumPy


@pytest.fixture(scope="module")
def computed():
    """``computed(name, x)``: the named function of an array, in a plain compiled loop."""
    return {name: loop_of(getattr(elementary, name)) for name in REFERENCES}


def loop_of(scalar):
    @numba.njit
    def loop(x, out):
        for i in range(x.size):
            out[i] = scalar(x[i])

    def values(x):
        out = np.empty_like(x)
        loop(x, out)
        return out

    return values


def every(stride):
    """Numbers in single precision, from all the bits there are."""
    return np.arange(0, 2**32, stride, dtype=np.uint64).astype(np.uint32).view(np.float32)


def error(values, exact):
    """In units in the last place of the exact value rounded to single precision."""
    rounded = np.abs(exact.astype(np.float32))
    unit = np.where(np.isfinite(rounded), np.spacing(rounded), 1).astype(float)
    return np.where(values == exact.astype(np.float32), 0, np.abs(values - exact) / unit)


@NAMES
def test_every_exponent_and_sign(computed, name):
    x = every(1021)
    values, exact = computed[name](x), REFERENCES[name](x.astype(float))
    np.testing.assert_array_equal(np.isnan(values), np.isnan(exact))
    assert error(values, exact)[~np.isnan(exact)].max() <= 2


@NAMES
def test_neighbours_of_the_seams(computed, name):
    """Where one formula ends, where results overflow, turn denormal or become zero."""
    seams = np.float32(
        [0.55, 1, 2**0.5, 0.5**0.5, 2.0**-126, 9.01, 16.64, 87.34, 88.72, 89, 103.28, 103.97, 104]
    )
    steps = np.arange(-2000, 2001, dtype=np.int32)
    x = (seams.view(np.int32)[:, None] + steps).reshape(-1).view(np.float32)
    x = x if name == "log" else np.concatenate([x, -x])
    assert error(computed[name](x), REFERENCES[name](x.astype(float))).max() <= 2


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        *[("exp", x, y) for x, y in [(0, 1), (-0.0, 1), (INF, INF), (-INF, 0), (NAN, NAN)]],
        *[("exp", x, y) for x, y in [(89, INF), (-104, 0), (-103.2, DENORMAL), (DENORMAL, 1)]],
        *[("log", x, y) for x, y in [(1, 0), (0, -INF), (-0.0, -INF), (INF, INF), (NAN, NAN)]],
        *[("log", x, NAN) for x in (-1, -DENORMAL, -INF)],
        *[("log", DENORMAL, np.float32(-149 * np.log(2)))],
        *[("tanh", x, x) for x in (0, -0.0, DENORMAL, -DENORMAL, 2.0**-126, NAN)],
        *[("tanh", x, y) for x, y in [(INF, 1), (-INF, -1), (20, 1), (-20, -1)]],
        *[("sigmoid", x, y) for x, y in [(0, 0.5), (-0.0, 0.5), (INF, 1), (-INF, 0), (NAN, NAN)]],
        *[("softplus", x, y) for x, y in [(INF, INF), (-INF, 0), (NAN, NAN), (-103.2, DENORMAL)]],
        *[("softplus", x, y) for x, y in [(0, np.log(2)), (200, 200)]],
        *[("sigmoid", x, y) for x, y in [(20, 1), (-104, 0), (-103.2, DENORMAL)]],
    ],
)
def test_special_values(computed, name, x, value):
    result = computed[name](np.float32([x]))
    np.testing.assert_array_equal(result, np.float32([value]))
    assert np.isnan(value) or np.signbit(result[0]) == np.signbit(value)


def test_symmetry_and_bounds(computed):
    x = np.abs(every(10007))
    x = x[~np.isnan(x)]
    np.testing.assert_array_equal(computed["tanh"](-x), -computed["tanh"](x))
    for name, least in (("tanh", -1), ("sigmoid", 0)):
        values = computed[name](np.concatenate([x, -x]))
        assert (values >= least).all() and (values <= 1).all()


@NAMES
def test_a_value_does_not_depend_on_its_place(computed, name):
    """Vectors and the numbers left over at the end of a loop give the same bits."""
    x = every(2**32 // 999)
    whole = computed[name](x)
    np.testing.assert_array_equal(whole[1:], computed[name](x[1:].copy()))
    alone = [computed[name](x[i : i + 1])[0] for i in range(x.size)]
    np.testing.assert_array_equal(whole, alone)


@NAMES
def test_double_precision_is_that_of_the_library(computed, name):
    x = np.random.RandomState(1).uniform(0.01, 20, 10_000)
    x = x if name == "log" else np.concatenate([x, -x])
    np.testing.assert_allclose(computed[name](x), REFERENCES[name](x), rtol=1e-15, atol=1e-16)
