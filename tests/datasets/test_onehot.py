"""One-hot rows against the identity matrix, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.datasets import from_one_hot, one_hot
from dltut.exceptions import InputError


def test_three_of_ten():
    np.testing.assert_array_equal(one_hot([3], 10), np.eye(10)[[3]])


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n - 1)))))
def test_inverse(case):
    n_classes, y = case
    rows = one_hot(np.array(y, int), n_classes)
    np.testing.assert_array_equal(rows, np.eye(n_classes)[np.array(y, int)])
    np.testing.assert_array_equal(from_one_hot(rows), y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0, 3], "labels from 0 to 3; expected 0 to 2"),
        ([-1, 2], "labels from -1 to 2; expected 0 to 2"),
        ([0.0, 1.0], r"labels of shape \(2,\), float64; expected whole numbers"),
        ([[0, 1]], r"labels of shape \(1, 2\), int64; expected whole numbers"),
    ],
)
def test_no_such_class(y, message):
    with pytest.raises(InputError, match=message):
        one_hot(y, 3)


def test_no_rows():
    with pytest.raises(InputError, match=r"rows of shape \(3,\); expected \(n, n_classes\)"):
        from_one_hot([1, 0, 0])
