"""Pictures of weights, tile by tile."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import filter_picture, first_layer_picture, first_layer_weights, learned_first


def tiles(picture, rows, columns, zoom=1):
    """The tiles of a grid with one pixel between them, (down, across, rows, columns, ...)."""
    pixels = np.asarray(picture)[::zoom, ::zoom]
    down, across = (pixels.shape[0] + 1) // (rows + 1), (pixels.shape[1] + 1) // (columns + 1)
    return np.array(
        [
            [pixels[i * (rows + 1) :, j * (columns + 1) :][:rows, :columns] for j in range(across)]
            for i in range(down)
        ]
    )


def test_each_column_of_a_dense_matrix_is_a_tile(rng):
    W = rng.normal(size=(12, 5))
    grid = tiles(filter_picture(W, (3, 4), min_size=0), 3, 4)
    assert grid.shape == (2, 3, 3, 4)
    for i in range(5):
        w = W[:, i].reshape(3, 4)
        expected = 255 * (w - w.min()) / np.ptp(w)
        np.testing.assert_allclose(grid[i // 3, i % 3], expected, atol=1.01)
    assert not grid[1, 2].any()


def test_square_and_oblong_shapes_are_found(rng):
    assert filter_picture(rng.normal(size=(784, 100)), min_size=0).size == (289, 289)
    assert filter_picture(rng.normal(size=(6, 1)), min_size=0).size == (3, 2)


@pytest.mark.parametrize("rescale, bounds", [("global", (0, 255)), ("none", (63, 191))])
def test_zero_is_mid_grey(rescale, bounds):
    W = np.array([[0.0, 0.5], [-0.5, 0.0], [0.25, 0.0], [0.0, 0.0]])
    first, second = tiles(filter_picture(W, rescale=rescale, min_size=0), 2, 2)[0]
    assert first[0, 0] == first[1, 1] == second[1, 1] == 127
    assert first[0, 1] == bounds[0] and second[0, 0] == bounds[1]


def test_weights_beyond_one_are_cut_off_and_no_weights_are_grey():
    assert np.asarray(filter_picture(np.array([[-7.0]]), rescale="none")).max() == 0
    assert set(np.unique(filter_picture(np.zeros((4, 1)), rescale="global"))) == {127}


def test_three_channels_are_colour_and_other_numbers_tiles(rng):
    W = rng.normal(size=(4, 3, 5, 6))
    picture = filter_picture(W, min_size=0)
    assert picture.mode == "RGB"
    expected = (W[1] - W[1].min()) / np.ptp(W[1])
    np.testing.assert_allclose(
        tiles(picture, 5, 6)[0, 1], 255 * expected.transpose(1, 2, 0), atol=1.01
    )
    two = tiles(filter_picture(W[:, :2], min_size=0), 5, 6)
    single = tiles(filter_picture(W[3:, 1:2], min_size=0), 5, 6)
    np.testing.assert_array_equal(two.reshape(-1, 5, 6)[7], single[0, 0])


def test_colour_weights_of_a_dense_layer(rng):
    W = rng.normal(size=(12, 1))
    conv = W.T.reshape(1, 3, 2, 2)
    assert filter_picture(W, (3, 2, 2)).tobytes() == filter_picture(conv).tobytes()


def test_border_frames_every_filter():
    picture = filter_picture(np.zeros((9, 4)), rescale="global", border=True, min_size=0)
    for tile in tiles(picture, 5, 5).reshape(-1, 5, 5):
        assert (tile[[0, -1]] == 255).all() and (tile[:, [0, -1]] == 255).all()
        assert (tile[1:-1, 1:-1] == 127).all()


def test_small_filters_are_magnified(rng):
    W = rng.normal(size=(20, 1, 5, 5))
    small, large = filter_picture(W, min_size=0), filter_picture(W, min_size=300)
    assert small.size == (29, 23) and large.width >= 300
    zoom = large.width // small.width
    np.testing.assert_array_equal(np.asarray(large)[::zoom, ::zoom], np.asarray(small))


def test_units_that_learned_something_come_first(rng):
    """Blobs and strokes before noise, whatever their sign and their mean."""
    noise = rng.normal(size=(4, 64))
    rows, columns = np.mgrid[-1:1:8j, -1:1:8j]
    blob, stroke = np.exp(-4 * (rows**2 + columns**2)).ravel(), 1.0 * (rows > 0).ravel()
    W = np.vstack([noise[:2], -4 * blob + 3, noise[2:], 2 * stroke]).T
    assert set(learned_first(W, (8, 8))[:2]) == {2, 5}
    assert learned_first(np.ones((64, 3)), (8, 8)).tolist() == [0, 1, 2]


def test_the_first_layer_under_its_title(rng):
    W = rng.normal(size=(64, 5)) * [0, 1, 0, 0, 0]
    all_of_them, two = first_layer_picture(W, (8, 8)), first_layer_picture(W, (8, 8), n=2)
    plain = filter_picture(W[:, learned_first(W, (8, 8))], (8, 8))
    pixels = np.asarray(all_of_them.convert("L"))
    top = all_of_them.height - plain.height - 12
    np.testing.assert_array_equal(pixels[top:-12, 12 : 12 + plain.width], plain)
    assert pixels[: top - 12].min() < 100 and (pixels[-12:] == 255).all()
    assert two.height < all_of_them.height


def test_units_with_names_stay_in_their_order(rng):
    W = rng.normal(size=(64, 3))
    picture = first_layer_picture(W, (8, 8), classes=["ant", "bee", "cat"])
    plain = filter_picture(W, (8, 8))
    found = np.asarray(picture.convert("L"))[-12 - plain.height : -12, 12 : 12 + plain.width]
    np.testing.assert_array_equal(found, plain)
    many = first_layer_picture(rng.normal(size=(4, 99)), classes=[f"class {i}" for i in range(99)])
    assert many.width < 800


def test_first_weights_by_name():
    arrays = {"b": np.zeros(3), "input.scale": np.zeros((2, 2)), "hidden0.W": np.ones((4, 3))}
    name, weights = first_layer_weights(arrays | {"output.W": np.zeros((3, 2))})
    assert name == "hidden0.W" and weights.shape == (4, 3)


@pytest.mark.parametrize(
    "weights, options, message",
    [
        (np.zeros((4, 1)), {"rescale": "globl"}, r"rescale='globl' is unknown; .*global\?"),
        (np.array([[np.nan]]), {}, "NaN or infinite values: this training diverged"),
        (np.zeros((4, 1)), {"image_shape": (2, 3)}, r"\(2, 3\) has 6 pixels, .* for 4: give"),
        (np.zeros((4, 1)), {"image_shape": (4,)}, r"give \(rows, columns\) or \(channels"),
        (np.zeros(3), {}, r"weights of shape \(3,\) are neither dense"),
        (np.zeros((3, 0)), {}, r"weights of shape \(3, 0\) hold no filters"),
    ],
)
def test_messages(weights, options, message):
    with pytest.raises(InputError, match=message):
        filter_picture(weights, **options)


def test_no_weights():
    with pytest.raises(InputError, match=r"no weights to draw among b: a parameter named W"):
        first_layer_weights({"b": np.zeros(2)})
