"""Ties, borders and misfits: the same on every backend."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import pool2d as loops
from oracles import starts

from dltut import function
from dltut.exceptions import InputError
from dltut.nn import pool2d

OVERLAPPING = ((3, 2), (2, 1), True, (1, 0), "max")
CUT = ((2, 3), (3, 2), False, (0, 0), "average_exc_pad")
TO_ALL = [
    ((3, 2), (2, 1), True, (1, 0), "max", "all"),
    ((2, 3), (3, 2), False, (0, 0), "max", "all"),
    ((2, 2), (2, 2), True, (0, 0), "max", "all"),
]


def with_gradients(x, settings):
    """The gradients' weights, pools and gradients of x."""
    inputs, outputs = [], []
    for options in settings:
        up = pt.dtensor4("up")
        pooled = pool2d(x, *options)
        inputs.append(up)
        outputs += [pooled, pytensor.grad(None, x, known_grads={pooled: up})]
    return inputs, outputs


@pytest.fixture(scope="module")
def pools():
    """mode -> compiled x -> both pools and the gradients of their sums weighted by up."""
    compiled = {}

    def in_mode(mode):
        if mode not in compiled:
            x = pt.dtensor4("x")
            inputs, outputs = with_gradients(x, (OVERLAPPING, CUT))
            compiled[mode] = function([x, *inputs], outputs, mode=mode)
        return compiled[mode]

    return in_mode


def ups(rng, shape, settings=(OVERLAPPING, CUT)):
    for ws, stride, ignore_border, pad, *_ in settings:
        sides = [
            len(starts(n, w, s, ignore_border, p))
            for n, w, s, p in zip(shape[2:], ws, stride, pad, strict=True)
        ]
        yield rng.normal(size=(*shape[:2], *sides))


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
@pytest.mark.parametrize("shape", [(2, 2, 7, 5), (1, 1, 1, 2), (0, 1, 4, 4), (1, 2, 6, 3)])
def test_ties(pools, backend, shape):
    """Whole numbers below 0, mostly equal: the padding wins nothing, sums of gradients are kept."""
    rng = np.random.default_rng(1)
    x = rng.integers(-2, 0, size=shape).astype("float64")
    first, second = ups(rng, shape)
    found = pools(backend)(x, first, second)
    wanted = (*loops(x, first, *OVERLAPPING), *loops(x, second, *CUT))
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=1e-12)
    np.testing.assert_allclose(found[1].sum(), first.sum(), atol=1e-12)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_ties_that_all_get_the_gradient(backend):
    x = pt.dtensor4("x")
    inputs, outputs = with_gradients(x, TO_ALL)
    compiled = function([x, *inputs], outputs, mode=backend)
    rng = np.random.default_rng(1)
    for shape in [(2, 2, 7, 5), (1, 1, 2, 2), (1, 2, 6, 3)]:
        value = rng.integers(-2, 0, size=shape).astype("float64")
        weights = list(ups(rng, shape, TO_ALL))
        found = compiled(value, *weights)
        for n, (options, up) in enumerate(zip(TO_ALL, weights, strict=True)):
            for one, other in zip(found[2 * n :][:2], loops(value, up, *options), strict=True):
                np.testing.assert_allclose(one, other, atol=1e-12)


def test_ties_that_are_unknown():
    with pytest.raises(InputError, match=r"^ties cannot be 'last': .*first"):
        pool2d(pt.dtensor4("x"), 2, ties="last")


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_not_a_number_is_not_hidden(pools, backend):
    x = np.zeros((1, 1, 5, 4))
    x[0, 0, 2, 2] = np.nan
    pooled, _, mean, _ = pools(backend)(x, *ups(np.random.default_rng(1), x.shape))
    np.testing.assert_array_equal(np.isnan(pooled[0, 0]), [[0, 0, 0], [0, 1, 1], [0, 0, 0]])
    assert np.isnan(mean).sum() == 0  # steps of 3 leave that row out


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_gradients_of_another_shape(pools, backend):
    x = np.zeros((1, 2, 5, 4))
    first, second = ups(np.random.default_rng(1), x.shape)
    with pytest.raises(InputError, match=r"^a gradient .*does not have the shape of the pooled ma"):
        pools(backend)(x, first[:, :1], second)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_pictures_that_are_too_small(pools, backend):
    up = np.zeros((1, 1, 1, 1))
    for shape in ((1, 1, 3, 1), (1, 1, 0, 4)):
        with pytest.raises(InputError, match=r"^a pool .*does not fit into an image .*: use a sma"):
            pools(backend)(np.zeros(shape), up, up)


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "JAX"])  # no kernel: NUMBA adds half a minute
def test_the_second_derivative_reads_where_the_gradient_writes(backend):
    """The gradient is linear in `up`: <gradient(up), values> is <up, what is read>."""
    x, values = pt.dtensor4("x"), pt.dtensor4("values")
    settings = [
        ((2, 2), (1, 2), True, (1, 0), "max", "first"),
        ((2, 1), (3, 2), False, (0, 0), "max", "all"),
    ]
    inputs, outputs = with_gradients(x, settings)
    gradients = outputs[1::2]
    read = [
        pytensor.grad((each * values).sum(), up) for each, up in zip(gradients, inputs, strict=True)
    ]
    both = function([x, values, *inputs], [*gradients, *read], mode=backend)
    rng = np.random.default_rng(1)
    shape = (2, 2, 5, 4)
    value = rng.integers(-2, 0, size=shape).astype("float64")
    other, weights = rng.normal(size=shape), list(ups(rng, shape, settings))
    found = both(value, other, *weights)
    for gradient, there, up in zip(found[:2], found[2:], weights, strict=True):
        np.testing.assert_allclose((gradient * other).sum(), (up * there).sum())
