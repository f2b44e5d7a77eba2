"""Fashion-MNIST is found where it lies, and never mistaken for digits."""

from dataclasses import replace

import pytest
import small_mnist as small

from dltut.datasets import fashion_mnist
from dltut.exceptions import InputError


@pytest.fixture(autouse=True)
def debian_folder(tmp_path, monkeypatch):
    folder = tmp_path / "debian"
    monkeypatch.setattr(fashion_mnist, "SOURCE", replace(fashion_mnist.SOURCE, installed=(folder,)))
    return folder


def test_data_folder_before_debian(tmp_path, debian_folder, capsys):
    small.write_idx_files(debian_folder)
    assert fashion_mnist.find(tmp_path) == debian_folder
    folder = small.write_idx_files(tmp_path / "fashion-mnist")
    assert fashion_mnist.find(tmp_path) == fashion_mnist.find(folder) == folder
    dataset = fashion_mnist.load(data_dir=tmp_path)
    small.assert_small(dataset)
    assert dataset.classes[:2] == ("T-shirt/top", "Trouser") and dataset.n_classes == 10
    assert capsys.readouterr().err == f"data: Fashion-MNIST from {folder} (20 / 4 / 6)\n"


def test_path(tmp_path):
    path = small.write_npz(tmp_path, "any.npz")
    small.assert_small(fashion_mnist.load(path))


def test_as_torchvision_leaves_it(tmp_path):
    small.write_idx_files(tmp_path / "FashionMNIST" / "raw")
    for data_dir in (tmp_path, tmp_path / "FashionMNIST"):
        assert fashion_mnist.load(data_dir=data_dir).inputs.preparation == "light on dark"


def test_digits_are_not_taken_for_fashion(tmp_path):
    small.write_idx_files(tmp_path)
    with pytest.raises(InputError, match=r"no Fashion-MNIST in .*`python -m dltut data fashion-mn"):
        fashion_mnist.load(data_dir=tmp_path)
