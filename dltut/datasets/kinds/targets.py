"""What is to be found out: of an example, of each word, of each pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dltut.datasets.kinds.kind import Named, listed, padded
from dltut.exceptions import InputError, nearest

NO_TAG = -1  # of a place without a word
VOID = -1  # of a pixel that counts for no class


@dataclass(frozen=True)
class Classes(Named):
    """Each example is of one class: y is its number, from 0 on.

    Parameters
    ----------
    names : tuple of str
        The name of each number.
    """

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.names)} class{'es' * (len(self.names) > 1)}"

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The labels as int64, if all are whole numbers below the number of classes.

        Raises
        ------
        InputError
            If one is not.
        """
        bad = (values != np.floor(values)) | (values < 0) | (values >= len(self.names))
        if bad.any():
            raise InputError(
                f"a {part} label is {values[bad].max():,.9g}, expected 0 to {len(self.names) - 1}: "
                f"there are {len(self.names)} classes"
            )
        return values.astype(np.int64, copy=False)


@dataclass(frozen=True)
class Labels(Named):
    """Each example may have several labels at once: y holds a 0 or 1 for each, shape (n, k).

    Parameters
    ----------
    names : tuple of str
        The name of each label.
    """

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.names)} label{'s' * (len(self.names) > 1)}"

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The columns as int64, if there is one of 0 and 1 for each label.

        Raises
        ------
        InputError
            If there is not.
        """
        if values.shape[1:] != (len(self.names),) or not np.isin(values, (0, 1)).all():
            raise InputError(
                f"{part} labels of shape {values.shape}; expected a column of 0 and 1 for each of "
                f"{listed(self.names)}"
            )
        return values.astype(np.int64, copy=False)


@dataclass(frozen=True)
class Tags(Named):
    """Each word has a tag: y, shape (n, longest), holds its number, and -1 where there is no word.

    Parameters
    ----------
    names : tuple of str
        The name of each number, such as O, B-city and I-city.

    Examples
    --------
    >>> tags = Tags(("B-city", "I-city", "O"))
    >>> tags.stacked([tags.numbers(["O", "B-city"]), tags.numbers(["O"])])
    array([[ 2,  0],
           [ 2, -1]])
    """

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.names)} tag{'s' * (len(self.names) > 1)}"

    def numbers(self, tags: Sequence[str]) -> np.ndarray:
        """The number of each tag, shape (n,), int64.

        Raises
        ------
        InputError
            If one is none of the names.
        """
        numbers = {name: number for number, name in enumerate(self.names)}
        wrong = next((tag for tag in tags if tag not in numbers), None)
        if wrong is not None:
            raise InputError(f"there is no tag {wrong!r}: {nearest(wrong, self.names)}")
        return np.array([numbers[tag] for tag in tags], dtype=np.int64)

    def stacked(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """The tags of several sentences as rows of one array, (n, longest), -1 after the last."""
        return padded(rows, NO_TAG, "int64")

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows as int64, if they are numbers of tags, with -1 only after the last.

        Raises
        ------
        InputError
            If they are not.
        """
        n = len(self.names)
        if values.ndim != 2 or values.dtype.kind not in "iu":
            raise InputError(
                f"{part} tags of shape {values.shape}, {values.dtype}; expected whole numbers, "
                "(n, longest): a sentence a row"
            )
        if values.min(initial=0) < NO_TAG or values.max(initial=0) >= n:
            wrong = values[(values < NO_TAG) | (values >= n)][0]
            raise InputError(f"a {part} tag has the number {wrong}; they go from 0 to {n - 1}")
        if ((values[:, :-1] == NO_TAG) & (values[:, 1:] != NO_TAG)).any():
            raise InputError(
                f"a {part} sentence has a -1, which is no tag, before a tag: expected -1 only "
                "after the last"
            )
        return values.astype(np.int64, copy=False)


@dataclass(frozen=True)
class Masks(Named):
    """Each pixel of a picture, or step of a series, has a class; -1 is void and does not count.

    y holds the number of each pixel's class, shape (n, rows, columns), or (n, steps).

    Parameters
    ----------
    names : tuple of str
        The name of each number.
    colours : tuple of (red, green, blue), optional
        Of each class, 0 to 255, in which answers are drawn and written.

    Raises
    ------
    InputError
        If there is not one colour for each class.

    Examples
    --------
    >>> cells = Masks(("membrane", "cell"))
    >>> cells.checked(np.array([[[0, 1], [-1, 1]]]), "train").dtype
    dtype('int32')
    >>> cells.checked(np.array([[[0, 2], [-1, 1]]]), "train")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: train mask 0 holds the label 2; expected 0 to 1, or -1 for void
    """

    names: tuple[str, ...]
    colours: tuple[tuple[int, int, int], ...] = ()

    def __post_init__(self):
        super().__post_init__()
        colours = tuple(tuple(int(part) for part in each) for each in self.colours)
        object.__setattr__(self, "colours", colours)
        are_colours = all(len(each) == 3 and 0 <= min(each) <= max(each) <= 255 for each in colours)
        if colours and (len(colours) != len(self.names) or not are_colours):
            raise InputError(
                f"{len(colours)} colours for {len(self.names)} classes; expected (red, green, "
                "blue) for each, from 0 to 255"
            )

    def __str__(self) -> str:
        return f"a class for each pixel ({listed(self.names)})"

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The masks as int32, if they hold numbers of classes, and -1.

        Raises
        ------
        InputError
            If they do not.
        """
        if values.ndim not in (2, 3) or values.dtype.kind not in "iu":
            raise InputError(
                f"{part} masks of shape {values.shape}, {values.dtype}; expected whole numbers, "
                "(n, rows, columns), or (n, steps)"
            )
        wrong = (values < VOID) | (values >= len(self.names))
        if wrong.any():
            number = wrong.reshape(len(wrong), -1).any(axis=1).argmax()
            raise InputError(
                f"{part} mask {number} holds the label {values[wrong][0]}; expected 0 to "
                f"{len(self.names) - 1}, or {VOID} for void"
            )
        return values.astype(np.int32, copy=False)
