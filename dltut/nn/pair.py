"""Sizes that are given once or for rows and columns."""

from numbers import Integral

from dltut.exceptions import InputError


def pair(value: int | tuple[int, int], name: str, least: int) -> tuple[int, int]:
    """Rows and columns from one whole number or two.

    Parameters
    ----------
    value : int or pair of int
    name : str
        What the error message calls it.
    least : int
        The smallest size that makes sense.

    Raises
    ------
    InputError
        If it is neither, or too small.

    Examples
    --------
    >>> pair(3, "ws", 1), pair([2, 1], "stride", 1)
    ((3, 3), (2, 1))
    """
    sizes = tuple(value) if isinstance(value, tuple | list) else (value, value)
    are_valid = all(isinstance(size, Integral) and size >= least for size in sizes)
    if len(sizes) != 2 or not are_valid:
        raise InputError(f"{name} is {value}; it is one or two whole numbers of at least {least}")
    return int(sizes[0]), int(sizes[1])
