"""Masks in picture files: a class for each pixel as a number, a palette's index, or a colour."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike

import numpy as np
from PIL import Image

from dltut.datasets.kinds import VOID
from dltut.datasets.layouts import table_text
from dltut.exceptions import InputError, printable
from dltut.machine.checks import repeated

VOID_NAME = "void"
VOID_NUMBER = 255  # in masks of bytes whose other numbers count from 0
BINARY = {0, 255}  # black and white: two classes, none of them void
MOST = 4096  # classes; pairs of them are counted
LARGEST = 2**31  # number in a mask


@dataclass(frozen=True)
class ClassTable:
    """What the numbers or colours of masks mean.

    Parameters
    ----------
    names : tuple of str
        Of the classes 0, 1, 2, ...
    numbers : dict from int to int
        {number in the file: class, or -1 for void}; empty where masks have colours.
    colours : dict from (red, green, blue) to int
        {colour in the file: class, or -1}; empty where masks have numbers.
    """

    names: tuple[str, ...]
    numbers: Mapping[int, int]
    colours: Mapping[tuple[int, int, int], int]

    @property
    def shown(self) -> tuple[tuple[int, int, int], ...]:
        """The colour of each class, if there are colours."""
        by_class = {number: colour for colour, number in self.colours.items()}
        return tuple(by_class[k] for k in range(len(self.names))) if by_class else ()


def read_table(path: str | PathLike) -> ClassTable:
    """The classes that a file lists, one a line: ``name``, ``name,number`` or ``name,r,g,b``.

    Parameters
    ----------
    path : path
        A class that is called void counts for none. Lines with names alone count from 0. A first
        line that begins with ``name`` is a heading.

    Raises
    ------
    InputError
        If it is no such table.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(table_text(path))) if row]
    except csv.Error as error:
        raise InputError(
            f"{path} is no table of classes ({error}): expected lines of text"
        ) from None
    lines = [[cell.strip() for cell in row] for row in rows]
    if lines and lines[0][0].lower() in ("name", "class"):
        lines = lines[1:]
    widths = {len(row) for row in lines}
    if not lines or len(widths) > 1 or not widths <= {1, 2, 4}:
        raise InputError(
            f"{path} is no table of classes: expected in each line a name, or name,number, or "
            "name,red,green,blue, all alike"
        )
    given = [(row[0], _whole(row[1:], path) or (number,)) for number, row in enumerate(lines)]
    return table_of(given, str(path))


def table_of(given: list[tuple[str, tuple[int, ...]]], source: str = "the table") -> ClassTable:
    """A table from pairs of a name and its number, (k,), or colour, (red, green, blue).

    Parameters
    ----------
    given : list of (name, number or colour)
    source : str
        What a message calls them.

    Raises
    ------
    InputError
        If a name, number or colour stands twice, all are void, or there are too many.

    Examples
    --------
    >>> table_of([("sky", (0, 0, 255)), ("void", (0, 0, 0)), ("tree", (0, 128, 0))]).colours
    {(0, 0, 255): 0, (0, 0, 0): -1, (0, 128, 0): 1}
    """
    if len(given) > MOST:
        raise InputError(f"{source} has {len(given):,} classes; expected {MOST:,} at most")
    names = [name for name, _ in given if name.lower() != VOID_NAME]
    keys = [key for _, key in given]
    twice = repeated(names + keys)
    if not all(names) or not names or twice:
        said = f"has {printable(twice[0])} twice" if twice else "names no class"
        raise InputError(f"{source} {said}: expected one line for each class")
    classes = {key: VOID if name.lower() == VOID_NAME else names.index(name) for name, key in given}
    if len(keys[0]) == 1:
        return ClassTable(tuple(names), {key[0]: k for key, k in classes.items()}, {})
    return ClassTable(tuple(names), {}, classes)


def table_of_numbers(found: set[int], source: str) -> ClassTable:
    """The table that masks themselves suggest by the numbers that are in them.

    Parameters
    ----------
    found : set of int
        All numbers of all masks.
    source : str
        What a message calls the place of the masks.

    Raises
    ------
    InputError
        If the numbers do not count from 0.

    Notes
    -----
    0 and 255 alone are black and white, two classes. Else 255 is void, and the others have to be 0,
    1, 2, ... without a gap.

    Examples
    --------
    >>> table_of_numbers({0, 1, 2, 255}, "masks").numbers
    {0: 0, 1: 1, 2: 2, 255: -1}
    >>> table_of_numbers({0, 255}, "masks").numbers
    {0: 0, 255: 1}
    """
    if found == BINARY:
        return ClassTable(("black", "white"), {0: 0, 255: 1}, {})
    classes = sorted(found - {VOID_NUMBER})
    if classes != list(range(len(classes))) or not classes:
        if min(found) < 0:
            raise InputError(
                f"the masks in {source} hold the number {min(found)}; expected 0 or more, 255 for "
                "void"
            )
        gap = next((k for k, n in enumerate(classes) if k != n), 0)
        raise InputError(
            f"the masks in {source} hold numbers up to {max(classes, default=VOID_NUMBER)}, but "
            f"{gap} is not among them: name the classes in a file classes.csv beside them, "
            "name,number"
        )
    numbers = {k: k for k in classes} | ({VOID_NUMBER: VOID} if VOID_NUMBER in found else {})
    return ClassTable(tuple(map(str, classes)), numbers, {})


def numbers_in(mask: Image.Image, name: object = "the mask") -> np.ndarray:
    """The numbers of a mask's pixels, shape (rows, columns); of a palette, its indices.

    Parameters
    ----------
    mask : PIL image
    name : str or path
        What messages call it.

    Raises
    ------
    InputError
        If its pixels are colours, or an index has no colour in its palette.
    """
    if mask.mode in ("RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "PA", "LA"):
        raise InputError(
            f"{name} is a mask of colours ({mask.mode}): name the classes in a file classes.csv "
            "beside the masks, name,red,green,blue"
        )
    values = np.asarray(mask)
    if mask.mode == "P":
        n = len(mask.getpalette("RGB") or ()) // 3
        if values.max(initial=0) >= n:
            raise InputError(
                f"{name}: the index {values.max()} is not in its palette of {n} colours: save the "
                "mask again, or as grey levels"
            )
    if (
        values.dtype.kind == "f"
        and not ((abs(values) < LARGEST) & (values == np.trunc(values))).all()
    ):
        raise InputError(
            f"{name} holds fractions, or no numbers; expected that of a class in each pixel"
        )
    return values.astype(np.int64)


def labels_in(mask: Image.Image, table: ClassTable, name: object = "the mask") -> np.ndarray:
    """The class of each pixel of a mask, shape (rows, columns), -1 for void; int32.

    Parameters
    ----------
    mask : PIL image
    table : ClassTable
    name : str or path
        What messages call it.

    Raises
    ------
    InputError
        If a pixel has a number or colour that is not in the table.

    Examples
    --------
    >>> table = table_of([("sky", (0, 0, 255)), ("tree", (0, 128, 0))])
    >>> labels_in(Image.new("RGB", (2, 1), (0, 128, 0)), table)
    array([[1, 1]], dtype=int32)
    """
    if table.colours:
        pixels = np.asarray(mask.convert("RGB")).astype(np.int64)
        values = (pixels[..., 0] * 256 + pixels[..., 1]) * 256 + pixels[..., 2]
        known = {(r * 256 + g) * 256 + b: k for (r, g, b), k in table.colours.items()}
    else:
        values, known = numbers_in(mask, name), table.numbers
    found, places = np.unique(values, return_inverse=True)
    wrong = [value for value in found.tolist() if value not in known]
    if wrong:
        row, column = np.argwhere(values == wrong[0])[0]
        said = (
            f"the colour {(wrong[0] >> 16, wrong[0] >> 8 & 255, wrong[0] & 255)}"
            if table.colours
            else f"the label {wrong[0]}"
        )
        raise InputError(
            f"{name} has {said} at row {row}, column {column}, which stands for none of the "
            f"{len(table.names)} classes: add it to the table, or mend the mask"
        )
    classes = np.array([known[value] for value in found.tolist()], dtype=np.int32)
    return classes[places.reshape(values.shape)]


def _whole(cells: list[str], path) -> tuple[int, ...]:
    try:
        numbers = tuple(int(cell) for cell in cells)
    except ValueError:
        numbers = (-1,)
    if numbers and not (min(numbers) >= 0 and max(numbers) < (256 if len(numbers) == 3 else 65536)):
        raise InputError(
            f"{path}: {printable(', '.join(cells))} are not whole numbers from 0 to 255: expected "
            "a class's number, or its red, green and blue"
        )
    return numbers
