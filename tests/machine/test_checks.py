import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.machine.checks import check_counts, check_numbers


@pytest.mark.parametrize("n", [1, 7, np.int64(3), np.uint8(1)])
def test_counts(n):
    check_counts("things", n=n)


@pytest.mark.parametrize("n", [0, -1, 2.0, "3", None, True, np.nan, np.bool_(True), np.ones(2)])
def test_what_is_no_count(n):
    with pytest.raises(InputError, match=r"^n is .*; it counts things: a whole number, 1 or more$"):
        check_counts("things", m=1, n=n)


@pytest.mark.parametrize("x", [0.5, 0, 1, np.float32(0.5)])
def test_numbers(x):
    check_numbers(lambda value: 0 <= value <= 1, "from 0 to 1", x=x)


@pytest.mark.parametrize("x", [-0.5, 2, "1", None, True, np.nan, np.inf, [0.5]])
def test_what_is_no_such_number(x):
    with pytest.raises(InputError, match=r"^x is .*; it is from 0 to 1$"):
        check_numbers(lambda value: 0 <= value <= 1, "from 0 to 1", y=1, x=x)
