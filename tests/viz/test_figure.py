"""Pictures reach the disk whole, in the format that the name says, without touching settings."""

import matplotlib
import numpy as np
import pytest
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz import confusion_picture, save_picture, titled


@pytest.mark.parametrize(
    "ending, kind", [("png", "PNG"), ("JPG", "JPEG"), ("gif", "GIF"), ("bmp", "BMP")]
)
def test_the_ending_names_the_format(tmp_path, ending, kind):
    path = tmp_path / "new" / f"picture.{ending}"
    save_picture(path, Image.new("RGBA", (3, 2), "red"))
    with Image.open(path) as picture:
        assert picture.format == kind and picture.size == (3, 2)


def test_arrays_are_pictures(tmp_path):
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    save_picture(tmp_path / "a.png", pixels)
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(picture, pixels)


@pytest.mark.parametrize(
    "name, hint", [("a.pgn", r"'\.pgn'; did you mean \.png\?"), ("a", "nothing")]
)
def test_endings_that_are_no_format(tmp_path, name, hint):
    with pytest.raises(InputError, match=f"cannot be written as a picture: .*{hint}"):
        save_picture(tmp_path / name, Image.new("L", (2, 2)))
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_no_bytes(tmp_path):
    with pytest.raises(InputError, match=r"array of shape \(2, 2\) and type float64 is no picture"):
        save_picture(tmp_path / "a.png", np.zeros((2, 2)))
    with pytest.raises(InputError, match=r"shape \(1, 2, 2\) .* is no picture: give bytes"):
        save_picture(tmp_path / "a.png", np.zeros((1, 2, 2), np.uint8))


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_title_leaves_the_picture_as_it_is(mode):
    picture = Image.new(mode, (300, 200), "#808080")
    whole = titled(picture, "a title: gjpqy")
    assert whole.mode == "RGB" and whole.width == 324
    pixels = np.asarray(whole)
    top = whole.height - 212
    assert (pixels[top:-12, 12:-12] == 128).all()
    assert (pixels[top - 8 : top] == 255).all() and (pixels[:8] == 255).all()  # nothing is cut off
    assert pixels[8 : top - 8].min() < 100
    assert titled(picture, 99 * "long ").width > 1000


def test_drawing_changes_no_settings():
    before = dict(matplotlib.rcParams)
    confusion_picture(np.eye(2, dtype=int))
    assert dict(matplotlib.rcParams) == before
