"""Winograd's convolution beside the plain sums in double precision: where it applies, how exact."""

from functools import cache
from types import SimpleNamespace

import numba
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.kernels.conv import Convolution, ConvolutionInputGradient, ConvolutionWeightGradient
from dltut.kernels.conv.numba import winograd_of
from dltut.kernels.conv.transforms import SIDE, of_filters, of_pixels, transform, values
from dltut.kernels.engine.gather import FRAME, framing
from dltut.kernels.engine.vectors import BYTES
from dltut.nn import conv2d

PLAIN, FULL, STEPS = ((0, 0), (1, 1), True), ("full", (1, 1), False), ((1, 2), (2, 2), True)


@cache
def compiled(border, step, flip):
    """Of x, w and up the maps and both gradients, in single precision."""
    x, w, up = (pt.ftensor4(name) for name in ("x", "w", "up"))
    maps = conv2d(x, w, border, step, filter_flip=flip)
    gradients = pytensor.grad(None, [x, w], known_grads={maps: up})
    return function([x, w, up], [maps, *gradients], mode="NUMBA")


def exact(properties, x, w, up):
    """The same in double precision, by NumPy."""
    x, w, up = (each.astype("float64") for each in (x, w, up))
    given = {
        Convolution: (x, w),
        ConvolutionInputGradient: (up, w, x),
        ConvolutionWeightGradient: (x, up, w),
    }
    for kind, inputs in given.items():
        result = [[None]]
        kind(*properties).perform(None, inputs, result)
        yield result[0][0]


def applies(properties, x_shape, w_shape):
    """Whether the compiled code takes this way."""
    border, step, _ = properties
    frame_of = framing(SimpleNamespace(border_mode=border, subsample=step))
    is_for = winograd_of(step, "float32").applies
    return numba.njit(lambda x, w: is_for(frame_of(x, w).view(FRAME)))(x_shape, w_shape)


def draws(properties, x_shape, w_shape, rng, low=-1.0):
    """Pictures, filters, and a gradient of their maps."""
    x, w = (rng.uniform(low, 1, shape).astype("float32") for shape in (x_shape, w_shape))
    sides = Convolution(*properties).output_sides(x_shape, w_shape)
    return x, w, rng.uniform(low, 1, (len(x), len(w), *sides)).astype("float32")


@pytest.mark.parametrize("properties", [PLAIN, FULL, STEPS])
@pytest.mark.parametrize(
    ("x_shape", "maps"),
    [
        ((2, 16, 20, 28), 16),
        ((5, 20, 29, 23), 33),  # sides, channels and maps that no tile or vector fits
        ((3, 65, 20, 38), 17),
        ((1, 16, 200, 15), 70),  # lines of tiles of one picture pass one after the other
        ((0, 16, 20, 28), 16),
    ],
)
def test_errors_of_single_precision(properties, x_shape, maps, rng):
    """Below 1e-5 of the largest number, with factors of both signs and of one."""
    w_shape = (maps, x_shape[1], 3, 3)
    assert applies(properties, x_shape, w_shape)
    for low in (-1, 0):
        given = draws(properties, x_shape, w_shape, rng, low)
        for found, wanted in zip(
            compiled(*properties)(*given), exact(properties, *given), strict=True
        ):
            assert found.shape == wanted.shape
            np.testing.assert_allclose(
                found, wanted, rtol=0, atol=1e-5 * abs(wanted).max(initial=0)
            )


def test_errors_of_many_channels(rng):
    given = draws(PLAIN, (2, 256, 18, 18), (64, 256, 3, 3), rng)
    for found, wanted in zip(compiled(*PLAIN)(*given), exact(PLAIN, *given), strict=True):
        assert abs(found - wanted).max() < 5e-6 * abs(wanted).max()


def test_a_picture_alone(rng):
    """Has the same maps, bit for bit, as in a batch."""
    x, w, up = draws(PLAIN, (5, 16, 14, 14), (16, 16, 3, 3), rng)
    together = compiled(*PLAIN)(x, w, up)[:2]
    for n in range(5):
        alone = compiled(*PLAIN)(x[n : n + 1], w, up[n : n + 1])[:2]
        for found, wanted in zip(alone, together, strict=True):
            np.testing.assert_array_equal(found[0], wanted[n])


@pytest.mark.parametrize(
    ("properties", "x_shape", "w_shape"),
    [
        (PLAIN, (2, 15, 14, 14), (16, 15, 3, 3)),  # few channels
        (PLAIN, (2, 16, 14, 14), (15, 16, 3, 3)),
        (PLAIN, (2, 16, 14, 14), (16, 16, 3, 5)),
        (PLAIN, (2, 16, 4, 4), (16, 16, 3, 3)),  # four spots of a tile of sixteen
        (PLAIN, (2, 160, 8, 8), (160, 160, 3, 3)),  # many filters for four tiles
        (STEPS, (2, 16, 9, 9), (16, 16, 3, 3)),
    ],
)
def test_what_has_the_plain_sums(properties, x_shape, w_shape, rng):
    assert not applies(properties, x_shape, w_shape)
    given = draws(properties, x_shape, w_shape, rng)
    for found, wanted in zip(compiled(*properties)(*given), exact(properties, *given), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-6 * abs(wanted).max())


def test_double_precision_has_the_plain_sums():
    assert winograd_of((1, 1), "float64") is None
    assert winograd_of((2, 1), "float32") is None


@pytest.mark.parametrize("taps", [2, 3, 4, 5])
def test_a_correlation_by_points(taps, rng):
    pixels, weights = rng.normal(size=SIDE), rng.normal(size=taps)
    at_points = (of_pixels() @ pixels) * (of_filters(taps) @ weights)
    found = values(SIDE - taps + 1).T @ at_points
    np.testing.assert_allclose(found, np.correlate(pixels, weights, "valid"), atol=1e-13)


STRIDES = SIDE * BYTES, BYTES


@pytest.mark.parametrize("matrix", [of_pixels(), of_pixels().T, values(4).T, of_filters(3).T])
def test_transforms(matrix, rng):
    """Of a vector of tiles, added to what is there."""
    add = transform(matrix, adds=True)
    added = numba.njit(lambda at, to, like: add((at, *STRIDES), (to, *STRIDES), like))
    tiles, n = rng.normal(size=(SIDE, SIDE, BYTES // 8)), len(matrix)
    sums = np.ones_like(tiles)
    added(tiles.ctypes.data, sums.ctypes.data, tiles)
    wanted = np.einsum("ri,ijv,sj->rsv", matrix, tiles, matrix)
    np.testing.assert_allclose(sums[:n, :n], wanted + 1, atol=1e-12)
    assert (sums[n:] == 1).all() and (sums[:, n:] == 1).all()


def test_maxima_of_transforms(rng):
    """What is no number wins."""
    matrix = values(4).T
    pool = transform(matrix, window=2)
    pooled = numba.njit(lambda at, to, like: pool((at, *STRIDES), (to, *STRIDES), like))
    tiles = rng.normal(size=(SIDE, SIDE, BYTES // 8))
    maps = np.einsum("ri,ijv,sj->rsv", matrix, tiles, matrix)
    tiles[5, 5, 1] = maps[3, 3, 1] = np.nan  # at infinity: the last spot alone has it
    maxima = np.zeros_like(tiles)
    pooled(tiles.ctypes.data, maxima.ctypes.data, tiles)
    wanted = maps.reshape(2, 2, 2, 2, -1).max(axis=(1, 3))
    np.testing.assert_allclose(maxima[:2, :2], wanted, atol=1e-12)
