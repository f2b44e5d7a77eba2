"""Words in colours: blue and orange where they should be, lines broken, nothing else drawn."""

import numpy as np
import pytest
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz import stacked_pictures, weighed_words


def coloured(picture):
    """How many pixels are clearly blue, and clearly orange."""
    red, blue = (np.asarray(picture)[..., k].astype(int) for k in (0, 2))
    return int((blue - red > 60).sum()), int((red - blue > 60).sum())


def test_colours_follow_the_weights():
    blue, orange = coloured(weighed_words(["good", "bad", "film"], [1.0, -1.0, 0.0]))
    assert blue > 300 and orange > 300
    assert coloured(weighed_words(["so", "so"], [0.0, 0.0])) == (0, 0)
    assert coloured(weighed_words(["good"], [2.0]))[1] == 0


def test_long_texts_have_more_lines():
    one, many = (weighed_words(["word"] * n, [0.1] * n, "title", ("a", "b")) for n in (3, 300))
    assert one.width == many.width and many.height > 2 * one.height


def test_what_does_not_fit():
    for words, weights in (([], []), (["a"], [1.0, 2.0])):
        with pytest.raises(InputError, match="give one for each"):
            weighed_words(words, weights)


def test_pictures_below_one_another():
    red, blue = Image.new("RGB", (4, 2), "red"), Image.new("RGB", (6, 3), "blue")
    whole = np.asarray(stacked_pictures([red, blue]))
    assert whole.shape == (5, 6, 3)
    assert whole[0, 0].tolist() == [255, 0, 0] and whole[0, 5].tolist() == [255, 255, 255]
    assert (whole[2:] == [0, 0, 255]).all()
