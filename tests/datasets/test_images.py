"""Folders of pictures of all kinds become balanced splits; what cannot is named."""

import numpy as np
import pytest
from PIL import Image

from dltut.datasets import images
from dltut.datasets.pictures import resized
from dltut.exceptions import InputError

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5


def save(path, values=GREY, mode=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(values)
    (picture if mode is None else picture.convert(mode)).save(path)


def folder_of(folder, counts, ending="png"):
    """One subfolder a class; each picture is filled with its own value."""
    value = 0
    for name, count in counts.items():
        for i in range(count):
            value += 1
            save(folder / name / f"{i}.{ending}", np.full((4, 4), value, np.uint8))
    return folder


def test_balanced_split_of_every_picture(tmp_path):
    folder_of(tmp_path, {"dogs": 10, "cats": 20})
    dataset = images.load(tmp_path, (1, 4, 4))
    assert dataset.classes == ("cats", "dogs") and dataset.name == tmp_path.name
    assert [np.bincount(split.y).tolist() for split in dataset] == [[12, 6], [4, 2], [4, 2]]
    for split in dataset:
        values = split.x[:, 0] * 256  # the dogs were saved first, as 1 to 10
        np.testing.assert_array_equal(split.y, values <= 10)
        assert (split.x == split.x[:, :1]).all()
    seen = np.concatenate([split.x[:, 0] for split in dataset]) * 256
    np.testing.assert_array_equal(np.sort(seen), np.arange(1, 31))


def test_seed_decides(tmp_path):
    folder_of(tmp_path, {"a": 10, "b": 10})
    first, again, other = (images.load(tmp_path, (1, 4, 4), seed).train.x for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "gif", "pgm"])
def test_lossless_formats_keep_every_pixel(tmp_path, ending):
    save(tmp_path / f"a.{ending}")
    np.testing.assert_array_equal(resized(tmp_path / f"a.{ending}", (1, 6, 8))[0] * 256, GREY)


def test_colour_is_channel_after_channel(tmp_path):
    colour = np.stack([GREY, GREY + 1, GREY + 2], axis=-1)
    save(tmp_path / "a.png", colour)
    found = resized(tmp_path / "a.png", (3, 6, 8)) * 256
    np.testing.assert_array_equal(found, colour.transpose(2, 0, 1))
    assert resized(tmp_path / "a.png", (1, 6, 8)).shape == (1, 6, 8)


@pytest.mark.parametrize(
    ("mode", "ending"), [("CMYK", "jpg"), ("1", "png"), ("P", "png"), ("F", "tif")]
)
def test_other_modes_are_read(tmp_path, mode, ending):
    save(tmp_path / f"a.{ending}", np.full((8, 8), 255, np.uint8), mode)
    found = resized(tmp_path / f"a.{ending}", (1, 4, 4)) * 256
    assert np.abs(found - 255).max() <= 1


def test_sixteen_bits_keep_their_range(tmp_path):
    save(tmp_path / "a.png", GREY.astype(np.uint16) * 257)
    np.testing.assert_array_equal(resized(tmp_path / "a.png", (1, 6, 8))[0] * 256, GREY)


def test_transparent_is_white(tmp_path):
    colour = np.zeros((4, 4, 4), np.uint8)
    colour[0, :, 3] = 255
    save(tmp_path / "a.png", colour)
    found = resized(tmp_path / "a.png", (1, 4, 4))[0] * 256
    np.testing.assert_array_equal(found, [[0] * 4] + [[255] * 4] * 3)


def test_resized_to_one_shape(tmp_path):
    save(tmp_path / "a.png", np.full((50, 20), 100, np.uint8))
    np.testing.assert_array_equal(resized(tmp_path / "a.png", (1, 28, 28)) * 256, 100)


def test_given_parts_are_kept(tmp_path):
    for i, part in enumerate(("train", "valid", "test")):
        folder_of(tmp_path / part, {"a": 6 + i, "b": 6})
    assert [len(split) for split in images.load(tmp_path)] == [12, 13, 14]


def test_validation_drawn_from_train_where_it_is_missing(tmp_path):
    folder_of(tmp_path / "train", {"a": 12, "b": 6})
    folder_of(tmp_path / "test", {"a": 1, "b": 2})
    parts = images.load(tmp_path)
    assert [np.bincount(split.y).tolist() for split in parts] == [[10, 5], [2, 1], [1, 2]]


def said(capsys):
    return capsys.readouterr().err.splitlines()


def test_other_files_are_left_out_and_counted(tmp_path, capsys):
    folder_of(tmp_path, {"a": 5, "b": 5, ".git": 1})
    for name in ("a/notes.txt", "a/x.pdf", "b/x.mpg", "b/x.h5", "b/x.eps", "b/x.ps", "b/x.psd"):
        (tmp_path / name).write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0")
    (tmp_path / "readme.txt").write_text("")
    assert images.load(tmp_path).classes == ("a", "b")
    assert said(capsys) == [
        f"data: left out files that are no pictures (8, like {tmp_path / 'readme.txt'})"
    ]


@pytest.mark.parametrize(
    "helper",
    [
        ".ipynb_checkpoints/0-checkpoint.png", "deep/.thumbs/0.png", "__MACOSX/._0.png", "._0.png",
        "@eaDir/0.png/SYNOPHOTO_THUMB_M.jpg", "Thumbs.db", "THUMBS.DB", "$RECYCLE.BIN/0.png",
        ".DS_Store",
    ],
)  # fmt: skip
def test_hidden_and_helper_files_in_a_class_are_left_out_and_counted(tmp_path, capsys, helper):
    folder_of(tmp_path, {"a": 5, "b": 5})
    save(tmp_path / "a" / "deeper" / "0.png")
    (tmp_path / "a" / helper).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "a" / helper).write_bytes((tmp_path / "a" / "0.png").read_bytes())
    assert sum(map(len, images.load(tmp_path))) == 11  # the deeper one is read
    reason = "that are hidden or of other programs"
    assert said(capsys) == [f"data: left out files {reason} (1, like {tmp_path / 'a' / helper})"]


@pytest.mark.parametrize("beside", [".", "train"])
def test_a_helper_folder_is_no_class_and_a_picture_beside_the_classes_is_counted(
    tmp_path, capsys, beside
):
    inner = "" if beside == "." else "train/"
    folder_of(tmp_path, {f"{inner}a": 6, f"{inner}b": 6, f"{inner}__MACOSX/a": 3, "@eaDir/b": 1})
    if inner:
        folder_of(tmp_path / "test", {"a": 2, "b": 2})
    save(tmp_path / beside / "overview.png")
    assert images.load(tmp_path).classes == ("a", "b")
    lines = said(capsys)
    assert lines[0].startswith("data: left out files that are hidden or of other programs (4, ")
    assert lines[1:] == [
        f"data: left out files in no class (1, like {tmp_path / beside / 'overview.png'})"
    ]


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "tif"])
def test_corrupt_picture_is_named(tmp_path, ending):
    folder_of(tmp_path, {"a": 5, "b": 5})
    broken = tmp_path / "b" / f"broken.{ending}"
    rng = np.random.RandomState(3)
    save(broken, rng.randint(0, 256, (32, 32)).astype(np.uint8))
    content = broken.read_bytes()
    for length in (0, 10, len(content) // 2):
        broken.write_bytes(content[:length])
        with pytest.raises(
            InputError, match=rf"broken\.{ending} is no readable picture \("
        ) as caught:
            images.load(tmp_path)
        assert "\n" not in str(caught.value)


def test_picture_that_is_a_bomb(tmp_path, monkeypatch):
    folder_of(tmp_path, {"a": 5, "b": 5})
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 7)
    with pytest.raises(InputError, match=r"[0-4]\.png is no readable picture \(.*exceeds limit"):
        images.load(tmp_path)


@pytest.mark.parametrize(
    ("train", "valid", "test"),
    [
        ("training", "validation", "testing"),
        ("Train", "Val", "Test"),
        ("TRAIN", "dev", "TEST"),
        ("training_set", "validation-set", "test set"),
        ("train_images", "val_images", "test_images"),
    ],
)
def test_splits_under_other_names_are_splits(tmp_path, capsys, train, valid, test):
    for name, n in ((train, 6), (valid, 7), (test, 8)):
        folder_of(tmp_path / name, {"cat": n, "dog": 6})
    dataset = images.load(tmp_path)
    assert dataset.classes == ("cat", "dog")
    assert [len(split) for split in dataset] == [12, 13, 14]
    assert f"{train} as train" in said(capsys)[0]


def test_validation_is_drawn_from_training_under_another_name(tmp_path):
    folder_of(tmp_path / "Training", {"cat": 12, "dog": 6})
    folder_of(tmp_path / "Testing", {"cat": 1, "dog": 2})
    assert [len(split) for split in images.load(tmp_path)] == [15, 3, 3]


def test_a_train_is_a_class_beside_a_bus(tmp_path):
    folder_of(tmp_path, {"bus": 5, "car": 5, "train": 5})
    assert images.load(tmp_path).classes == ("bus", "car", "train")


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "has 0 subfolders; expected one for each class, two at least"),
        ({"a": 5}, "has 1 subfolders"),
        ({"a": 5, "b": 4}, r"b has 4 pictures, expected at least 5: one in 5 is held out"),
        ({"train/a": 5, "train/b": 5}, "has 1 subfolders"),
        ({"train/a": 5, "train/b": 5, "valid/a": 1, "valid/b": 1}, "has train but no test: add it"),
        ({"train/a": 5, "vaild/b": 5}, r"has train and also vaild: did you mean valid\?"),
        ({"training/a": 5, "more/b": 5}, "has training and also more: valid names: test, train"),
        ({"training": 5, "testing": 5}, "testing and training would be splits by name, but hold"),
        ({"train": 5, "test": 5, "extra": 5}, "test and train would be splits by name, but hold"),
        ({"val/a": 5, "validation/a": 5, "train/a": 6}, "val and validation, which mean the same"),
        ({"Train/a": 6, "train/a": 6, "test/a": 1}, "Train and train, which mean the same: keep"),
        ({"testing/a": 5, "val/a": 5}, "has (val|testing) but no train: add it"),
        (
            {"cat/train": 5, "cat/test": 5, "dog/train": 5, "dog/test": 5},
            "cat holds test and train: put the classes into the splits, test/cat and so on",
        ),
        ({"flowers/daisy": 5, "flowers/rose": 5}, r"has 1 subfolders; .*; is it .*flowers\?"),
        (
            {"train/cat": 6, "train/dog": 6, "test/cat": 1, "test/dgo": 1},
            r"dgo: train has no such class: did you mean dog\?",
        ),
        (
            {"train/a": 6, "train/b": 5, "test/a": 1, "test/b": 1},
            "train/b has 5 pictures, expected at least 6",
        ),
    ],
)
def test_folder_that_is_no_data_set(tmp_path, counts, message):
    folder_of(tmp_path, counts)
    with pytest.raises(InputError, match=message):
        images.load(tmp_path)


def test_missing_folder(tmp_path):
    with pytest.raises(InputError, match=r"there is no folder .*none: check its name"):
        images.load(tmp_path / "none")


@pytest.mark.parametrize("image_shape", [(28, 28), (2, 28, 28), (1, 0, 28)])
def test_image_shape(tmp_path, image_shape):
    with pytest.raises(InputError, match=r"image_shape is \(.*\); expected \(channels, height"):
        images.load(tmp_path, image_shape)
