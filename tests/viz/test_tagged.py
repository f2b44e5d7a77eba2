"""Words coloured by their tags."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import tagged_picture

SENTENCE = ["fly", "to", "New", "York"], ["O", "O", "B-city", "I-city"]


def coloured(picture):
    """How many pixels are far from grey."""
    pixels = np.asarray(picture).astype(int)
    return (pixels.max(axis=2) - pixels.min(axis=2) > 60).sum()


def test_only_chunks_have_a_colour():
    assert coloured(tagged_picture([(SENTENCE[0], ["O"] * 4)])) == 0
    assert coloured(tagged_picture([SENTENCE])) > 50


def test_a_mistake_is_red():
    def red(picture):
        pixels = np.asarray(picture).astype(int)
        return ((pixels[..., 0] > 150) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90)).sum()

    assert red(tagged_picture([SENTENCE], [["O", "O", "B-city", "I-city"]])) == 0
    assert red(tagged_picture([SENTENCE], [["O", "O", "B-state", "I-state"]])) > 20


def test_long_sentences_are_broken():
    one = tagged_picture([SENTENCE])
    long = tagged_picture([(SENTENCE[0] * 20, SENTENCE[1] * 20), SENTENCE])
    assert long.width == one.width and long.height > 3 * one.height


def test_what_cannot_be_drawn():
    for sentences in ([], [(["a"], [])]):
        with pytest.raises(InputError, match="no sentence to draw, or one without a tag"):
            tagged_picture(sentences)
