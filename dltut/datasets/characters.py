"""Texts as numbers of characters, laid out so that a minibatch goes on where the last one ended."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.base import PARTS, Dataset, Split
from dltut.datasets.kinds import Characters, Classes
from dltut.datasets.texts import read_text
from dltut.exceptions import InputError
from dltut.machine.checks import check_counts
from dltut.machine.notices import say


def load(
    paths: Iterable[str | PathLike],
    steps: int = 64,
    batch_size: int = 64,
    most: int | None = None,
) -> Dataset:
    """Text files, one after the other, as a data set of characters.

    Parameters
    ----------
    paths : sequence of path
    steps, batch_size
        As for `laid_out`.
    most : int, optional
        How many characters are used.

    Raises
    ------
    InputError
        If there is no file, one cannot be read, or the text is too short.
    """
    paths = [Path(each) for each in paths]
    if not paths:
        raise InputError("no text is named: give one or more text files")
    text = "\n".join(read_text(each).replace("\r\n", "\n") for each in paths)[:most]
    name = paths[0].name if len(paths) == 1 else f"{len(paths)} texts"
    data = laid_out(text, steps, batch_size, name=name)
    say(f"data: {name}, {len(text):,} characters, {len(data.inputs.names)} different ones")
    return data


def laid_out(
    text: str,
    steps: int = 64,
    batch_size: int = 64,
    parts: tuple[float, float] = (0.9, 0.05),
    name: str = "text",
) -> Dataset:
    """A text as rows of characters.

    Parameters
    ----------
    text : str
    steps : int
        Characters in a row.
    batch_size : int
        The text of a part is cut into so many pieces that are read side by side: row b of a
        minibatch goes on where row b of the last minibatch ended.
    parts : (float, float)
        The shares of the text to train and to validate; the rest is for the test.
    name : str
        Of the data set.

    Returns
    -------
    Dataset
        Columns ``characters`` (n, steps), ``begins`` (n,), 1 where a piece begins, and ``y``
        (n, steps), the character after each. The last rows of a part that fill no minibatch are
        left out.

    Raises
    ------
    InputError
        If a part is shorter than a minibatch.

    Examples
    --------
    >>> data = laid_out("abcdefghij" * 9, steps=2, batch_size=2, parts=(0.4, 0.3))
    >>> "".join(data.inputs.names[k] for k in data.train.characters[[0, 2, 4]].ravel())
    'abcdef'
    >>> data.train.y[:2].tolist(), data.train.begins[:5].tolist()
    ([[1, 2], [7, 8]], [1, 1, 0, 0, 0])
    """
    check_counts("characters", steps=steps, batch_size=batch_size)
    if len(parts) != 2 or not all(0 < each < 1 for each in parts) or not sum(parts) < 1:
        raise InputError(f"parts are {parts}; expected two shares above 0, of sum below 1")
    names = tuple(sorted(set(text)))
    numbers = np.array([*map({c: k for k, c in enumerate(names)}.get, text)], dtype=np.int64)
    borders = [0, round(parts[0] * len(text)), round(sum(parts) * len(text)), len(text)]
    splits = [
        _rows(numbers[first:end], steps, batch_size, f"{name}: the {part} part")
        for part, first, end in zip(PARTS, borders, borders[1:], strict=False)
    ]
    return Dataset(*splits, name, Characters(names, steps), Classes(names))


def _rows(numbers: np.ndarray, steps: int, batch_size: int, what: str) -> Split:
    n_batches = (len(numbers) - 1) // (steps * batch_size)
    if n_batches < 1:
        raise InputError(
            f"{what} has {len(numbers):,} characters; a minibatch takes {steps} x {batch_size} and "
            "one more: give a longer text, fewer steps or a smaller batch_size"
        )
    n = n_batches * steps * batch_size

    def side_by_side(piece):  # (n_batches * batch_size, steps)
        cut = piece.reshape(batch_size, n_batches, steps)
        return cut.transpose(1, 0, 2).reshape(-1, steps)

    begins = np.zeros(n_batches * batch_size, dtype=np.int64)
    begins[:batch_size] = 1
    characters, y = side_by_side(numbers[:n]), side_by_side(numbers[1 : n + 1])
    return Split(characters=characters, begins=begins, y=y)
