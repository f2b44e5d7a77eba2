"""Numbers and names that must mean something, looked at where they are given."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from numbers import Integral, Real

from dltut.exceptions import InputError

MOST = 2**63  # what the counters of files and arrays hold


def check_counts(what: str, least: int = 1, **counts) -> None:
    """Refuse what is not a whole number, or too small to count anything.

    Parameters
    ----------
    what : str
        What the numbers count, such as "minibatches".
    least : int
        The smallest that makes sense.
    **counts
        The numbers, by the names that the user knows.

    Raises
    ------
    InputError
        Naming the first that cannot be.

    Examples
    --------
    >>> check_counts("epochs", n=2.5)
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: n is 2.5; it counts epochs: a whole number, 1 or more
    """
    for name, value in counts.items():
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or not least <= value < MOST:
            raise InputError(
                f"{name} is {value!r}; it counts {what}: a whole number, {least} or more"
            )


def check_numbers(is_valid: Callable[[float], bool], words: str, **numbers) -> None:
    """Refuse what is not a real number, or out of its range.

    Parameters
    ----------
    is_valid : callable
        Says whether a number is in range; NaN should not be.
    words : str
        The range in words.
    **numbers
        By the names that the user knows.

    Raises
    ------
    InputError
        Naming the first that cannot be.

    Examples
    --------
    >>> check_numbers(lambda value: 0 < value < 1, "between 0 and 1", factor=float("nan"))
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: factor is nan; it is between 0 and 1
    """
    for name, value in numbers.items():
        is_real = isinstance(value, Real) and not isinstance(value, bool)
        if not is_real or not fits_a_float(value) or not is_valid(value):
            raise InputError(f"{name} is {value!r}; it is {words}")


def repeated(values: Iterable[Hashable]) -> list:
    """The values that stand there more than once, in their order; each once.

    Examples
    --------
    >>> repeated(["b", "a", "b", "c", "a"])
    ['b', 'a']
    """
    return [value for value, n in Counter(values).items() if n > 1]


def fits_a_float(value: Real) -> bool:
    """Whether a number can be computed with; a whole number in a file may have thousands of digits.

    Examples
    --------
    >>> fits_a_float(10**308), fits_a_float(10**309), fits_a_float(float("inf"))
    (True, False, True)
    """
    try:
        float(value)
    except OverflowError:
        return False
    return True
