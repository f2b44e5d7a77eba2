"""What a model is asked about, as rows of its x: files, pictures, tables, arrays."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from math import prod
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from dltut.datasets.base import Split
from dltut.datasets.kinds import Kind, Numbers, Pictures
from dltut.datasets.pictures import prepare, read_picture, resized
from dltut.exceptions import InputError, nearest

FAR = 20  # standard deviations


class Example(NamedTuple):
    """One thing that a model is asked about.

    Attributes
    ----------
    name : str
        The file and the row in it, from 1; or the number, from 0, of what is not in a file.
    given : PIL image, or {name: number}
        As it was given.
    x : float32 array, shape (channels, rows, columns) or (n_columns,)
        As the model sees it.
    note : str
        What is odd about it, if anything is.
    """

    name: str
    given: Image.Image | dict[str, float]
    x: np.ndarray
    note: str = ""


def read_examples(given, inputs: Kind) -> list[Example]:
    """What was given, made ready as the examples that a model learned from.

    Parameters
    ----------
    given : path, PIL image, mapping, array, or several of them
        A picture or its file is prepared as the training pictures were. A CSV or npy file is a
        table with an example a row, in the columns' own units; so is a mapping from the names of
        the columns to a number each, or to equally many. An array or a split of a data set is
        prepared already, as ``data.test.x`` is: one row or several.
    inputs : Pictures or Numbers
        What the model learned from, of `dltut.datasets.kinds`.

    Raises
    ------
    InputError
        If a file cannot be read, or something is not what the model learned from.
    """
    reader = READERS[type(inputs)](inputs)
    given = given.x if isinstance(given, Split) else given
    if isinstance(given, str | PathLike | Image.Image | Mapping):
        given = [given]
    elif isinstance(given, np.ndarray) or _is_row(given):
        given = reader.rows(np.asarray(given))
    elif not isinstance(given, Iterable):
        raise InputError(f"{given!r} is nothing to predict from: give {reader.expected}")
    return [each for number, one in enumerate(given) for each in reader.examples(one, number)]


def _is_row(given) -> bool:
    """Whether this is one row as plain numbers."""
    return isinstance(given, list | tuple) and {*map(type, given)} in ({int}, {float}, {int, float})


class Reader:
    """Examples of one kind out of whatever holds them.

    Attributes
    ----------
    shape : tuple of int
        Of an example.
    what : str
        What an example is called.
    expected : str
        What can be given.
    """

    def __init__(self, inputs: Kind, shape: tuple[int, ...], what: str, expected: str):
        self.inputs, self.shape, self.what, self.expected = inputs, shape, what, expected

    def examples(self, given, number: int) -> Iterator[Example]:
        """The examples in one thing that was given, the so many-th.

        Raises
        ------
        InputError
            If there are none in it.
        """
        if isinstance(given, str | PathLike):
            if Path(given).is_dir():
                raise InputError(f"{given} is a folder: name the files in it, such as {given}/*")
            yield from self.file(given)
        else:
            yield self.array(given, number)

    def rows(self, x: np.ndarray) -> np.ndarray:
        """An array's rows, or it alone where it has the numbers of one."""
        is_several = x.ndim > 1 and prod(x.shape[1:]) == prod(self.shape)
        is_one = x.ndim < 2 or x.size == prod(self.shape)
        return x[None] if is_one and not is_several else x

    def array(self, given, number: int) -> Example:
        """An array that holds the numbers of one example, prepared.

        Raises
        ------
        InputError
            If it does not.
        """
        name = f"{self.what} {number}"
        try:
            x = np.asarray(given, dtype=np.float32)
        except (TypeError, ValueError):
            x = np.array(0)
        if not x.ndim:
            raise InputError(f"{name} is of type {type(given).__name__}: give {self.expected}")
        if x.size != prod(self.shape):
            raise InputError(
                f"{name} has shape {x.shape}; the model takes {prod(self.shape)} values, "
                f"a prepared {self.what} of shape {self.shape}: give {self.expected}"
            )
        x = x.reshape(self.shape)
        return Example(name, self.shown(x), x, self.doubts(x))


class PictureReader(Reader):
    """Pictures: files, PIL images, prepared rows."""

    def __init__(self, inputs: Pictures):
        super().__init__(
            inputs, tuple(inputs.shape), "picture", "a picture, its file, or a row of data.test.x"
        )

    def examples(self, given, number):
        """The picture, prepared if it is an image or a file."""
        if isinstance(given, Image.Image):
            yield Example(f"picture {number}", given, self.prepared(given))
        else:
            yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The picture in a file."""
        yield Example(str(path), read_picture(path), self.prepared(path))

    def prepared(self, picture) -> np.ndarray:
        """The picture as the training pictures were, digits in the size of these."""
        facts = {"image_shape": self.shape, "preparation": self.inputs.preparation}
        x = prepare(picture, facts)
        return x if x.shape == self.shape else resized(self.shown(x), self.shape)

    def shown(self, x) -> Image.Image:
        """An image of the prepared values."""
        pixels = (256 * x).clip(0, 255).astype(np.uint8)  # (channels, rows, columns)
        return Image.fromarray(pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0])

    def doubts(self, x) -> str:
        """Whether these may be bytes."""
        if x.max(initial=0) <= 16:
            return ""
        return (
            f"values up to {x.max():g}: an array is taken as prepared, such as data.test.x; "
            "Image.fromarray(array) is prepared first"
        )


class TableReader(Reader):
    """Rows of numbers: files, mappings of columns, prepared rows."""

    def __init__(self, inputs: Numbers):
        names = inputs.names if len(inputs.names) <= 6 else (*inputs.names[:5], "...")
        expected = f"a CSV file with the columns {', '.join(names)}, or a row of data.test.x"
        super().__init__(inputs, (len(inputs.names),), "row", expected)

    def examples(self, given, number):
        """The rows of a file or of columns, standardised as the training rows were.

        Raises
        ------
        InputError
            If a picture is given.
        """
        if isinstance(given, Image.Image):
            raise InputError(f"row {number} is a picture: give {self.expected}")
        if isinstance(given, Mapping):
            yield from self.table(given, "the table", "row ")
        else:
            yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The rows of a CSV or npy file."""
        yield from self.table(read_columns(path, self.inputs.names), str(path), f"{path}, row ")

    def table(self, columns: Mapping, source: str, prefix: str) -> Iterator[Example]:
        """The rows of a table's columns, in their own units.

        Parameters
        ----------
        columns : mapping
            {name: number or numbers}; what the model did not learn from is left out.
        source, prefix : str
            What the table is called, and what stands before the number of a row.

        Raises
        ------
        InputError
            If a column is missing, holds no numbers, or is longer than another.
        """
        names = self.inputs.names
        missing = next((name for name in names if name not in columns), None)
        if missing is not None:
            raise InputError(f"{source} has no column {missing}: {nearest(missing, columns)}")
        try:
            values = np.array([np.atleast_1d(columns[name]) for name in names], "float64").T
        except (TypeError, ValueError):
            raise InputError(f"{source} does not hold a number in every row and column") from None
        for number, row in enumerate(values, start=1):
            if not np.isfinite(row).all():
                bad = names[np.flatnonzero(~np.isfinite(row))[0]]
                raise InputError(f"{prefix}{number} has no number in the column {bad}")
            x = self.inputs.standardised(row)
            yield Example(f"{prefix}{number}", dict(zip(names, row.tolist(), strict=True)), x)

    def shown(self, x) -> dict[str, float]:
        """The numbers in their own units."""
        return dict(zip(self.inputs.names, self.inputs.original(x).tolist(), strict=True))

    def doubts(self, x) -> str:
        """Whether these may be in their own units."""
        if self.inputs.mean is None or np.abs(x).max() <= FAR:
            return ""
        return (
            f"{np.abs(x).max():.3g} standard deviations from what was learned: an array is taken "
            "as standardised, such as data.test.x; {name: number} is in the columns' own units"
        )


READERS = {Pictures: PictureReader, Numbers: TableReader}


def read_columns(path: str | PathLike, names: tuple[str, ...]) -> dict[str, list[float]]:
    """The columns of a CSV or npy file; names are those given where the file has none.

    Parameters
    ----------
    path : path
    names : tuple of str
        Of the columns that are needed.

    Raises
    ------
    InputError
        If it is not such a file, or does not have these columns.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check its name") from None
    except UnicodeDecodeError:
        raise InputError(
            f"{path} is no CSV file: the model learned rows of a table, give one with the columns "
            f"{', '.join(names)}"
        ) from None
    first = text.partition("\n")[0]
    rows = list(csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count)))
    rows = [[cell.strip() for cell in row] for row in rows if any(row)]
    has_header = any(name in names for name in rows[0]) if rows else False
    header = rows.pop(0) if has_header else names
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise InputError(
                f"{path}, row {number} has {len(row)} values; expected {len(header)}: "
                f"{', '.join(header)}"
            )
    return {name: [_number(row[k]) for row in rows] for k, name in enumerate(header)}


def _number(text: str) -> float:
    """The number in a cell; NaN, of which a table then tells the place, where there is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
