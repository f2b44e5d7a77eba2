"""Folders of pictures and masks in every layout; what does not fit is named in one line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dltut.datasets import Pictures, load, segmentation
from dltut.exceptions import InputError


def save(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values, np.uint8)).save(path)


def pairs(folder, n=7, sides=(5, 6), values=(0, 1, 255), part=""):
    """Pictures whose grey is 10 times their mask, by number."""
    rng = np.random.default_rng(len(part))
    for i in range(n):
        y = rng.choice(values, sides)
        y.flat[: len(values)] = values
        save(folder / part / "images" / f"p{i}.png", 10 * (y % 20) + i)
        save(folder / part / "masks" / f"p{i}.png", y)
    return folder


def test_images_and_masks(tmp_path):
    data = segmentation.from_folder(pairs(tmp_path))
    assert [len(split) for split in data] == [5, 1, 1] and data.image_shape == (1, 5, 6)
    assert data.targets.names == ("0", "1") and data.inputs.preparation == "whole"
    for split in data:
        grey = np.round(split.x.reshape(-1, 5, 6) * 256) // 10
        for x, y in zip(grey, split.y, strict=True):
            assert (x[y == 0] == 0).all() and (x[y == 1] == 1).all() and (y[x > 1] == -1).all()
    again = load(tmp_path, task="segmentation")
    np.testing.assert_array_equal(again.test.x, data.test.x)


def test_parts_that_are_given(tmp_path):
    for part, n in (("train", 5), ("val", 2), ("test", 3)):
        pairs(tmp_path, n, part=part)
    data = segmentation.from_folder(tmp_path)
    assert [len(split) for split in data] == [5, 2, 3]


def test_stacks_of_pages(tmp_path):
    """As the ISBI challenge has them: black and white masks; neighbours stay in one part."""
    rng = np.random.default_rng(1)
    labels = [255 * rng.integers(0, 2, (8, 9), dtype=np.uint8) for _ in range(12)]
    pages = [Image.fromarray(np.full((8, 9), 20 * i, np.uint8)) for i in range(12)]
    for name, frames in (("volume", pages), ("labels", list(map(Image.fromarray, labels)))):
        frames[0].save(tmp_path / f"train-{name}.tif", save_all=True, append_images=frames[1:])
    data = segmentation.from_folder(tmp_path)
    assert [len(split) for split in data] == [8, 2, 2] and data.targets.names == ("black", "white")
    order = [np.round(split.x[:, 0] * 256 / 20).astype(int).tolist() for split in data]
    assert order == [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9], [10, 11]]
    np.testing.assert_array_equal(data.test.y[1], labels[11] // 255)


def test_a_table_of_colours(tmp_path):
    for i in range(6):
        pixels = np.zeros((4, 4, 3), np.uint8)
        pixels[:2] = (0, 0, 255)
        save(tmp_path / "images" / f"{i}.png", pixels)
        save(tmp_path / "labels" / f"{i}.png", pixels)
    (tmp_path / "classes.csv").write_text(
        "name,red,green,blue\nsky,0,0,255\nvoid,0,0,0\nsea,1,1,1\n"
    )
    data = segmentation.from_folder(tmp_path)
    assert data.image_shape == (3, 4, 4) and data.targets.colours == ((0, 0, 255), (1, 1, 1))
    assert data.train.y[0].tolist() == [[0] * 4] * 2 + [[-1] * 4] * 2


def test_sizes_that_differ(tmp_path):
    """Beside smaller pictures there is void; or all are resized."""
    pairs(tmp_path, 5, (4, 8), values=(0, 1))
    save(tmp_path / "images" / "q.png", np.full((6, 3), 100))
    save(tmp_path / "masks" / "q.png", np.ones((6, 3)))
    data = segmentation.from_folder(tmp_path)
    assert data.image_shape == (1, 6, 8)
    y = np.concatenate([split.y for split in data])
    x = np.concatenate([split.x for split in data]).reshape(y.shape)
    tall = (x[:, 5, 0] > 0.3).argmax()
    assert (y[tall, :, :3] == 1).all() and (y[tall, :, 3:] == -1).all()
    assert (np.delete(y, tall, 0)[:, 4:] == -1).all() and (np.delete(y, tall, 0)[:, :4] >= 0).all()
    small = segmentation.from_folder(tmp_path, (3, 2, 4))
    assert small.image_shape == (3, 2, 4) and small.inputs.preparation == "resize"
    assert small.train.y.min() >= 0


def test_what_does_not_fit(tmp_path):
    cases = {
        "no mask": r"p3.png has no mask of its name in .*masks: add it",
        "no picture": r"p2.png has no picture of its name in .*images, nor has p4.png: add it",
        "many": r"p0.png has no mask .*, nor has p1.png, .*, nor has p3.png, nor 1 more: add",
        "size": r"p1.png is 5 x 5 but its picture 5 x 6: expected a label for each pixel",
        "gap": r"the masks in .*gap hold numbers up to 7, but 2 is not among them: name",
        "label": r"p0.png has the label 1 at row \d, column \d, which stands for none of the 1",
        "colours": r"p0.png is a mask of colours \(RGB\): name the classes in a file classes.csv",
        "broken": r"p0.png is no readable picture",
        "few": r"few has 2 pictures; expected 3 or more, some for each part",
        "empty": r"empty has no folders images and masks, none in train and test, and no stacks",
        "twice": r"p0.gif and p0.png have the same name: keep one",
    }
    for name in cases:
        pairs(tmp_path / name, n=2 if name == "few" else 5, values=(0, 1))
    (tmp_path / "no mask" / "masks" / "p3.png").unlink()
    for i in range(5):
        (tmp_path / "many" / "masks" / f"p{i}.png").unlink()
    for i in (2, 4):
        (tmp_path / "no picture" / "images" / f"p{i}.png").unlink()
    save(tmp_path / "size" / "masks" / "p1.png", np.zeros((5, 5)))
    save(tmp_path / "gap" / "masks" / "p1.png", np.full((5, 6), 7))
    (tmp_path / "label" / "classes.csv").write_text("only,0\n")
    save(tmp_path / "colours" / "masks" / "p0.png", np.zeros((5, 6, 3)))
    (tmp_path / "broken" / "masks" / "p0.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    for each in ("images", "masks"):
        (tmp_path / "empty" / each).rename(tmp_path / "empty" / f"x{each}")
    save(tmp_path / "twice" / "images" / "p0.gif", np.zeros((5, 6)))
    for name, message in cases.items():
        with pytest.raises(InputError, match=message) as caught:
            segmentation.load(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_more_pixels_than_fit_are_refused_while_they_are_read(tmp_path, monkeypatch):
    pairs(tmp_path / "many", n=9)
    monkeypatch.setattr(segmentation, "MEMORY", 8 * 5 * 6 * 4)
    with pytest.raises(
        InputError, match=r"many: 5 of its pictures have 150 pixels, and do not fit"
    ):
        segmentation.load(tmp_path / "many")


def test_pages_that_do_not_pair_up(tmp_path):
    page = Image.new("L", (4, 4))
    page.save(tmp_path / "train-volume.tif", save_all=True, append_images=[page, page])
    page.save(tmp_path / "train-labels.tif", save_all=True, append_images=[page])
    with pytest.raises(InputError, match=r"train-volume.tif has 3 pages and .*labels.tif 2: expec"):
        segmentation.from_folder(tmp_path)


@settings(max_examples=25, deadline=None)
@given(content=st.binary(max_size=60), which=st.sampled_from(["images", "masks"]))
def test_any_file_is_read_or_refused_in_one_line(content, which, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    pairs(folder, 4)
    (folder / which / "p1.png").write_bytes(content)
    with pytest.raises(InputError, match=r"p1\.png is no readable picture") as caught:
        segmentation.load(folder)
    assert "\n" not in str(caught.value)


def test_names(tmp_path):
    data = load("auto", tmp_path, quick=True, task="segmentation")
    assert data.name == "shapes" and isinstance(data.inputs, Pictures) and len(data.train) == 24
    assert load("rays", tmp_path, quick=True, task="segmentation").train.y.shape == (24, 200)
    with pytest.raises(InputError, match=r"^image_shape is for folders of your own"):
        load("shapes", tmp_path, task="segmentation", image_shape=(1, 8, 8))
    for wrong, names in (("shape", "did you mean shapes"), ("digits", "auto, brain, rays, shapes")):
        with pytest.raises(InputError, match=f"^no data set or file '{wrong}': .*{names}"):
            load(wrong, tmp_path, task="segmentation")
    with pytest.raises(InputError, match=r": valid names: auto, or a path"):
        load("digits", tmp_path, task="tagging")


@pytest.mark.parametrize("shape", [(16, 16), (2, 16, 16), (1, 0, 16)])
def test_a_shape_that_no_picture_has(shape, tmp_path):
    pairs(tmp_path)
    with pytest.raises(
        InputError, match=r"^image_shape is .*; expected \(channels, height, width\)"
    ):
        segmentation.load(tmp_path, image_shape=shape)
