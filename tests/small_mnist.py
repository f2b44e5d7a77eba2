"""A small data set in every layout that the real ones come in."""

import gzip
import pickle

import numpy as np

from dltut.datasets import write_idx
from dltut.datasets.layouts import IDX_FILES

N_TRAIN, N_TEST = 24, 6


def arrays():
    """Pixels (n, 28, 28) and labels (n,), uint8, of a training and a test file."""
    rng = np.random.RandomState(5)
    pixels = rng.randint(0, 256, (N_TRAIN + N_TEST, 28, 28)).astype(np.uint8)
    pixels[:, 0, 0] = 255
    labels = (np.arange(N_TRAIN + N_TEST) % 10).astype(np.uint8)
    return (pixels[:N_TRAIN], labels[:N_TRAIN]), (pixels[N_TRAIN:], labels[N_TRAIN:])


def pairs():
    """The three (x, y) that the layouts mean, as the tutorials' pickle has them."""
    (x, y), (x_test, y_test) = arrays()
    rows = x.reshape(N_TRAIN, 784).astype(np.float32) / 256
    test = x_test.reshape(N_TEST, 784).astype(np.float32) / 256, y_test.astype(np.int64)
    y = y.astype(np.int64)
    return (rows[:20], y[:20]), (rows[20:], y[20:]), test


def write_idx_files(folder, ending=".gz", name=lambda file: file):
    train, test = arrays()
    for file, array in zip(IDX_FILES, (*train, *test), strict=True):
        write_idx(folder / f"{name(file)}{ending}", array)
    return folder


def write_pickle(folder, name="mnist.pkl.gz"):
    folder.mkdir(parents=True, exist_ok=True)
    content = pickle.dumps(pairs(), protocol=2)
    packed = name.endswith(".gz")
    (folder / name).write_bytes(gzip.compress(content) if packed else content)
    return folder / name


def write_npz(folder, name="mnist.npz"):
    folder.mkdir(parents=True, exist_ok=True)
    (x_train, y_train), (x_test, y_test) = arrays()
    np.savez(folder / name, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return folder / name


def assert_small(dataset):
    """`dataset` is the one above."""
    for split, (x, y) in zip(dataset, pairs(), strict=True):
        np.testing.assert_array_equal(split.x, x)
        np.testing.assert_array_equal(split.y, y)
        assert split.x.dtype == np.float32 and split.y.dtype == np.int64
        assert split.x.max() == 0.99609375
