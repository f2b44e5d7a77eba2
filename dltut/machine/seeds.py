"""NumPy's generator from a seed, the one place where a seed is looked at."""

import numpy as np

from dltut.exceptions import InputError, quoted

LARGEST = 2**32 - 1


def checked_seed(seed: int) -> int:
    """The seed, if a generator can begin with it.

    Raises
    ------
    InputError
        If it is no whole number from 0 to 2 ** 32 - 1.

    Examples
    --------
    >>> checked_seed(1234)
    1234
    >>> checked_seed(-1)
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: the seed is '-1'; expected a whole number from 0 to 4294967295
    """
    if not isinstance(seed, int | np.integer) or not 0 <= seed <= LARGEST:
        raise InputError(f"the seed is {quoted(seed)}; expected a whole number from 0 to {LARGEST}")
    return int(seed)


def random_state(seed: int) -> np.random.RandomState:
    """The generator that the tutorials draw parameters with.

    Raises
    ------
    InputError
        As `checked_seed`.

    Examples
    --------
    >>> int(random_state(1234).randint(2**30))
    822569775
    """
    return np.random.RandomState(checked_seed(seed))
