"""What a model is asked about, as rows of its x: files, pictures, tables, arrays."""

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from dltut.datasets.base import Split
from dltut.datasets.kinds import Characters, Kind, Numbers, Pictures, Rolls, Series, Words
from dltut.datasets.layouts import read_inputs
from dltut.datasets.midi import read_midi
from dltut.datasets.pictures import marks, prepare, read_picture, resized
from dltut.datasets.scaling import WHITE
from dltut.datasets.series import Recording, read_series
from dltut.datasets.tables import Table, inputs_in
from dltut.datasets.texts import read_text
from dltut.datasets.words import PADDING, TOKENISERS, UNKNOWN
from dltut.exceptions import InputError
from dltut.viz import piano_roll_picture

FAR = 20  # standard deviations


class Example(NamedTuple):
    """One thing that a model is asked about.

    Attributes
    ----------
    name : str
        The file and the row in it, from 1; or the number, from 0, of what is not in a file.
    given : PIL image, {name: number}, window of a series, or text
        As it was given.
    x : float32 array, shape (channels, rows, columns) or (n_columns,); int32 (n,) of words
        As the model sees it.
    note : str
        What is odd about it, if anything is.
    """

    name: str
    given: Image.Image | dict[str, float] | str
    x: np.ndarray
    note: str = ""


def read_examples(given, inputs: Kind) -> list[Example]:
    """What was given, made ready as the examples that a model learned from.

    Parameters
    ----------
    given : path, PIL image, mapping, text, array, or several of them
        A picture or its file is prepared as the training pictures were. A text, or each line of a
        text file, is cut into words as the training texts were. A CSV or npy file is a
        table with an example a row, in the columns' own units; so is a mapping from the names of
        the columns to a number each, or to equally many. An array or a split of a data set is
        prepared already, as ``data.test.x`` is: one row or several.
    inputs : Pictures, Numbers or Words
        What the model learned from, of `dltut.datasets.kinds`.

    Raises
    ------
    InputError
        If a file cannot be read, or something is not what the model learned from.
    """
    if type(inputs) not in READERS:
        kind = type(inputs).__name__
        raise InputError(f"nothing can be read for inputs of the kind {kind}")
    reader = READERS[type(inputs)](inputs)
    given = given.columns[inputs.column] if isinstance(given, Split) else given
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
        """The examples in one of the things that were given, which are numbered from 0.

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

    def ready(self, x: np.ndarray) -> np.ndarray:
        """An example after the transforms of the training rows, as the model sees it."""
        rows = x.reshape(1, -1)
        for transform in self.inputs.transforms:
            rows = transform(rows)
        return rows.reshape(x.shape)

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
            yield self.seen(given, f"picture {number}")
        else:
            yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The picture in a file."""
        yield self.seen(read_picture(path), str(path), path)

    def seen(self, picture: Image.Image, name: str, path=None) -> Example:
        """The picture as the training pictures were, digits in the size of these.

        Parameters
        ----------
        picture : PIL image
        name : str
            Of the example.
        path : path, optional
            Where it was read, for messages.
        """
        facts = {"image_shape": self.shape, "preparation": self.inputs.preparation}
        x = prepare(path or picture, facts) * np.float32(self.inputs.white / WHITE)
        if x.shape != self.shape and self.inputs.preparation != "whole":
            x = resized(self.shown(x), self.shape)
        x = self.ready(x)
        n = marks(picture) if self.inputs.preparation == "digit" else 1
        several = f"there seem to be {n} digits, which are taken for one: cut them apart"
        return Example(name, picture, x, several if n > 1 else "")

    def shown(self, x) -> Image.Image:
        """An image of the prepared values."""
        pixels = (255 / self.inputs.white * x).clip(0, 255).astype(np.uint8)
        return Image.fromarray(pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0])

    def doubts(self, x) -> str:
        """Whether these may be bytes."""
        if x.max(initial=0) <= 16 * self.inputs.white:
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
            If a picture is given, or columns are not equally long.
        """
        if isinstance(given, Image.Image):
            raise InputError(f"row {number} is a picture: give {self.expected}")
        if not isinstance(given, Mapping):
            yield from super().examples(given, number)
            return
        columns = {str(name): np.atleast_1d(values) for name, values in given.items()}
        lengths = {name: len(values) for name, values in columns.items()}
        if len({*lengths.values()}) > 1:
            raise InputError(f"the columns are not equally long: {lengths}")
        cells = [c if c.dtype.kind in "biuf" else c.astype(str).tolist() for c in columns.values()]
        lines = range(1, 1 + max(lengths.values(), default=0))
        table = Table("the table", list(columns), cells, lines)
        yield from self.numbered(inputs_in(table, self.inputs), "row ")

    def file(self, path) -> Iterator[Example]:
        """The rows of a CSV or npy file.

        Raises
        ------
        InputError
            If it is no such file, or does not have the columns that the model learned from.
        """
        try:
            rows = read_inputs(path, self.inputs)
        except InputError:
            if _is_picture(path):
                raise InputError(
                    f"{path} is a picture, but the model learned rows of a table: "
                    f"give {self.expected}"
                ) from None
            raise
        yield from self.numbered(rows, f"{path}, row ")

    def numbered(self, rows: np.ndarray, prefix: str) -> Iterator[Example]:
        """An example a row, named by its number after the prefix."""
        for number, x in enumerate(rows, start=1):
            yield Example(f"{prefix}{number}", self.original(x), self.ready(x))

    def original(self, x) -> dict[str, float]:
        """The numbers in their own units."""
        return dict(zip(self.inputs.names, self.inputs.original(x).tolist(), strict=True))

    def shown(self, x) -> dict[str, float]:
        """Prepared numbers in their own units, or as they are if something was done to them."""
        if not self.inputs.transforms:
            return self.original(x)
        return dict(zip(self.inputs.names, x.tolist(), strict=True))

    def doubts(self, x) -> str:
        """Whether these may be in their own units."""
        if self.inputs.mean is None or np.abs(x).max() <= FAR:
            return ""
        return (
            f"{np.abs(x).max():.3g} standard deviations from what was learned: an array is taken "
            "as standardised, such as data.test.x; {name: number} is in the columns' own units"
        )


class RollReader(Reader):
    """Pieces of music: MIDI files, piano rolls."""

    def __init__(self, inputs: Rolls):
        expected = f"a MIDI file, or an array (n_frames, {inputs.n_notes}) of 0 and 1"
        super().__init__(inputs, (inputs.n_notes,), "piece", expected)

    def rows(self, x: np.ndarray) -> np.ndarray:
        """The pieces of an array, or it alone."""
        return x if x.ndim == 3 else x[None]

    def examples(self, given, number):
        """The piece in a file, or an array that is one.

        Raises
        ------
        InputError
            If it is something else.
        """
        if isinstance(given, Image.Image | Mapping):
            raise InputError(f"piece {number} is no music: give {self.expected}")
        yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The piece in a MIDI file."""
        yield self.piece(read_midi(path, self.inputs), str(path))

    def array(self, given, number: int) -> Example:
        """A roll.

        Raises
        ------
        InputError
            If it is none.
        """
        roll = np.asarray(given)
        is_roll = roll.ndim == 2 and roll.shape[1] == self.inputs.n_notes and len(roll)
        if roll.dtype.kind not in "biuf" or not is_roll or not np.isin(roll, (0, 1)).all():
            raise InputError(f"piece {number} has shape {roll.shape}: give {self.expected}")
        return self.piece(roll.astype(np.float32), f"piece {number}")

    def piece(self, roll: np.ndarray, name: str) -> Example:
        """A roll (n_frames, n_notes) as an example of this name, with its picture."""
        shown = piano_roll_picture(roll, self.inputs.low, self.inputs.dt)
        return Example(name, shown, roll)


class TextReader(Reader):
    """Texts: as they are, one a line of a file, rows of numbered words."""

    def __init__(self, inputs: Words):
        expected = "a text, a text file with one a line, or a row of data.test.words"
        super().__init__(inputs, (), "text", expected)

    def examples(self, given, number):
        """The text, if it is no file; or those of a file, a line each.

        Raises
        ------
        InputError
            If something else is given, or a text has no word.
        """
        if isinstance(given, str) and not _is_file(given):
            yield self.text(given, f"text {number}")
        elif isinstance(given, Image.Image | Mapping):
            what = "a picture" if isinstance(given, Image.Image) else "a row of a table"
            raise InputError(f"text {number} is {what}: give {self.expected}")
        else:
            yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The texts in a file, one a line; what has spaces and is no file is a text itself.

        Raises
        ------
        InputError
            If there is no text in it.
        """
        if not _is_file(path) and " " in str(path):
            yield self.text(str(path), "text")
            return
        lines = enumerate(read_text(path).splitlines(), start=1)
        texts = [(number, line) for number, line in lines if line.strip()]
        if not texts:
            raise InputError(f"{path} holds no text: expected one a line")
        for number, line in texts:
            yield self.text(line, f"{path}, line {number}")

    def text(self, given: str, name: str) -> Example:
        """A text cut into words, and its words numbered, as the training texts were.

        Parameters
        ----------
        given : str
        name : str
            Of the example.

        Raises
        ------
        InputError
            If it has no word.
        """
        x, n = self.inputs.numbers(given), len(TOKENISERS[self.inputs.tokeniser](given))
        if not n:
            raise InputError(f"{name} has no word: give {self.expected}")
        cut = f"the first {len(x):,} of its {n:,} words were read" if len(x) < n else ""
        return Example(name, given, x, cut or self.doubts(x))

    def rows(self, x: np.ndarray) -> np.ndarray:
        """The rows of an array of numbered words, or it alone where it is one."""
        return x[None] if x.ndim == 1 else x

    def array(self, given, number: int) -> Example:
        """A row of numbered words.

        Raises
        ------
        InputError
            If it is none, or holds no word.
        """
        values = np.asarray(given)
        if values.ndim != 1 or values.dtype.kind not in "iu":
            raise InputError(f"text {number} is no row of numbered words: give {self.expected}")
        [x] = self.inputs.checked(values[None], "given")
        x = x[x != PADDING]
        if not len(x):
            raise InputError(f"text {number} has no word: give {self.expected}")
        return Example(f"text {number}", self.shown(x), x, self.doubts(x))

    def shown(self, x) -> str:
        """The words with spaces between them."""
        return " ".join(self.inputs.vocabulary.words(x))

    def doubts(self, x) -> str:
        """Whether no word is known."""
        return "" if (x != UNKNOWN).any() else "none of its words is known"


class SeriesReader(Reader):
    """The end of a series: what comes after it is asked."""

    def __init__(self, inputs: Series):
        columns = ", ".join(inputs.names)
        expected = f"a CSV file with {inputs.steps} rows or more of {columns}, or rows of x"
        super().__init__(inputs, inputs.shape, "window", expected)

    def examples(self, given, number):
        """The last steps of a file, or of columns in their own units.

        Raises
        ------
        InputError
            If the columns are not there, or not equally long.
        """
        if not isinstance(given, Mapping):
            yield from super().examples(given, number)
            return
        columns = {str(name): np.ravel(values) for name, values in given.items()}
        missing = [name for name in self.inputs.names if name not in columns]
        if missing or len({len(each) for each in columns.values()}) > 1:
            raise InputError(
                f"columns {', '.join(columns)} of {[len(each) for each in columns.values()]} "
                f"values: give {', '.join(self.inputs.names)}, equally long"
            )
        values = np.stack([columns[name] for name in self.inputs.names], axis=1)
        yield self.last(
            Recording(values, self.inputs.names, f"window {number}"), f"window {number}"
        )

    def file(self, path) -> Iterator[Example]:
        """The last steps in a CSV file."""
        yield self.last(read_series(path, self.inputs.names), str(path))

    def last(self, recording: Recording, name: str) -> Example:
        """The end of a recording as an example.

        Parameters
        ----------
        recording : Recording
        name : str
            Of the example.

        Raises
        ------
        InputError
            If it is shorter than a window, or has a gap there.
        """
        end = recording.values[-self.inputs.steps :]
        missing = np.isnan(end).any(axis=1)
        if len(end) < self.inputs.steps or missing.any():
            gap = f", and {missing.sum()} of the last {len(end)} are missing" * bool(missing.any())
            raise InputError(
                f"{name} has {len(recording)} values{gap}; the model takes the last "
                f"{self.inputs.steps}, without a gap"
            )
        x = self.inputs.columns.standardised(end)
        return Example(name, end, x, self.doubts(x))

    def shown(self, x):
        """The window in its own units."""
        return self.inputs.original(x)[0]

    def doubts(self, x) -> str:
        """Whether the values are far from those that were learned."""
        if self.inputs.mean is None or np.abs(x).max() <= FAR:
            return ""
        return f"values {np.abs(x).max():.3g} standard deviations from those that were learned"


class CharacterReader(Reader):
    """Texts that are to go on."""

    def __init__(self, inputs: Characters):
        super().__init__(inputs, (inputs.steps,), "text", "a text file, or {'text': the text}")

    def examples(self, given, number):
        """The text in a file, or that under the name text."""
        if isinstance(given, Mapping):
            yield from (self.text(str(each), f"text {number}") for each in given.values())
        else:
            yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The text in a file, without the empty lines at its end but one."""
        yield self.text(read_text(path).replace("\r\n", "\n"), str(path))

    def text(self, given: str, name: str) -> Example:
        """A text as an example; characters that were not learned are left out.

        Raises
        ------
        InputError
            If none is left.
        """
        x = self.inputs.numbers(given).astype(np.int32)
        unknown = sorted(set(given) - {*self.inputs.names})
        if not len(x):
            raise InputError(f"{name} has no character that the model has learned: give a text")
        note = f"left out, never learned: {''.join(unknown)!r}" if unknown else ""
        return Example(name, given, x, note)

    def shown(self, x) -> str:
        """The characters."""
        return self.inputs.text(np.ravel(x).astype(int))

    def doubts(self, x) -> str:
        """None."""
        return ""


READERS = {
    Characters: CharacterReader,
    Numbers: TableReader,
    Pictures: PictureReader,
    Rolls: RollReader,
    Series: SeriesReader,
    Words: TextReader,
}


def _is_file(path) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long for a name, or with a zero in it
        return False


def _is_picture(path) -> bool:
    try:
        read_picture(path)
    except InputError:
        return False
    return True
