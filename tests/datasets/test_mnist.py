"""Where MNIST is looked for, in which order, and that it is the official one."""

import hashlib

import numpy as np
import pytest
import small_mnist as small

from dltut.datasets import mnist
from dltut.exceptions import InputError


def test_path_first(tmp_path, capsys):
    small.write_idx_files(tmp_path / "mnist")
    path = small.write_pickle(tmp_path / "elsewhere")
    small.assert_small(mnist.load(path, data_dir=tmp_path))
    assert capsys.readouterr().err == f"data: MNIST from {path} (20 / 4 / 6)\n"


def test_path_of_a_folder_that_holds_it(tmp_path):
    small.write_pickle(tmp_path / "mnist")
    small.assert_small(mnist.load(tmp_path))
    small.assert_small(mnist.load(tmp_path / "mnist"))


@pytest.mark.parametrize("inside", ["mnist", ".", "MNIST/raw"])
@pytest.mark.parametrize("write", [small.write_idx_files, small.write_pickle, small.write_npz])
def test_then_the_data_folder(tmp_path, capsys, monkeypatch, inside, write):
    write(tmp_path / inside)
    small.assert_small(mnist.load(data_dir=tmp_path))
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path))
    small.assert_small(mnist.load())
    assert f"data: MNIST from {tmp_path}" in capsys.readouterr().err


def test_else_the_embedded_digits(tmp_path, capsys):
    dataset = mnist.load(data_dir=tmp_path)
    assert dataset.name == "digits"
    (line,) = capsys.readouterr().err.splitlines()
    assert "5,000 embedded MNIST digits" in line and "python -m dltut data mnist" in line


@pytest.mark.parametrize("inside", ["fashion-mnist", "FashionMNIST/raw"])
def test_fashion_is_not_taken_for_digits(tmp_path, inside):
    small.write_idx_files(tmp_path / inside)
    assert mnist.find(tmp_path) is None
    assert mnist.find(tmp_path / inside.partition("/")[0]) is None


def test_home_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    small.write_pickle(tmp_path)
    small.assert_small(mnist.load("~/mnist.pkl.gz"))


def test_missing_path_or_data_folder(tmp_path):
    with pytest.raises(InputError, match=r"there is no data folder .*absent: create it or name"):
        mnist.load(data_dir=tmp_path / "absent")
    with pytest.raises(InputError, match=r"absent\.pkl\.gz cannot be read \(no such file"):
        mnist.load(tmp_path / "absent.pkl.gz")


def test_damaged_file_is_an_error_not_a_reason_to_look_on(tmp_path):
    path = small.write_pickle(tmp_path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match=r"mnist\.pkl\.gz is cut off or damaged"):
        mnist.load(data_dir=tmp_path)


def test_other_pictures_are_no_mnist(tmp_path):
    x, y = np.zeros((12, 32, 32), "uint8"), np.arange(12) % 10
    np.savez(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    with pytest.raises(InputError, match=r"1024 values, no picture of \(1, 28, 28\)"):
        mnist.load(tmp_path / "mnist.npz")


def test_whole_mnist_is_asked_for(tmp_path):
    with pytest.raises(InputError, match=r"no MNIST in .*: fetch it with .*data mnist.*digits"):
        mnist.SOURCE.load(data_dir=tmp_path)
    small.write_npz(tmp_path)
    small.assert_small(mnist.SOURCE.load(data_dir=tmp_path))


def test_official_mnist(shared_data):
    train, valid, test = mnist.load(shared_data / "mnist")
    assert [split.x.shape for split in (train, valid, test)] == [(50000, 784)] + [(10000, 784)] * 2
    assert {float(split.x.max()) for split in (train, valid, test)} == {0.99609375}
    assert train.x.min() == 0
    np.testing.assert_array_equal(train.y[:10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    np.testing.assert_array_equal(test.y[:10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    # row 7 of the first digit, a five: its upper stroke
    row = train.x[0].reshape(28, 28)[7] * 256
    np.testing.assert_array_equal(row[7:16], [49, 238, 253, 253, 253, 253, 253, 253, 253])
    pixels = np.concatenate([train.x, valid.x]) * 256
    digest = hashlib.md5(
        bytes.fromhex("00000803 0000ea60 0000001c 0000001c") + pixels.astype(np.uint8).tobytes()
    )
    assert digest.hexdigest() == "6bbc9ace898e44ae57da46a324031adb"
