"""A grid of examples: each pixel where it belongs, as bright as it should be."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import example_picture
from dltut.viz.figure import MARGIN

ZOOM = 22  # of two pixels to 44


def tiles(x, captions=None, columns=2, **options):
    """The grey levels of 1 x 2 pictures, each an array of two."""
    picture = np.asarray(example_picture(x, (1, 1, 2), captions, columns, **options).convert("L"))
    pitch = ZOOM + 6 + 15 * bool(captions), 2 * ZOOM + 6
    rows = -(-len(x) // min(columns, len(x)))
    assert picture.shape == (
        rows * pitch[0] + 2 * MARGIN,
        min(columns, len(x)) * pitch[1] + 2 * MARGIN,
    )
    places = [divmod(i, columns) for i in range(len(x))]
    return [
        picture[MARGIN + 3 + pitch[0] * row + ZOOM // 2, MARGIN + 3 + pitch[1] * column :][
            [1, ZOOM - 2, ZOOM + 1, 2 * ZOOM - 2]
        ].tolist()
        for row, column in places
    ]


def test_values_become_grey_levels():
    x = np.array([[0, 1.0], [0.25, 0.5], [2.0, 2.0]])
    assert tiles(x, rescale="global") == [[0, 0, 128, 128], [32, 32, 64, 64], [255] * 4]
    assert tiles(x, rescale="none") == [[0, 0, 255, 255], [64, 64, 128, 128], [255] * 4]
    assert tiles(x, rescale="individual") == [[0, 0, 255, 255], [0, 0, 255, 255], [0] * 4]


def test_with_negative_values_0_is_mid_grey():
    x = np.array([[0, 1.0], [-2.0, 0]])
    assert tiles(x, rescale="global") == [[128, 128, 192, 192], [0, 0, 128, 128]]
    assert tiles(x, rescale="none") == [[128, 128, 255, 255], [0, 0, 128, 128]]


def test_captions_stand_below_their_pictures():
    x = np.zeros((5, 2))
    assert tiles(x, ["a", "b", "", "d", "e"], columns=3) == [[0] * 4] * 5
    with_text = np.asarray(example_picture(x, (1, 1, 2), ["a", "b", "", "d", "e"], 3).convert("L"))
    below = with_text[MARGIN + 3 + ZOOM + 1 : MARGIN + ZOOM + 6 + 15, MARGIN:-MARGIN]
    dark = [(part < 200).any() for part in np.split(below, 3, axis=1)]
    assert dark == [True, True, False]


def test_colour():
    red = np.array([[1.0, 0, 0]])
    picture = np.asarray(example_picture(red, (3, 1, 1)))
    assert picture[MARGIN + 20, MARGIN + 20].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    "x, options, message",
    [
        (np.zeros((0, 4)), {}, "0 examples in 20 columns"),
        (np.zeros((3, 4)), {"columns": 0}, "3 examples in 0 columns"),
        (np.zeros((3, 5)), {}, "pictures with 5 values do not have"),
        (np.full((3, 4), np.nan), {}, "NaN or infinite"),
        (np.zeros((3, 4)), {"rescale": "globl"}, r"rescale='globl' is unknown; did you mean glo"),
    ],
)
def test_messages(x, options, message):
    with pytest.raises(InputError, match=message):
        example_picture(x, (1, 2, 2), **options)
