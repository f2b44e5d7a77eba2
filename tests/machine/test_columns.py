"""Columns are checked once, for splits in memory and on the device; ranges before training."""

import numpy as np
import pytest

from dltut import shared_dataset
from dltut.datasets import Dataset, Split, check_range
from dltut.datasets.kinds import Words
from dltut.exceptions import InputError
from dltut.machine.columns import BLOCK, checked_columns


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "a split has no column: give it x, or x and y"),
        ({"x": None}, "a split has no column"),
        ({"x": np.zeros((3, 2)), "y": [0, 1]}, r"different lengths \(x has 3, y has 2\): one row"),
        ({"x": np.zeros((0, 2))}, r"x has shape \(0, 2\); expected one row an example, and values"),
        ({"x": 1.0}, r"x has shape \(\); expected one row an example"),
        ({"x": [[1, 2], [3]]}, "x is no one array: its rows differ in length"),
        ({"x": np.array([[1, 2], [3]], dtype=object)}, "x holds rows that differ in length; expec"),
        ({"x": [["a"]]}, "x holds <U1 values; expected numbers"),
        ({"x": [[0.0], [np.nan]]}, "x: example 1 holds NaN or an infinite value, as do 1 in all"),
        ({"x": [[np.inf], [1e39]]}, "x: example 0 holds NaN or an infinite value, as do 2 in all"),
        ({"x": [[0], [1]], "y": [-1, 1]}, "label -1 is negative; expected 0, 1, 2, ...; a number "),
        ({"length": [1, 2**31]}, "length goes from 1 to 2,147,483,648; whole numbers are kept in"),
    ],
)
def test_what_is_no_column(columns, message):
    with pytest.raises(InputError, match=f"^{message}" if message[0] != "d" else message) as caught:
        checked_columns(columns, width="float32")
    assert "\n" not in str(caught.value)


def test_whole_numbers_are_labels_and_others_are_targets():
    def kept(y):
        return checked_columns({"y": y})["y"].dtype

    assert kept([0.0, 3.0]) == kept([True, False]) == kept(np.array([1, 2], "uint8")) == "int64"
    assert kept([0.5, 3.0]) == kept([-1.0, 3.0]) == kept([[1.0, 0.0]]) == kept([3e9]) == "float64"


def test_a_bad_value_is_found_in_any_block():
    x = np.zeros((2 * BLOCK + 3, 1))
    x[BLOCK + 1] = np.nan
    with pytest.raises(InputError, match=f"x: example {BLOCK + 1} holds NaN"):
        checked_columns({"x": x})


def test_data_on_the_disk_stay_there(tmp_path):
    rows = np.memmap(tmp_path / "x", dtype="float32", mode="w+", shape=(5, 2))
    assert np.shares_memory(checked_columns({"x": rows})["x"], rows)


def test_range():
    """What an RBM, dA or cA calls a probability is one; in silence the cost was -7e8."""
    good, bad = Split(x=[[0.0, 1.0]]), Split(x=[[0.0, 254.5]])
    for split in (good, shared_dataset(good), Dataset(good, good, good, "a")):
        check_range(split)
    in_chunks = shared_dataset((np.array([[0.0], [254.5]]),), chunk_size=1)
    for split in (bad, shared_dataset(bad), in_chunks, Dataset(good, good, bad, "a")):
        with pytest.raises(
            InputError, match=r"^x goes from 0 to 254\.5, but an RBM takes 0 to 1: "
        ):
            check_range(split, of="an RBM")
    check_range(bad, 0, 255)


def test_what_has_no_x_has_no_range_of_it():
    split = Split(words=np.ones((3, 2), int))
    data = Dataset(split, split, split, "three texts", inputs=Words(("a", "b", "c")))
    for given in (split, data, shared_dataset(split)):
        with pytest.raises(InputError, match="split has no column x: it has words; choose"):
            check_range(given, of="an RBM")
