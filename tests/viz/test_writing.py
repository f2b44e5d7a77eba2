"""Characters in their places, on grounds of their own."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import text_picture


def test_each_character_has_its_ground():
    text = "ab\nc d"
    figure = text_picture.__wrapped__(text, [0, 1, 2, 0.5, 0, 2], "title")
    (axes,) = figure.axes
    told = [(each.get_text(), *each.get_position()) for each in axes.texts]
    assert told[0][0] == "title"
    assert told[1:] == [("a", 0.5, 0), ("b", 1.5, 0), ("c", 0.5, 1), ("d", 2.5, 1)]
    assert len(axes.collections) == 4
    dark, light = (axes.collections[k].get_facecolor()[0][:3].sum() for k in (-1, 0))
    assert dark < light


def test_long_lines_are_broken_and_long_texts_end():
    few, many = (text_picture("x" * n, np.ones(n)) for n in (80, 161))
    assert many.height > few.height
    assert (
        text_picture("x\n" * 200, np.ones(400)).height
        == text_picture("x\n" * 400, np.ones(800)).height
    )


def test_values_that_do_not_fit():
    with pytest.raises(InputError, match=r"2 characters and values of shape \(1,\): one for each"):
        text_picture("ab", [1.0])
    with pytest.raises(InputError, match="0 characters"):
        text_picture("", [])
