"""Names of columns, classes and labels."""

import pytest

from dltut.datasets import Classes, Labels
from dltut.exceptions import InputError


def test_names_that_cannot_be():
    with pytest.raises(InputError, match="classes with the name '', empty or twice; expected one"):
        Classes(["", "cat"])
    with pytest.raises(InputError, match="labels with the name 'a', empty or twice"):
        Labels(("a", "a"))
    with pytest.raises(InputError, match="classes with no names"):
        Classes([])
