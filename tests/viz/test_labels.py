"""Labels are counted as a loop counts them, and their table says what was counted."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import label_counts, label_picture

Y = np.array([[1, 0, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]])
FOUND = np.array([[1, 0, 0], [1, 1, 1], [0, 1, 0], [0, 1, 0]])


def test_counts_equal_the_loop(rng):
    y, predicted = rng.integers(0, 2, (2, 50, 4))
    expected = np.zeros((4, 3), int)
    for i, j in np.ndindex(50, 4):
        if y[i, j] and predicted[i, j]:
            expected[j, 0] += 1
        elif y[i, j]:
            expected[j, 1] += 1
        elif predicted[i, j]:
            expected[j, 2] += 1
    np.testing.assert_array_equal(label_counts(y, predicted), expected)


def test_the_table():
    (axes,) = label_picture.__wrapped__(Y, FOUND, ["red", "sweet", "$round$"]).axes
    shown = np.full((3, 5), "", object)
    for text in axes.texts:
        column, row = text.get_position()
        shown[row, column] = text.get_text()
    assert shown.tolist() == [
        ["3", "2", "1", "0", "80.0 %"],
        ["1", "1", "0", "2", "50.0 %"],
        ["1", "0", "1", "1", "0.0 %"],
    ]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["red", "sweet", "$round$"]
    assert axes.get_title() == "5 of 12 labels wrong (42 %)"


def test_mistakes_are_coloured():
    bad, good = (np.asarray(label_picture(Y, each)) for each in (1 - Y, Y))
    orange = [((each[..., 0] > 200) & (each[..., 2] < 120)).mean() for each in (bad, good)]
    assert orange[0] > 0.1 and orange[1] == 0


def test_labels_that_do_not_pair_up():
    with pytest.raises(InputError, match=r"shape \(4, 3\) and predictions of shape \(4, 2\)"):
        label_counts(Y, FOUND[:, :2])
    with pytest.raises(InputError, match="2 class names for 3 classes"):
        label_picture(Y, FOUND, "ab")
