"""What a model is asked about, as rows of its x: files, pictures, tables, arrays."""

from collections.abc import Iterable, Mapping
from os import PathLike

import numpy as np
from PIL import Image

from dltut.datasets.base import Split
from dltut.datasets.kinds import Characters, Kind, Numbers, Pictures, Rolls, Series, Words
from dltut.exceptions import InputError
from dltut.tasks.inputs.pictures import PictureReader
from dltut.tasks.inputs.reader import Example
from dltut.tasks.inputs.rolls import RollReader
from dltut.tasks.inputs.series import SeriesReader
from dltut.tasks.inputs.tables import TableReader
from dltut.tasks.inputs.texts import CharacterReader, TextReader

READERS = {
    Characters: CharacterReader,
    Numbers: TableReader,
    Pictures: PictureReader,
    Rolls: RollReader,
    Series: SeriesReader,
    Words: TextReader,
}


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
    inputs : Kind
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
