"""Data sets by name and by path; `load_data` as the tutorials call it."""

import numpy as np
import pytest
import small_mnist as small
from PIL import Image

from dltut.datasets import Pictures, load, load_data
from dltut.datasets.pictures import prepare
from dltut.exceptions import InputError


def test_auto_is_mnist_where_it_is_and_digits_elsewhere(tmp_path):
    assert load(data_dir=tmp_path).name == "digits"
    small.write_idx_files(tmp_path / "mnist")
    small.assert_small(load("auto", tmp_path))
    small.assert_small(load("mnist", tmp_path))
    assert load("digits", tmp_path).name == "digits"


def test_mnist_by_name_is_not_replaced_by_less(tmp_path):
    with pytest.raises(InputError, match=r"no MNIST in .*: fetch it with"):
        load("mnist", tmp_path)


def test_fashion_by_name(tmp_path):
    small.write_idx_files(tmp_path / "fashion-mnist")
    assert load("fashion-mnist", tmp_path).classes[9] == "Ankle boot"


@pytest.mark.parametrize("write", [small.write_idx_files, small.write_pickle, small.write_npz])
def test_path(tmp_path, write, capsys):
    path = write(tmp_path / "own")
    for given in (path, str(path), tmp_path / "own"):
        dataset = load(given)
        small.assert_small(dataset)
        assert dataset.n_classes == 10 and dataset.image_shape == (1, 28, 28)
    assert (
        capsys.readouterr().err.count(f"data: {path} (20 / 4 / 6): pictures of 1 x 28 x 28;") == 3
    )


def test_as_torchvision_leaves_it(tmp_path):
    small.write_idx_files(tmp_path / "EMNIST" / "raw")
    small.assert_small(load(tmp_path / "EMNIST"))


def test_folder_of_pictures(tmp_path):
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        for i in range(5):
            Image.new("L", (28, 28)).save(tmp_path / name / f"{i}.png")
    assert load(tmp_path).classes == ("cats", "dogs")


def test_quick_is_a_slice_of_each_split():
    whole, quick = load("digits"), load("digits", quick=True)
    assert [len(split) for split in quick] == [1200, 600, 600]
    for few, many in zip(quick, whole, strict=True):
        np.testing.assert_array_equal(few.x, many.x[: len(few)])
        assert len(np.unique(few.y)) == 10


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("digit", r"did you mean digits\?"),
        ("fashion", r"did you mean fashion-mnist\?"),
        ("x/y.npz", ""),
    ],
)
def test_unknown_name(tmp_path, name, hint):
    with pytest.raises(
        InputError, match=f"no data set or file '{name}': {hint}.*or a path; the data"
    ):
        load(name, tmp_path)


def test_load_data_gives_shared_pairs(tmp_path, monkeypatch, floatX):
    path = small.write_pickle(tmp_path)
    for (x, y), (x_expected, y_expected) in zip(load_data(path), small.pairs(), strict=True):
        np.testing.assert_array_equal(x.get_value(), x_expected)
        np.testing.assert_array_equal(y.get_value(), y_expected)
        assert x.dtype == floatX and y.dtype == "int32"
    monkeypatch.chdir(tmp_path)
    assert load_data("mnist.pkl.gz")[0][0].get_value().shape == (20, 784)


def test_the_tutorials_call_works_without_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(load_data("mnist.pkl.gz")[0][1].get_value()) == 3000
    with pytest.raises(InputError, match=r"no data set or file 'mist\.pkl\.gz'"):
        load_data("mist.pkl.gz")


def test_how_pictures_from_outside_are_prepared(tmp_path):
    """The data decide, not their name: an mnist.npz of 32 x 32 trained, and then predict failed."""
    train, valid, test = digits = load("digits", quick=True)
    assert digits.inputs.preparation == "digit"
    arrays = {
        f"{name}_{part}": split.columns[name]
        for part, split in (("train", train), ("valid", valid), ("test", test))
        for name in "xy"
    }
    np.savez(tmp_path / "own.npz", **arrays)
    assert load(tmp_path / "own.npz").inputs == digits.inputs
    small.write_npz(tmp_path, "mnist.npz")  # noise
    assert load(tmp_path / "mnist.npz").inputs.preparation == "resize"
    pixels = np.random.RandomState(0).randint(0, 256, (12, 32, 32))
    y = np.arange(12) % 2
    np.savez(tmp_path / "mnist.npz", x_train=pixels, y_train=y, x_test=pixels, y_test=y)
    data = load(tmp_path / "mnist.npz")
    assert data.inputs == Pictures((1, 32, 32), "resize")
    assert prepare(Image.new("L", (50, 40), 100), data.facts).shape == (1, 32, 32)


@pytest.mark.parametrize("name", ["", "~nobody-of-this-name/a.csv"])
def test_a_name_that_is_none(name):
    with pytest.raises(
        InputError, match=r"is empty: expected a name such as digits|determine home"
    ):
        load(name)


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    small.assert_small(load(f"~/{small.write_npz(tmp_path).name}"))


def test_what_is_stated_is_for_paths(tmp_path):
    for stated in ({"target": "x"}, {"scale": 0}):
        with pytest.raises(
            InputError, match="digits is known; target, ignore, header, task, scale and i"
        ):
            load("digits", **stated)
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
    with pytest.raises(
        InputError, match="is taken for a folder of pictures: target, ignore, header"
    ):
        load(tmp_path, scale=3)
    with pytest.raises(
        InputError, match=r"there is no task 'regresion': did you mean regression\?"
    ):
        load(tmp_path, task="regresion")
    for scale in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="x is divided by it: expected a number above 0"):
            load(tmp_path, scale=scale)
    with pytest.raises(InputError, match="seed is '-1'; expected a whole number from 0"):
        load(tmp_path, seed=-1)
    with pytest.raises(
        InputError, match=r"pictures of \(28,\); expected \(channels, rows, columns\)"
    ):
        load(tmp_path, image_shape=28)
