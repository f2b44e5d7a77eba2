"""Functions without a door of their own: no machine code for them, the same results, any errors."""

from uuid import uuid4

import numba
import numpy as np
import pytest
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.symbols import compiled
from dltut.kernels.modes import numba_mode


@numba_njit
def one_more(x):
    if x < 0:
        raise ValueError("below zero", x)
    return x + 1


@numba_njit
def two_more(x):
    return one_more(one_more(x))


def machine_code_of(dispatcher):
    """The names of the functions for which a function that is compiled has machine code."""
    (overload,) = dispatcher.overloads.values()
    return [each.name for each in overload.library.get_defined_functions()]


@pytest.fixture(autouse=True, scope="module")
def started():
    numba_mode()


def test_only_what_is_entered_is_machine_code():
    """What Python calls, and what is called by its address, with all that they call."""
    entered = numba.njit(lambda x: two_more(x) * 2)
    assert entered(3) == 10
    assert machine_code_of(entered)
    assert machine_code_of(one_more) == machine_code_of(two_more) == []

    def fill(out):
        out[:] = two_more(out.size)

    assert machine_code_of(compiled(fill, (types.float64[:],), uuid4().hex))


def test_errors_come_through_all_levels():
    """With values that are only known when they are raised: these need Numba's environments."""
    entered = numba.njit(lambda x: two_more(x))
    for x in (-1, -5):
        with pytest.raises(ValueError) as caught:
            entered(x)
        assert caught.value.args == ("below zero", x)


def test_what_python_calls_is_left_alone():
    """A function of somebody else in the same process."""
    inner = numba.njit(lambda x: np.sqrt(x))
    outer = numba.njit(lambda x: inner(x) + 1)
    assert outer(4.0) == 3 and inner(4.0) == 2
    assert machine_code_of(inner) and machine_code_of(outer)
