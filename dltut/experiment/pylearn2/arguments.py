"""Kinds of values that Pylearn2's files give, and what of them is refused."""

from collections.abc import Sequence
from typing import Annotated, Literal

from dltut.exceptions import InputError
from dltut.machine.arguments import Between, Count, Size

Flag = Literal[False, True]  # which 0 and 1 are as well
Share = Annotated[float, Between(0, 1)]
Seeds = Count | Sequence[Count]
Pair = Sequence[Size]


def check_only(place: str, **values: tuple) -> None:
    """Refuse values of parameters that dltut takes in one way only.

    Parameters
    ----------
    place : str
        Where they stand, for the error.
    **values : pair
        What is given, and the one value that is understood.

    Raises
    ------
    InputError
        If they differ.

    Examples
    --------
    >>> check_only("layer h0", include_prob=(0.5, 1))
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: layer h0: include_prob is 0.5; dltut knows 1 alone, leave it out
    """
    for name, (given, understood) in values.items():
        if given != understood:
            known = "none" if understood is None else f"{understood!r} alone"
            raise InputError(f"{place}: {name} is {given!r}; dltut knows {known}, leave it out")
