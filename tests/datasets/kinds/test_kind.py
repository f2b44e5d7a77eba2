"""Names of columns, classes and labels; rows of different lengths."""

import time

import numpy as np
import pytest

from dltut.datasets import Classes, Labels
from dltut.datasets.kinds import Characters, Rolls
from dltut.datasets.kinds.kind import padded
from dltut.exceptions import InputError


def test_names_that_cannot_be():
    with pytest.raises(InputError, match="classes with the name '', empty or twice; expected one"):
        Classes(["", "cat"])
    with pytest.raises(InputError, match="labels with the name 'a', empty or twice"):
        Labels(("a", "a"))
    with pytest.raises(InputError, match="classes with no names"):
        Classes([])


def test_rows_that_would_be_nearly_empty_are_not_made():
    """One long text among many: room for it in each row would be 200 GB."""
    rows = [np.ones(5_000_000)] + [np.ones(1)] * 5000
    with pytest.raises(InputError, match="5,001 rows with one of 5,000,000 among them"):
        padded(rows, 0, "int32")
    with pytest.raises(InputError, match="would all take as much room"):
        Rolls().stacked([np.ones((100_000, 88))] + [np.ones((1, 88))] * 1000)
    assert padded([np.ones(50)] + [np.ones(1)] * 5000, 0, "int32").sum() == 5050


def test_many_names_are_compared_at_once():
    began = time.process_time()
    Characters(tuple(map(chr, range(0x20000, 0x29000))), 5)
    assert time.process_time() - began < 2  # each with each took a minute
