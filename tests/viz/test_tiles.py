"""Tiles against a loop over single pixels, and the tutorials' documented properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.viz import scale_to_unit_interval, tile_raster_images


def pixel_loop(X, img_shape, tile_shape, spacing):
    """The grid, one pixel at a time: which tile and which place of it is this pixel in?"""
    rows, columns = (tile_shape[i] * (img_shape[i] + spacing[i]) - spacing[i] for i in range(2))
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            tile_row, row = divmod(i, img_shape[0] + spacing[0])
            tile_column, column = divmod(j, img_shape[1] + spacing[1])
            n = tile_row * tile_shape[1] + tile_column
            if n < len(X) and row < img_shape[0] and column < img_shape[1]:
                out[i, j] = X[n, row * img_shape[1] + column]
    return out


sizes = st.integers(1, 4)
gaps = st.integers(0, 2)


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, sizes, sizes, gaps, gaps, st.integers(1, 20))
def test_grid_equals_the_loop_over_pixels(rows, columns, down, across, gap, gap_across, n):
    X = np.random.RandomState(n).uniform(-3, 3, (n, rows * columns))
    shapes = (rows, columns), (down, across), (gap, gap_across)
    numbers = tile_raster_images(
        X, *shapes, scale_rows_to_unit_interval=False, output_pixel_vals=False
    )
    np.testing.assert_array_equal(numbers, pixel_loop(X, *shapes))


def test_hundred_digits_make_the_tutorials_289_pixels():
    X = np.random.RandomState(0).uniform(size=(100, 784)).astype("float32")
    picture = tile_raster_images(X, (28, 28), (10, 10), tile_spacing=(1, 1))
    assert picture.shape == (289, 289)
    assert picture.dtype == np.uint8
    assert not picture[28::29].any()
    assert not picture[:, 28::29].any()
    scaled = np.array([scale_to_unit_interval(x) for x in X])
    expected = pixel_loop((scaled * 255).astype("uint8"), (28, 28), (10, 10), (1, 1))
    np.testing.assert_array_equal(picture, expected)


def test_every_tile_is_stretched_on_its_own():
    X = np.array([[0, 1, 2, 3], [0, 10, 20, 30]], "float32")
    tiles = tile_raster_images(X, (2, 2), (1, 2))
    np.testing.assert_array_equal(tiles[:, :2], tiles[:, 2:])
    assert tiles.max() == 255


def test_missing_tiles_are_black_and_surplus_rows_left_out():
    X = np.ones((3, 4))
    X[:, 0] = 0
    assert not tile_raster_images(X, (2, 2), (2, 2))[2:, 2:].any()
    np.testing.assert_array_equal(
        tile_raster_images(X, (2, 2), (1, 2)), tile_raster_images(X[:2], (2, 2), (1, 2))
    )


@pytest.mark.parametrize("pixels, opaque", [(True, 255), (False, 1)])
def test_absent_channels_are_black_and_alpha_opaque(pixels, opaque):
    green = np.random.RandomState(0).uniform(size=(2, 6)).astype("float32")
    picture = tile_raster_images(
        (None, green, None, None), (2, 3), (1, 2), (1, 1), output_pixel_vals=pixels
    )
    assert picture.shape == (2, 7, 4)
    assert picture.dtype == (np.uint8 if pixels else np.float32)
    assert not picture[..., [0, 2]].any()
    assert (picture[..., 3] == opaque).all()
    np.testing.assert_array_equal(
        picture[..., 1],
        tile_raster_images(green, (2, 3), (1, 2), (1, 1), output_pixel_vals=pixels),
    )


def test_given_alpha_is_clear_in_the_gaps():
    channels = tuple(np.tile([0.0, 1.0], (2, 1)) for _ in range(4))
    picture = tile_raster_images(channels, (1, 2), (1, 2), (0, 1))
    assert picture[0, 2].tolist() == [0, 0, 0, 0]


def test_whole_numbers_and_pictures_not_flattened_work():
    X = np.arange(8).reshape(2, 2, 2)
    np.testing.assert_array_equal(
        tile_raster_images(X, (2, 2), (1, 2)),
        tile_raster_images(X.reshape(2, 4).astype("float64"), (2, 2), (1, 2)),
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_unit_interval(values):
    x = np.array(values)
    scaled = scale_to_unit_interval(x)
    assert scaled.min() == 0
    assert scaled.max() <= 1
    if np.ptp(x) > 1e-3:
        assert scaled.max() > 1 - 1e-4
    np.testing.assert_array_equal(x, values)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((np.zeros((3, 5)), (2, 2), (1, 1)), r"shape \(3, 5\) does not hold pictures of 2 x 2"),
        ((np.zeros(4), (2, 2), (1, 1)), r"give shape \(n, 4\)"),
        ((np.zeros((1, 4)), 2, (1, 1)), r"img_shape=2 is not \(rows, columns\)"),
        ((np.zeros((1, 4)), (2, 2), (0, 1)), r"tile_shape=\(0, 1\).* at least 1"),
        ((np.zeros((1, 4)), (2, 2), (1, 1), (-1, 0)), r"tile_spacing=\(-1, 0\).* at least 0"),
        (((None,) * 4, (2, 2), (1, 1)), "4 channels, 0 of them arrays"),
        (((np.zeros((1, 4)),) * 3, (2, 2), (1, 1)), "3 channels.*red, green, blue, alpha"),
        (
            ((np.zeros((1, 4)), np.zeros((2, 4)), None, None), (2, 2), (1, 1)),
            "equally long",
        ),
        ((np.full((1, 4), np.nan), (2, 2), (1, 1)), "not nan to nan"),
        ((np.full((1, 4), 2.0), (2, 2), (1, 1), (0, 0), False), r"\[0, 1\], not 2 to 2: pass"),
    ],
)
def test_messages(arguments, message):
    with pytest.raises(InputError, match=message):
        tile_raster_images(*arguments)
