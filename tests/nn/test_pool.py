"""Pooling beside Theano's values, the tutorial's printed ones and plain loops."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import assert_golden, assert_gradient, golden, starts
from oracles import pool2d as loops

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import pool1d, pool2d


def with_gradient(x, up, *options, **more):
    """[pooled maps, gradient of x] as expressions."""
    x = pt.as_tensor(x)
    pooled = pool2d(x, *options, **more)
    return [pooled, pytensor.grad(None, x, known_grads={pooled: pt.as_tensor(up)})]


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_golden(floatX, backend):
    """The settings in one function, so that it is compiled once."""
    arrays, settings = golden()
    inputs, outputs, values, wanted = [], [], [], []
    for i, options in enumerate(settings["pool"]):
        symbols = [pt.tensor4(f"x{i}"), pt.tensor4(f"up{i}")]
        inputs += symbols
        outputs += with_gradient(*symbols, **options)
        values += [arrays[f"pool{i}_{name}"].astype(floatX) for name in ("x", "up")]
        wanted += [arrays[f"pool{i}_{name}"] for name in ("out", "gx")]
    for found, other in zip(function(inputs, outputs, mode=backend)(*values), wanted, strict=True):
        assert found.dtype == floatX
        assert_golden(found, other)


def test_printed_values():
    """The example of the tutorial's LeNet page."""
    x = np.random.RandomState(1).rand(3, 2, 5, 5)
    inner = pool2d(x, (2, 2), ignore_border=True)
    whole = pool2d(x, (2, 2), ignore_border=False)
    inner, whole = function([], [inner, whole], mode="FAST_COMPILE")()
    np.testing.assert_allclose(inner[0, 0], [[0.72032449, 0.39676747], [0.6852195, 0.87811744]])
    assert whole[0, 0].shape == (3, 3)
    np.testing.assert_array_equal(whole[:, :, :2, :2], inner)


def test_overlapping_windows_that_are_cut(mode, floatX):
    """Pylearn2's pools: 24, 11, convolution of 5, 7, 3. What is cut off wins no maximum (B8)."""
    x = pt.as_tensor(np.full((1, 1, 24, 24), -5.0, floatX))
    first = pool2d(x, 4, 2, ignore_border=False)
    second = pool2d(first[:, :, 4:, 4:], 4, 2, ignore_border=False)
    for found, side in zip(function([], [first, second])(), (11, 3), strict=True):
        np.testing.assert_array_equal(found, np.full((1, 1, side, side), -5.0))


sizes = st.integers(1, 4)


@given(
    sides=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    ws=st.tuples(sizes, sizes),
    stride=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    ignore_border=st.booleans(),
    pad=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    mode=st.sampled_from(["max", "sum", "average_inc_pad", "average_exc_pad"]),
    ties=st.booleans(),
)
def test_any_shape(sides, ws, stride, ignore_border, pad, mode, ties):
    """Ties and negative numbers: padding wins no maximum, the first of equals gets the gradient."""
    rng = np.random.default_rng(0)
    pad = tuple(min(p, w - 1) for p, w in zip(pad, ws, strict=True)) if ignore_border else (0, 0)
    options = (ws, stride, ignore_border, pad, mode)
    x = rng.normal(size=(2, 2, *sides)) - 5
    x = np.round(x) if ties else x
    at = [starts(*each, ignore_border, p) for *each, p in zip(sides, ws, stride, pad, strict=True)]
    if not all(at):
        with pytest.raises(InputError, match=r"a pool of \d does not fit into an image of \d"):
            pool2d(x, *options)
        return
    up = rng.normal(size=(2, 2, *map(len, at)))
    expressions = with_gradient(x, up, *options)
    assert expressions[0].type.shape == up.shape
    found = function([], expressions, mode="FAST_COMPILE")()
    for one, other in zip(found, loops(x, up, *options), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


@pytest.mark.parametrize("mode", ["max", "sum", "average_inc_pad", "average_exc_pad"])
def test_finite_differences(mode):
    rng = np.random.default_rng(3)

    def pooled(x):
        return pool2d(x, 3, 2, pad=1, mode=mode)

    def gradient(x):
        return pytensor.grad((pooled(x) ** 3).sum(), x)

    x = rng.normal(size=(2, 1, 5, 6))
    assert_gradient(pooled, x)
    assert_gradient(gradient, x)


def test_integers():
    x = np.arange(16, dtype="uint8").reshape(1, 1, 4, 4)
    pooled = pool2d(x, 2, mode="average_inc_pad")
    assert pooled.dtype == pytensor.config.floatX
    found = function([], pooled, mode="FAST_COMPILE")()
    np.testing.assert_array_equal(found[0, 0], [[2.5, 4.5], [10.5, 12.5]])


@pytest.mark.parametrize(
    ("x", "options", "message"),
    [
        ((4, 4), {"ws": 2}, r"pool2d needs rank 4 \(batch, maps, rows, columns\); x has rank 2"),
        ((1, 1, 4, 4), {"ws": 0}, "ws is 0; it is one or two whole numbers of at least 1"),
        ((1, 1, 4, 4), {"ws": (2, 2, 2)}, r"ws is \(2, 2, 2\); it is one or two"),
        ((1, 1, 4, 4), {"ws": 2, "stride": 0}, "stride is 0; .* at least 1"),
        ((1, 1, 4, 4), {"ws": 2, "mode": "mx"}, "no pooling mode 'mx': did you mean max"),
        ((1, 1, 4, 4), {"ws": 2, "pad": 1, "ignore_border": False}, "padding needs ignore_border"),
        ((1, 1, 4, 4), {"ws": 2, "pad": 2}, r"pad is \(2, 2\) but the window \(2, 2\): padding"),
        ((1, 1, 4, 4), {"ws": 5}, "a pool of 5 does not fit into an image of 4 with padding 0"),
        ((1, 1, 0, 4), {"ws": 3, "pad": 2}, "a pool of 3 does not fit into an image of 0"),
    ],
)
def test_refusals(x, options, message):
    with pytest.raises(InputError, match=message):
        pool2d(np.zeros(x), **options)


def test_series(mode, rng):
    x = pt.dtensor3("x")
    f = function([x], [pool1d(x, 2), pool1d(x, 3, 2, mode="average_exc_pad", pad=1)])
    a = rng.normal(size=(2, 3, 7))
    largest, means = f(a)
    np.testing.assert_array_equal(largest, a[:, :, :6].reshape(2, 3, 3, 2).max(axis=3))
    np.testing.assert_allclose(means[:, :, 1], a[:, :, 1:4].mean(axis=2))
    np.testing.assert_allclose(means[:, :, 0], a[:, :, :2].mean(axis=2))
    with pytest.raises(InputError, match=r"^pool1d needs rank 3"):
        pool1d(pt.matrix(), 2)
