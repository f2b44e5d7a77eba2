"""Diagrams with as many boxes and arrows as they are said to have; gradients step by step."""

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from dltut.exceptions import InputError
from dltut.viz import dimensions_picture, gradient_picture

BOXES = {  # and arrows
    "one to one": (3, 2),
    "one to many": (7, 6),
    "many to one": (7, 6),
    "many to many, later": (11, 10),
    "many to many, at once": (9, 8),
}


@pytest.mark.parametrize("way", BOXES)
def test_boxes_and_arrows(way):
    figure = dimensions_picture.__wrapped__([way])
    (axes,) = figure.axes
    kinds = [type(each) for each in axes.patches]
    assert (kinds.count(FancyBboxPatch), kinds.count(FancyArrowPatch)) == BOXES[way]
    texts = [each.get_text() for each in axes.texts]
    assert texts[0] == way and "(batch, n_in)" in texts


def test_all_five_side_by_side():
    one, five = dimensions_picture(["one to one"]), dimensions_picture()
    assert five.width > 3 * one.width and five.height > 1.9 * one.height
    assert np.asarray(dimensions_picture()).std() > 20
    with pytest.raises(InputError, match="there is no way 'one to non'"):
        dimensions_picture(["one to non"])


def test_gradients_by_step():
    figure = gradient_picture.__wrapped__({"a": np.array([1e-9, 0, 1]), "b": np.ones(3)}, "title")
    (axes,) = figure.axes
    first, _ = axes.lines
    np.testing.assert_array_equal(first.get_ydata(), [1e-9, np.nan, 1])
    assert axes.get_yscale() == "log" and axes.get_title() == "title"
    assert gradient_picture({"a": np.ones(3)}).width > 100


@pytest.mark.parametrize("norms", [{}, {"a": np.array([-1.0])}, {"a": np.array([np.inf])}])
def test_norms_that_are_none(norms):
    with pytest.raises(InputError, match="norms of gradients"):
        gradient_picture(norms)
