"""Confusions are counted as a loop counts them, and drawn where they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.viz import confusion_matrix, confusion_picture

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=50)


@given(pairs)
def test_counts_equal_the_loop(pairs):
    expected = np.zeros((5, 5), int)
    for true, predicted in pairs:
        expected[true, predicted] += 1
    y, predicted = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    counts = confusion_matrix(y, predicted, 5)
    np.testing.assert_array_equal(counts, expected)
    assert counts.dtype == np.int64 and counts.sum() == len(pairs)


def test_as_many_classes_as_seen():
    assert confusion_matrix(np.array([0, 1]), np.array([2, 1])).shape == (3, 3)


@pytest.mark.parametrize(
    "y, predicted, message",
    [
        ([0, 1], [0], r"shape \(2,\) and predictions of shape \(1,\) do not pair up"),
        ([[0]], [[0]], "two vectors of equal length"),
        ([3], [0], r"whole numbers 0 \.\. 2"),
        ([-1], [0], r"whole numbers 0 \.\. 2"),
        ([0.0], [0.0], r"whole numbers 0 \.\. 2"),
    ],
)
def test_messages(y, predicted, message):
    with pytest.raises(InputError, match=message):
        confusion_matrix(np.array(y), np.array(predicted), 3)


def test_the_table_shows_every_number_and_the_share_of_mistakes():
    counts = np.array([[50, 0, 2], [1, 1200, 0], [0, 0, 7]])
    (axes,) = confusion_picture.__wrapped__(counts, ("ant", "bee", "$cat$")).axes
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    assert shown == {(0, 0): "50", (2, 0): "2", (0, 1): "1", (1, 1): "1200", (2, 2): "7"}
    assert axes.get_title() == "3 of 1,260 wrong (0.24 %)"
    assert [each.get_text() for each in axes.get_yticklabels()] == ["ant", "bee", "$cat$"]
    shares = axes.images[0].get_array()
    assert shares.mask.sum() == 7 and shares[0, 2] == 2 / 52 and shares[1, 0] == 1 / 1201


def test_mistakes_are_coloured():
    picture = np.asarray(confusion_picture(np.array([[5, 5], [0, 5]]), "ab").convert("RGB"))
    orange = (picture[..., 0] > 220) & (picture[..., 2] < 120)
    right = np.argwhere(orange)[:, 1].min() > picture.shape[1] / 2
    assert orange.mean() > 0.1 and right
    perfect = np.asarray(confusion_picture(np.diag([3, 4])))
    assert not ((perfect[..., 0] > 220) & (perfect[..., 2] < 120)).any()


def test_names_that_do_not_fit():
    with pytest.raises(InputError, match="1 class names for 2 classes: give one for each"):
        confusion_picture(np.eye(2, dtype=int), ["a"])
