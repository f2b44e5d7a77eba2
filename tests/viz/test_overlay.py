"""Pictures under classes: colours where they should be, and what is refused."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import label_image, overlay_picture, strips_picture


def test_a_mask_in_its_colours():
    labels = np.array([[0, 1, -1], [12, 0, 1]])
    image = label_image(labels, 13)
    colours = {image.getpixel((c, r)) for r in range(2) for c in range(3)}
    assert image.size == (3, 2) and image.getpixel((2, 0)) == (255, 255, 255)
    assert len(colours) == 4  # the thirteenth class is none of the first
    assert label_image(labels.clip(max=1), 2, [(1, 2, 3), (4, 5, 6)]).getpixel((1, 0)) == (4, 5, 6)


def test_mistakes_are_red_and_void_is_none():
    true, found = np.full((8, 8), -1), np.ones((8, 8), int)
    true[:4] = 0
    picture = np.full((8, 8, 3), 0.5)
    drawn = overlay_picture([picture], {"true": [true], "found": [found]}, ["a", "b"])
    pixels = np.asarray(drawn).astype(int)
    red = (pixels[..., 0] > 190) & (pixels[..., 1] < 40) & (pixels[..., 2] < 60)
    assert red.any() and red[:, : drawn.width // 2].sum() == 0
    alike = overlay_picture([picture], {"true": [true], "found": [true.clip(0)]}, ["a", "b"])
    pixels = np.asarray(alike).astype(int)
    assert not ((pixels[..., 0] > 190) & (pixels[..., 1] < 40) & (pixels[..., 2] < 60)).any()


def test_strips():
    drawn = strips_picture(
        np.zeros((20, 2)), [np.arange(20) // 5] * 2, list("abcd"), "xy", ("t", "f")
    )
    assert drawn.width > drawn.height > 200


def test_sizes_that_do_not_fit():
    picture = np.zeros((3, 3, 3))
    for pictures, masks in (([picture], [np.zeros((2, 3), int)]), ([], []), ([picture], [])):
        with pytest.raises(InputError, match=r"^the masks found do not have the sizes of the pic"):
            overlay_picture(pictures, {"found": masks}, ["a"])
    with pytest.raises(InputError, match=r"^strips of a series of 4 steps have a class for each"):
        strips_picture(np.zeros((4, 1)), [np.zeros(3, int)], ["a"], ["x"])
