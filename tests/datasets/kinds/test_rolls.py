"""Piano rolls."""

import numpy as np
import pytest

from dltut.datasets import Rolls, kind_from
from dltut.exceptions import InputError


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
