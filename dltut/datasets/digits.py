"""The 5,000 real MNIST digits inside this package, so that everything runs without a network."""

from pathlib import Path

import numpy as np

from dltut.datasets.base import Dataset, Split
from dltut.datasets.kinds import Classes, Pictures
from dltut.datasets.scaling import from_bytes

CLASSES = tuple("0123456789")
FILE = Path(__file__).with_name("digits.npz")


def load() -> Dataset:
    """500 digits of each class: 3,000 to train, 1,000 to validate, 1,000 to test.

    Returns
    -------
    Dataset
        Each split has equally many of each class, in an order that was shuffled once. Pixels are
        divided by 256.

    Notes
    -----
    They are the first 500 of each class in MNIST's training file, so the test split here is no
    part of the official test set, and errors on it do not compare with published ones.
    ``scripts/make_embedded_digits.py`` made the file; its origin is in ``digits.txt`` beside it.

    Examples
    --------
    >>> train, valid, test = load()
    >>> np.bincount(test.y)
    array([100, 100, 100, 100, 100, 100, 100, 100, 100, 100])
    """
    pixels, labels, _ = arrays()
    splits = (slice(0, 3000), slice(3000, 4000), slice(4000, 5000))
    x = from_bytes(pixels)
    train, valid, test = (Split(x[rows], labels[rows]) for rows in splits)
    return Dataset(train, valid, test, "digits", Pictures((1, 28, 28), "digit"), Classes(CLASSES))


def arrays() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The stored arrays: pixels (5000, 784) and labels (5000,), uint8; row in the official file."""
    with np.load(FILE, allow_pickle=False) as file:
        return file["pixels"], file["labels"], file["rows"]
