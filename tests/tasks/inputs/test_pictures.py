"""Pictures, their files and prepared rows."""

import numpy as np
import pytest
from PIL import Image

from dltut.datasets.kinds import Pictures
from dltut.datasets.pictures import prepare_digit, resized
from dltut.tasks import read_examples

PICTURES = Pictures((1, 2, 3))


def test_a_file_and_an_image_are_prepared(tmp_path, rng):
    picture = Image.fromarray(rng.integers(0, 256, (40, 50), dtype=np.uint8))
    picture.save(tmp_path / "a.png")
    [by_path] = read_examples(tmp_path / "a.png", PICTURES)
    [by_image] = read_examples(picture, PICTURES)
    np.testing.assert_array_equal(by_path.x, resized(picture, (1, 2, 3)))
    np.testing.assert_array_equal(by_path.x, by_image.x)
    assert by_path.name == str(tmp_path / "a.png") and by_path.given.size == (50, 40)


def test_pictures_are_as_bright_as_those_of_the_training(rng):
    """A model of bytes that were left as they are once saw pictures from 0 to 1."""
    picture = Image.fromarray(rng.integers(0, 256, (40, 50), dtype=np.uint8))
    [usual] = read_examples(picture, PICTURES)
    [bytes_] = read_examples(picture, Pictures((1, 2, 3), white=255.0))
    np.testing.assert_allclose(bytes_.x, 256 * usual.x, rtol=1e-6)
    [row] = read_examples(bytes_.x, Pictures((1, 2, 3), white=255.0))
    assert not row.note and read_examples(bytes_.x, PICTURES)[0].note
    pixels = Image.fromarray((256 * usual.x[0]).astype(np.uint8))
    np.testing.assert_allclose(np.asarray(row.given), np.asarray(pixels), atol=1)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 32, 32), (3, 20, 20)])
def test_digits_of_any_size(shape):
    """An mnist.npz of 32 x 32 once trained, and then no picture fitted its model."""
    picture = Image.new("L", (60, 60))
    picture.paste(255, (28, 10, 32, 50))
    [example] = read_examples(picture, Pictures(shape, "digit"))
    assert example.x.shape == shape and example.x.dtype == np.float32
    if shape == (1, 28, 28):
        np.testing.assert_array_equal(example.x[0], prepare_digit(picture))
    rows = np.flatnonzero(example.x.max(axis=(0, 2)) > 0.5)
    assert np.ptp(rows) + 1 == pytest.approx(20 / 28 * shape[1], abs=1.5)


def test_several_digits_are_told_from_one():
    picture = Image.new("L", (100, 60))
    picture.paste(255, (20, 10, 26, 50))
    assert not read_examples(picture, Pictures((1, 28, 28), "digit"))[0].note
    picture.paste(255, (70, 10, 76, 50))
    [two] = read_examples(picture, Pictures((1, 28, 28), "digit"))
    assert two.note == "there seem to be 2 digits, which are taken for one: cut them apart"
    assert not read_examples(picture, Pictures((1, 28, 28)))[0].note


def test_prepared_pixels_come_back_as_a_picture():
    pixels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    [example] = read_examples(pixels.ravel() / np.float32(256), PICTURES)
    np.testing.assert_array_equal(example.given, pixels)


def test_bytes_are_doubted():
    [example] = read_examples(np.full(6, 200, "uint8"), PICTURES)
    assert example.note.startswith("values up to 200: an array is taken as prepared")
    assert not read_examples(np.ones(6), PICTURES)[0].note
