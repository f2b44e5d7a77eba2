"""Seeds that no generator takes are named, whatever they are."""

import numpy as np
import pytest

from dltut.datasets import images
from dltut.exceptions import InputError
from dltut.machine.seeds import checked_seed, random_state


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None, np.int64(-3), [1, 2]])
def test_no_seed(seed):
    with pytest.raises(InputError, match=r"^the seed is '.*'; expected a whole number from 0 to"):
        random_state(seed)


def test_a_seed_of_thousands_of_digits():
    with pytest.raises(InputError, match="the seed is 'a number of thousands of digits'"):
        random_state(10**5000)


@pytest.mark.parametrize("seed", [0, 1234, 2**32 - 1, np.uint32(7)])
def test_seed(seed):
    assert checked_seed(seed) == seed and type(checked_seed(seed)) is int
    np.testing.assert_array_equal(random_state(seed).rand(5), np.random.RandomState(seed).rand(5))


def test_pictures_are_divided_by_a_checked_seed(tmp_path):
    with pytest.raises(InputError, match="the seed is '-1'"):
        images.load(tmp_path, seed=-1)
