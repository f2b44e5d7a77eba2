"""Kinds of inputs and targets: plain values, there and back; numbers standardised and back."""

import numpy as np
import pytest

from dltut.datasets import Classes, Labels, Numbers, Pictures, Rolls, Tags, kind_from
from dltut.exceptions import InputError


def test_facts_that_are_none():
    for wrong in ({"kind": "Pictures", "size": 3}, {"kind": "os.system"}, {}):
        with pytest.raises(InputError, match="no kind of inputs or targets has the facts"):
            kind_from(wrong)


def test_kinds_that_there_are_not():
    with pytest.raises(InputError, match="there is no preparation 'digits': did you mean digit"):
        Pictures(preparation="digits")
    with pytest.raises(
        InputError, match=r"pictures of \(28, 28\); expected \(channels, rows, colu"
    ):
        Pictures((28, 28))
    with pytest.raises(InputError, match="classes with the name '', empty or twice; expected one"):
        Classes(["", "cat"])
    with pytest.raises(InputError, match="labels with the name 'a', empty or twice"):
        Labels(("a", "a"))
    with pytest.raises(InputError, match="classes with no names"):
        Classes([])
    with pytest.raises(InputError, match="1 values of mean for 2 columns"):
        Numbers(("a", "b"), mean=[0.0])


def test_standardised_and_back(rng):
    values = rng.normal(1e6, 3, size=(50, 3))
    values[:, 1] = 0.1 + 0.2  # constant, but for rounding
    numbers = Numbers(("a", "b", "c")).fitted(values)
    x = numbers.standardised(values)
    assert x.dtype == np.float32 and np.isfinite(x).all()
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(x.std(axis=0), [1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(numbers.original(x), values, rtol=1e-9, atol=1e-6)
    one = Numbers(["y"]).fitted(values[:, 0])
    np.testing.assert_allclose(
        one.original(one.standardised(values[:, 0])), values[:, 0], atol=1e-6
    )


def test_rolls_stand_in_facts_and_are_padded():
    rolls = Rolls(40, 60, 0.25)
    assert (
        kind_from(rolls.facts) == rolls and str(rolls) == "piano rolls of 20 notes, 0.25 s a frame"
    )
    stacked = rolls.stacked([np.ones((2, 20)), np.ones((3, 20))])
    assert stacked.shape == (2, 3, 20) and stacked.dtype == np.float32 and not stacked[0, 2].any()


@pytest.mark.parametrize("wrong", [(50, 50), (-1, 88), (0, 129), (21.5, 60), (21, 109, 0.0)])
def test_rolls_that_cannot_be(wrong):
    with pytest.raises(InputError, match=r"expected 0 <= low < high|seconds of a frame"):
        Rolls(*wrong)


@pytest.mark.parametrize(
    "values", [np.zeros((2, 88)), np.zeros((2, 3, 87)), np.full((1, 1, 88), 2)]
)
def test_frames_that_do_not_fit(values):
    with pytest.raises(InputError, match=r"expected \(n, longest, 88\)|hold other numbers"):
        Rolls().checked(values, "train")


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
