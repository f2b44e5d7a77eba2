"""Sums of squares, and over all axes but one, beside exact sums."""

import math

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.kernels.sums import ChannelSums, SumOfSquares

MODES = "NUMBA", "FAST_COMPILE"
WIDTHS = "float32", "float64"


@pytest.fixture(scope="module")
def functions():
    """(mode, width) -> squares of a matrix, sums of its columns, sums of the channels of maps."""
    compiled = {}

    def of(mode, width):
        if (mode, width) not in compiled:
            x, maps = pt.matrix("x", dtype=width), pt.tensor4("maps", dtype=width)
            results = [SumOfSquares()(x), ChannelSums()(x), ChannelSums()(maps)]
            compiled[mode, width] = function([x, maps], results, mode=mode)
        return compiled[mode, width]

    return of


def check(f, x, maps):
    found = f(x, maps)
    exact = [
        math.fsum(x.astype("float64").ravel() ** 2),
        [math.fsum(column) for column in x.T.astype("float64")],
        [math.fsum(channel.astype("float64").ravel()) for channel in maps.swapaxes(0, 1)],
    ]
    tolerance = 1e-6 if x.dtype == "float32" else 1e-14
    sizes = 0, np.abs(x).sum(axis=0), np.abs(maps).sum(axis=(0, 2, 3))
    for one, other, size in zip(found, exact, sizes, strict=True):
        assert one.dtype == x.dtype
        assert one.shape == np.shape(other)
        assert (np.abs(one - other) <= tolerance * np.maximum(np.abs(other), size)).all()


SHAPES = [
    ((3, 5), (2, 3, 4, 5)),
    ((1, 1), (1, 1, 1, 1)),
    ((1, 4097), (3, 2, 1, 1)),
    ((500, 100), (20, 7, 9, 11)),
    ((30000, 2), (1, 1, 200, 300)),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("of_x", "of_maps"), SHAPES)
def test_sizes(functions, mode, width, rng, of_x, of_maps):
    """One number, several blocks, and many numbers, of which none is lost."""
    check(functions(mode, width), *(rng.normal(1, 1, s).astype(width) for s in (of_x, of_maps)))


@pytest.mark.parametrize("mode", MODES)
def test_many_numbers(functions, mode):
    """Ten million equal numbers: single precision must not stop counting at 2**24."""
    x, maps = np.full((5_000_000, 2), 1.5, "float32"), np.ones((1, 1, 1, 1), "float32")
    squares, columns, _ = functions(mode, "float32")(x, maps)
    np.testing.assert_allclose(squares, 22_500_000, rtol=1e-6)
    np.testing.assert_allclose(columns, 7_500_000, rtol=1e-6)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("of_x", "of_maps"), [((0, 3), (0, 3, 2, 2)), ((3, 0), (2, 0, 2, 2))])
def test_nothing(functions, mode, of_x, of_maps):
    found = functions(mode, "float64")(np.ones(of_x), np.ones(of_maps))
    for one, other in zip(found, (0.0, np.zeros(of_x[1]), np.zeros(of_maps[1])), strict=True):
        np.testing.assert_array_equal(one, other)


def test_layouts(functions, rng):
    """Slices and transposed arrays have the same sums."""
    large, f = rng.normal(size=(4, 6, 20, 400)), functions("NUMBA", "float64")
    check(f, large[0, 0].T, large[:, 1:3, ::2, ::-3])  # Numba compiles for each kind of layout
    check(f, large[0, ::2, ::-1, 7], large.T)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_special_values(functions, mode, bad):
    x, maps = np.ones((3, 2)), np.ones((2, 3, 4, 5))
    x[1, 1], maps[1, 2, 3, 3] = bad, bad
    squares, columns, channels = functions(mode, "float64")(x, maps)
    np.testing.assert_array_equal(squares, bad * bad)
    np.testing.assert_array_equal(columns, [3, bad])
    np.testing.assert_array_equal(channels, [40, 40, bad])
