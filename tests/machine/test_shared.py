"""Shared splits: types, shapes, refusals; a chunk at a time gives the same as all at once."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut import shared_dataset
from dltut.datasets import Dataset, Split, load
from dltut.exceptions import InputError
from dltut.machine.shared import as_floats, as_floatX, n_batches, shared_zeros


def test_types_and_shapes(floatX, rng):
    x, y = rng.random((5, 2, 3)), np.arange(5)
    split = shared_dataset((x, y))
    assert split.x.dtype == floatX and split.y.dtype == "int32"
    np.testing.assert_allclose(split.x.get_value(), x, rtol=1e-6)
    np.testing.assert_array_equal(split.y.get_value(), y)
    assert split.n_examples == 5 and len(split) == 2
    x, y = shared_dataset(Split(np.zeros((3, 4), "float32"), np.arange(3)))
    assert x.get_value().shape == (3, 4) and y.get_value().tolist() == [0, 1, 2]


def test_columns_of_other_names(floatX):
    """Words with their lengths, images as labels, several real targets, no target."""
    split = shared_dataset(
        Split(words=np.ones((4, 7), int), length=[7, 7, 3, 1], y=np.ones((4, 2)) / 2)
    )
    assert list(split.columns) == ["words", "length", "y"] and split.length is split[1]
    assert [each.dtype for each in split] == ["int32", "int32", floatX] and split.n_examples == 4
    assert repr(split).startswith("SharedSplit(4 examples: words Matrix(int32")
    (x,) = shared_dataset((np.eye(3),))
    assert x.name == "x" and shared_dataset({"x": np.eye(3)}).n_examples == 3
    images = shared_dataset(Split(x=np.eye(2), y=np.zeros((2, 3, 4), int)))
    assert images.y.ndim == 3 and images.y.dtype == "int32"
    for kind in (AttributeError, InputError):  # one line of a script, and no for hasattr
        with pytest.raises(kind, match="the split has no column y: it has x; choose other data"):
            shared_dataset((np.eye(3),)).y  # noqa: B018


def test_labels_that_are_whole_as_floats():
    assert shared_dataset((np.eye(2), [0.0, 3.0])).y.get_value().tolist() == [0, 3]
    assert shared_dataset((np.eye(2), [True, False])).y.get_value().tolist() == [1, 0]
    assert shared_dataset((np.eye(2), [0.5, 3.0])).y.get_value().tolist() == [0.5, 3]


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ((np.zeros((3, 2)), [0, 1]), r"the columns have different lengths \(x has 3, y has 2\)"),
        ((np.zeros((0, 2)), []), r"x has shape \(0, 2\); expected one row an example"),
        ((1.0, [0]), r"x has shape \(\); expected one row an example"),
        ((np.zeros((2, 2)), [0, -1]), "label -1 is negative; expected 0, 1, 2"),
        ((np.zeros((2, 2)), [0, 2**40]), "y goes from 0 to 1,099,511,627,776; whole numbers are"),
        ((np.zeros((2, 2)), [0, np.nan]), "y: example 1 holds NaN or an infinite value"),
        ((np.zeros((2, 2)), ["a", "b"]), "y holds <U1 values; expected numbers"),
        (([[np.nan]], [0]), "x: example 0 holds NaN or an infinite value, as do 1 in all: remove"),
        ((([[1], [2, 3]]), [0, 1]), "x is no one array: its rows differ in length"),
        (np.eye(2), r"a split is a Split, a pair \(x, y\), or \(x,\) alone; got ndarray"),
        ((1, 2, 3), r"a split is a Split, .*; got tuple of 3"),
        (5, "a split is a Split, .*; got int"),
    ],
)
def test_refusals(split, message):
    for chunk_size in (None, 1):
        with pytest.raises(InputError, match=rf"^{message}"):
            shared_dataset(split, chunk_size)


def test_a_whole_data_set_is_no_split():
    with pytest.raises(InputError, match=r"train, valid, test = map\(shared_dataset, data\)"):
        shared_dataset(load("digits", quick=True))


def test_chunks_count_from_one():
    with pytest.raises(InputError, match=r"^chunk_size is 0; it counts examples and is at least 1"):
        shared_dataset((np.eye(2), [0, 1]), chunk_size=0)


@given(st.integers(1, 50), st.integers(1, 50))
def test_n_batches(n, size):
    if size > n:
        with pytest.raises(InputError, match=rf"^batch_size is {size} but the split has {n} examp"):
            n_batches(n, size)
        return
    dropped, kept = n_batches(n, size), n_batches(n, size, "keep")
    assert dropped * size <= n < (dropped + 1) * size
    assert kept == dropped + (n % size > 0)


def test_n_batches_refuses():
    split = shared_dataset((np.eye(3), np.arange(3)))
    for size in (0, -1, 4):
        with pytest.raises(
            InputError, match=rf"^batch_size is {size} but .*: choose .* from 1 to 3"
        ):
            split.n_batches(size)
    with pytest.raises(InputError, match=r"^partial is 'skip'; it is 'drop' or 'keep'"):
        split.n_batches(2, partial="skip")


def test_the_split_is_named():
    """A validation part smaller than the batch: which of three splits it was, nobody said."""
    split = Split(np.eye(3), [0, 1, 2])
    valid = shared_dataset(Dataset(split, split, split, "a").valid[:2])
    for size in (600, 2.5, "2"):
        with pytest.raises(
            InputError, match=rf"batch_size is {size} but the valid split has 2 exam"
        ):
            valid.n_batches(size)


def test_a_chunk_is_on_the_device_at_a_time():
    """What is there is loaded again only when other rows are asked for."""
    x, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    split = shared_dataset((x, y), chunk_size=4)
    assert split.n_examples == 10 and split.n_batches(3, "keep") == 4
    assert split.x.get_value().shape == (4, 2)
    split.load(8, 4)
    np.testing.assert_array_equal(split.x.get_value(), x[8:])
    assert split.y.get_value().tolist() == [8, 9] and split.y.dtype == "int32"
    before = split.x.get_value(borrow=True)
    split.load(8, 4)
    assert split.x.get_value(borrow=True) is before
    assert shared_dataset((x, y), chunk_size=99).x.get_value().shape == (10, 2)


def test_floats(floatX):
    assert as_floatX([1, 2]).dtype == floatX
    zeros = shared_zeros((2, 3), "b")
    assert (
        zeros.dtype == floatX and zeros.name == "b" and zeros.get_value().tolist() == [[0] * 3] * 2
    )
    assert as_floats(pt.imatrix()).dtype == floatX and as_floats(pt.dvector()).dtype == "float64"


def test_the_width_is_that_of_the_moment():
    with pytensor.config.change_flags(floatX="float32"):
        narrow = shared_dataset((np.eye(2), [0, 1]))
    assert narrow.x.dtype == "float32"
