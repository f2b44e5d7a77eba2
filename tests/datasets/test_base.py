"""Splits check what they are given, and slices keep rows together."""

import numpy as np
import pytest

from dltut.datasets import Dataset, Split
from dltut.exceptions import InputError


@pytest.fixture
def split():
    return Split(np.arange(40).reshape(10, 2, 2), np.arange(10))


def test_types_and_shapes(split):
    assert split.x.dtype == np.float32 and split.x.shape == (10, 4)
    assert split.y.dtype == np.int64 and len(split) == 10
    assert repr(split) == "Split(10 examples of 4 values)"


def test_slices_keep_examples_with_labels(split):
    for part in (split[3:5], split[np.array([3, 4])], split.subset(3, 5)):
        np.testing.assert_array_equal(part.y, [3, 4])
        np.testing.assert_array_equal(part.x[:, 0], [12, 16])
    assert len(split.subset(stop=3)) == 3 and len(split.subset(start=3)) == 7


@pytest.mark.parametrize("rows", [(0, 11), (-1, 3), (4, 4), (11, None)])
def test_subset_beyond_the_split(split, rows):
    with pytest.raises(InputError, match=r"of a split of 10: expected 0 <= start < stop <= 10"):
        split.subset(*rows)


def test_one_row_is_no_split(split):
    with pytest.raises(InputError, match=r"row 3 alone is no split: write split\[3:4\]"):
        split[3]


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((3, 4)), [0, 1], "3 examples have 2 labels"),
        (np.zeros(3), [0, 1, 2], r"the examples have shape \(3,\), expected \(n, d\)"),
        (np.zeros((0, 4)), [], r"the examples have shape \(0, 4\)"),
        ([[1, 2], [3]], [0, 1], "the examples are not one array of numbers"),
        ([["a"]], [0], "the examples are not one array of numbers"),
        ([[0.0], [np.nan]], [0, 1], "example 1 holds NaN or an infinite value, as do 1 in all"),
        ([[np.inf], [1e39]], [0, 1], "example 0 holds NaN or an infinite value, as do 2 in all"),
        (np.zeros((2, 1)), [[0], [1]], r"the labels have shape \(2, 1\)"),
        (np.zeros((2, 1)), [0.5, 1], "the labels are not all whole numbers"),
        (np.zeros((2, 1)), [np.nan, 1], "the labels are not all whole numbers"),
        (np.zeros((2, 1)), ["a", "b"], "the labels are not all whole numbers"),
        (np.zeros((2, 1)), [-1, 1], "label -1 is negative"),
    ],
)
def test_what_is_no_split(x, y, message):
    with pytest.raises(InputError, match=message):
        Split(x, y)


def test_whole_numbers_kept_as_floats_are_labels():
    np.testing.assert_array_equal(Split(np.zeros((2, 1)), [3.0, 1.0]).y, [3, 1])


def test_dataset(split):
    dataset = Dataset(split, split[:2], split[2:4], "tiny", (1, 2, 2))
    train, valid, test = dataset
    assert (len(train), len(valid), len(test), dataset.n_classes) == (10, 2, 2, 10)


def test_dataset_of_other_pictures(split):
    with pytest.raises(InputError, match=r"tiny: a train example has 4 values, expected 784"):
        Dataset(split, split, split, "tiny")


def test_label_out_of_range(split):
    with pytest.raises(InputError, match=r"tiny: a test label is 9, expected 0 to 4"):
        Dataset(split[:5], split[:5], split, "tiny", (1, 2, 2), tuple("abcde"))


def test_a_preparation_that_there_is_not():
    split = Split(np.zeros((10, 784)), np.arange(10))
    with pytest.raises(InputError, match="there is no preparation 'digits': did you mean digit"):
        Dataset(split, split, split, "tiny", preparation="digits")
