"""Targets: classes, labels, tags, masks."""

import numpy as np
import pytest

from dltut.datasets import Classes, Labels, Masks, Tags, kind_from
from dltut.exceptions import InputError


def test_tags():
    tags = Tags(("B-city", "O"))
    assert kind_from(tags.facts) == tags and str(tags) == "2 tags"
    y = tags.stacked([tags.numbers(["O", "B-city"]), tags.numbers(["O"])])
    assert y.tolist() == [[1, 0], [1, -1]] and (tags.checked(y, "train") == y).all()
    with pytest.raises(InputError, match="there is no tag 'B-town': valid names: B-city, O"):
        tags.numbers(["B-town"])
    for values, said in (
        (np.zeros(3, int), r"train tags of shape \(3,\), int64; expected whole numbers"),
        (np.zeros((3, 2)), "train tags of shape"),
        (np.array([[2]]), "a train tag has the number 2; they go from 0 to 1"),
        (np.array([[-2]]), "a train tag has the number -2"),
        (np.array([[-1, 0]]), "a train sentence has a -1, which is no tag, before a tag"),
    ):
        with pytest.raises(InputError, match=said):
            tags.checked(values, "train")


def test_classes_labels_and_masks():
    for kind, good, bad, said in (
        (Classes(("a", "b")), [0, 1, 1], [0, 2, 1], "a train label is 2, expected 0 to 1"),
        (Classes(("a", "b")), [0.0, 1.0], [0.5, 1.0], "a train label is 0.5"),
        (Labels(("a", "b")), [[0, 1], [1, 1]], [[0, 2]], "expected a column of 0 and 1 for each"),
        (Masks(("a", "b")), [[[0, 1], [-1, 1]]], [[[0, 1], [-2, 1]]], "mask 0 holds the label -2"),
        (Masks(("a", "b")), [[0, 1, -1]], [[0.0, 1.0]], "expected whole numbers"),
    ):
        assert kind_from(kind.facts) == kind
        assert kind.checked(np.array(good), "train").tolist() == good
        with pytest.raises(InputError, match=said):
            kind.checked(np.array(bad), "train")
    with pytest.raises(InputError, match="1 colours for 2 classes"):
        Masks(("a", "b"), ((0, 0, 0),))
