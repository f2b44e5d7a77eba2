"""Data sets by name and by path; `load_data` as the tutorials call it."""

import numpy as np
import pytest
import small_mnist as small
from PIL import Image

from dltut.datasets import load, load_data
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
    assert capsys.readouterr().err.count(f"data: {path} (20 / 4 / 6)\n") == 3


def test_rows_that_are_no_square_pictures(tmp_path):
    pair = np.zeros((6, 5)), np.array([0, 1, 2, 0, 1, 2])
    names = dict(x_train=pair[0], y_train=pair[1], x_test=pair[0], y_test=pair[1])
    np.savez(tmp_path / "own.npz", **names)
    dataset = load(tmp_path / "own.npz")
    assert dataset.image_shape == (1, 1, 5) and dataset.classes == ("0", "1", "2")


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
    """The data decide, not their name: a folder of pictures may be called digits."""
    assert load("digits", quick=True).facts["preparation"] == "digit"
    assert load(small.write_pickle(tmp_path)).preparation == "digit"
    assert load(small.write_pickle(tmp_path, "own.pkl.gz")).preparation == "resize"
