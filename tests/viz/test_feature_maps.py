"""The picture beside its maps: known pixels, and a photograph that is always there."""

import matplotlib
import numpy as np
import pytest
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz import feature_map_picture, sample_photograph


def test_a_row_a_layer_a_tile_a_map():
    half = np.zeros((30, 40))
    half[:, 20:] = 1
    red = Image.new("RGB", (40, 30), (255, 0, 0))
    drawing = feature_map_picture(red, {"first": half[None], "second": np.stack([half, 1 - half])})
    across = drawing.width / 3
    pixels = np.asarray(drawing, dtype=int)

    def at(row, column, share):
        """The pixel at a share of the width, in the middle of a tile's height."""
        return pixels[int((row + 0.6) * drawing.height / 2), int((column + share) * across)]

    black, white = [0, 0, 0], [255, 255, 255]
    for row in (0, 1):
        assert at(row, 0, 0.5).tolist() == [255, 0, 0]
        assert at(row, 1, 0.25).tolist() == black and at(row, 1, 0.75).tolist() == white
    assert at(1, 2, 0.25).tolist() == white and at(1, 2, 0.75).tolist() == black
    tile = pixels[: drawing.height // 2, int(2.05 * across) :]
    assert (tile == 255).all()  # the first layer has no second map


def test_each_map_is_stretched_on_its_own():
    faint = np.linspace(0.50, 0.51, 1200).reshape(1, 30, 40)
    drawing = feature_map_picture(Image.new("L", (40, 30)), {"faint": faint})
    tile = np.asarray(drawing.convert("L"))[:, drawing.width // 2 :]
    assert tile.min() < 10 and len(np.unique(tile)) > 100


def test_the_photograph_is_in_colour_and_has_the_size_asked_for():
    photograph = sample_photograph((90, 120))
    assert photograph.size == (90, 120) and photograph.mode == "RGB"
    assert np.asarray(photograph, dtype=int).std(axis=2).mean() > 5
    assert np.asarray(photograph).std() > 40


def test_a_photograph_that_is_not_there_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(matplotlib, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(InputError, match=r"no sample photograph in .*: give a picture of your own"):
        sample_photograph()
