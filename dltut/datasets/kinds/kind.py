"""What all kinds have in common: facts that a model file can carry, and rows for a model."""

from collections.abc import Sequence
from dataclasses import fields
from math import prod
from typing import ClassVar

import numpy as np

from dltut.datasets.transforms import Transform
from dltut.exceptions import InputError
from dltut.machine.checks import repeated

EMPTY = 4 * 2**20  # elements of an array of rows that may be behind their ends,
FULL = 20  # beside so many times those that are not


class Kind:
    """What the kinds of inputs and targets have in common.

    Attributes
    ----------
    column : str
        Of the class: the column that inputs of this kind are, such as ``words``.
    dtype : str or None
        Of the class: what a model takes them as; None for floats of the width in use.
    """

    column: ClassVar[str] = "x"
    dtype: ClassVar[str | None] = None

    @property
    def facts(self) -> dict:
        """The same as JSON values; `kind_from` makes the kind again."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        done = [each.facts for each in values.pop("transforms", ())]
        listed = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
        more = {"transforms": done} if done else {}
        return {"kind": type(self).__name__, **listed, **more}

    def stacked(self, examples: Sequence[np.ndarray]) -> np.ndarray:
        """Prepared examples as the rows that a model takes, shape (n, ...)."""
        return np.stack([each.ravel() for each in examples])


class Named(Kind):
    """A kind with a name for each column, class or tag: ``names``."""

    def __post_init__(self):
        names = (self.names,) if isinstance(self.names, str) else tuple(map(str, self.names))
        object.__setattr__(self, "names", names)
        wrong = [""] if "" in names else repeated(names)
        if not names or wrong:
            what = type(self).__name__.lower()
            said = f"the name {wrong[0]!r}, empty or twice" if names else "no names"
            raise InputError(f"{what} with {said}; expected one name for each, no two alike")


def padded(rows: Sequence[np.ndarray], padding: int, dtype: str, sizes: tuple = ()) -> np.ndarray:
    """Rows of different lengths as one array, (n, longest, *sizes).

    Parameters
    ----------
    rows : sequence of array, shape (length, *sizes)
    padding : int
        What stands behind the end of a row.
    dtype : str
    sizes : tuple of int
        Of what has no other length.

    Raises
    ------
    InputError
        If one row is so much longer than the others that the array would be nearly empty.
    """
    lengths = [*map(len, rows)]
    longest = max(lengths, default=0)
    if prod(sizes) * (len(rows) * longest - FULL * sum(lengths)) > EMPTY:
        raise InputError(
            f"{len(rows):,} rows with one of {longest:,} among them would all take as much room as "
            "it: cut the long ones (longest=...), or leave them out"
        )
    padded = np.full((len(rows), longest, *sizes), padding, dtype)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded


def done(transforms: Sequence[Transform]) -> str:
    """What was done to the rows, in words."""
    return "".join(f", {each.name}" for each in transforms)


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many there are besides."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
