"""Functions by name, and the names of functions."""

import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError
from dltut.nn.names import Names


def relu(x):
    return x


ROOTS = Names("root", square=abs, relu=lambda x: x)


def test_there_and_back():
    assert ROOTS.function("square") is abs is ROOTS.function(abs)
    assert ROOTS.name(abs) == "square"
    for wrong in ("sqare", None, ["square"]):
        with pytest.raises(InputError, match=r"^there is no root .*: (did you mean sq|valid n)"):
            ROOTS.function(wrong)


def test_names_of_others_are_never_ours():
    for other in (relu, pt.cos, lambda x: x):
        assert ROOTS.name(other) not in ROOTS and "." in ROOTS.name(other)
