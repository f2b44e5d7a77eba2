"""Rows of pictures under one another: each where its name stands, cut off at black and white."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import comparison_picture

figure_of = comparison_picture.__wrapped__


def filled(*values, image_shape=(2, 3)):
    """A picture for each value, filled with it."""
    return np.repeat(values, np.prod(image_shape)).reshape(len(values), -1)


@pytest.mark.parametrize("image_shape", [(2, 3), (1, 2, 3), (3, 2, 3)])
def test_rows_and_their_names(image_shape):
    rows = {
        "input": filled(0.25, 0.5, 0.75, image_shape=image_shape),
        "noisy": filled(-0.5, 0.5, 1.5, image_shape=image_shape),
    }
    (axes,) = figure_of(rows, image_shape, n=3).axes
    pixels = axes.images[0].get_array()
    colours = (3,) if image_shape[0] == 3 else ()
    assert pixels.shape == (2 * 6, 3 * 7, *colours)  # two pixels of frame on each side
    inner = [
        [pixels[6 * i + 2 : 6 * i + 4, 7 * j + 2 : 7 * j + 5] for j in range(3)] for i in (0, 1)
    ]
    shown = [[float(each.mean()) for each in line] for line in inner]
    assert shown == [[0.25, 0.5, 0.75], [0.0, 0.5, 1.0]]
    assert (pixels[:2] == 1).all() and (pixels[:, :2] == 1).all()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["input", "noisy"]
    assert axes.get_yticks().tolist() == [3, 9]


def test_only_the_first_examples():
    short, long = (comparison_picture({"x": np.zeros((n, 784))}, n=8) for n in (8, 50))
    assert short.size == long.size
    assert np.asarray(short).std() > 20


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        ({}, 3),
        ({"a": np.zeros((2, 4)), "b": np.zeros((3, 4))}, 3),
        ({"a": np.zeros((0, 4))}, 3),
        ({"a": np.zeros((2, 4))}, 0),
    ],
)
def test_nothing_to_compare(rows, n):
    with pytest.raises(
        InputError, match=r"^nothing to compare in rows of \[.*\] examples, of whic"
    ):
        comparison_picture(rows, (2, 2), n)


def test_a_shape_that_does_not_fit():
    with pytest.raises(
        InputError, match=r"^pictures with 5 values do not have image_shape=\(2, 2\)"
    ):
        comparison_picture({"a": np.zeros((2, 5))}, (2, 2))
