"""Texts that a model is asked about, or is to go on with."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from dltut.datasets.kinds import Characters, Words
from dltut.datasets.texts import read_text
from dltut.datasets.words import PADDING, TOKENISERS, UNKNOWN
from dltut.exceptions import InputError
from dltut.tasks.inputs.reader import Example, Reader


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
        tokens = TOKENISERS[self.inputs.tokeniser](given)
        x, n = self.inputs.numbers(tokens), len(tokens)
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


def _is_file(path) -> bool:
    try:
        return bool(path) and Path(path).exists()
    except (OSError, ValueError):  # too long for a name, or with a zero in it
        return False
