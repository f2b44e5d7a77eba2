"""What the network saw, beside what it was given."""

import numpy as np
import pytest
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz import prediction_picture, side_by_side

figure_of = prediction_picture.__wrapped__
GIVEN = Image.new("RGBA", (900, 300), (0, 0, 0, 0))


def test_three_panels(rng):
    prepared, p = rng.random((1, 28, 28)), np.array([0.004, 0.92, 0.076])
    given, seen, bars = figure_of(GIVEN, prepared, p, ["ant", "bee", "cat"]).axes
    assert given.images[0].get_array().shape == (200, 600, 3)
    assert (given.images[0].get_array() == 255).all()  # clear pixels stand on white
    np.testing.assert_array_equal(seen.images[0].get_array(), prepared[0])
    assert [bar.get_width() for bar in bars.patches] == p.tolist()
    assert bars.get_title() == "bee, 92.0 % sure"
    assert [text.get_text() for text in bars.texts] == ["92 %", "8 %"]
    assert len({bar.get_facecolor() for bar in bars.patches}) == 2


def test_only_the_most_probable_of_many_classes_in_their_order():
    p = np.arange(20) / 190
    bars = figure_of(GIVEN, np.zeros((4, 4)), p, max_classes=3).axes[2]
    assert [label.get_text() for label in bars.get_yticklabels()] == ["17", "18", "19"]


def test_labels_that_hold_together_stand_out():
    p = np.array([0.9, 0.2, 0.6])
    bars = figure_of(GIVEN, np.zeros((4, 4)), p, ["red", "sweet", "round"], several=True).axes[2]
    first, second, third = (bar.get_facecolor() for bar in bars.patches)
    assert first == third != second
    assert bars.get_title() == "2 of 3 labels"


def test_pictures_side_by_side(rng):
    x = rng.random((3, 4, 5))
    named = {"given": GIVEN, "seen": x, "half": x[0] / 2}
    axes = side_by_side.__wrapped__(named).axes
    assert [each.get_title() for each in axes] == list(named)
    np.testing.assert_array_equal(axes[1].images[0].get_array(), x.transpose(1, 2, 0))
    np.testing.assert_array_equal(axes[2].images[0].get_array(), x[0] / 2)
    with pytest.raises(InputError, match="pictures with 40 values do not have image_shape="):
        side_by_side({"two channels": np.zeros((2, 4, 5))})


def test_colour(rng):
    prepared = rng.random((3, 4, 5))
    seen = figure_of(GIVEN, prepared, np.ones(1)).axes[1].images[0].get_array()
    np.testing.assert_array_equal(seen, prepared.transpose(1, 2, 0))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_pictures_of_every_mode_are_drawn(mode):
    picture = Image.new("L", (30, 50), 100)
    picture = Image.new(mode, (30, 50)) if mode == "I;16" else picture.convert(mode)
    before = picture.tobytes()
    drawn = prediction_picture(picture, np.zeros((28, 28)), np.ones(2) / 2)
    assert drawn.mode == "RGB" and np.asarray(drawn).std() > 20
    assert picture.tobytes() == before


def test_names_that_do_not_fit():
    with pytest.raises(InputError, match="1 class names for 2 classes"):
        prediction_picture(GIVEN, np.zeros((28, 28)), np.ones(2) / 2, ["a"])
