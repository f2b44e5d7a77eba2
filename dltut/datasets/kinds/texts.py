"""Rows that are texts: of words, or of characters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dltut.datasets.kinds.kind import Kind, Named, padded
from dltut.datasets.words import PADDING, TOKENISERS, Vocabulary
from dltut.exceptions import InputError, nearest


@dataclass(frozen=True)
class Words(Kind):
    """A row of the column ``words`` is a text: the number of each word, and 0 after the last.

    Parameters
    ----------
    vocabulary : Vocabulary or sequence of str
        The words that have a number, from 2 on; 1 is any other word. See `dltut.datasets.words`.
    longest : int, optional
        How many words of a text from outside are read; default: all.
    tokeniser : {"words", "folded", "spaces", "characters"}
        How such a text is cut: `dltut.datasets.words.words_of`, the same with all digits 0, at
        spaces, or letter by letter.

    Examples
    --------
    >>> inputs = Words(["a", "good", "film"], longest=4)
    >>> inputs.numbers("A good, good film!")
    array([2, 3, 1, 3], dtype=int32)
    >>> inputs.stacked([inputs.numbers("Good!"), inputs.numbers("a film")])
    array([[3, 1],
           [2, 4]], dtype=int32)
    >>> inputs.facts
    {'kind': 'Words', 'vocabulary': ['a', 'good', 'film'], 'longest': 4, 'tokeniser': 'words'}
    """

    vocabulary: Vocabulary
    longest: int | None = None
    tokeniser: str = "words"

    column: ClassVar[str] = "words"
    dtype: ClassVar[str] = "int32"

    def __post_init__(self):
        if not isinstance(self.vocabulary, Vocabulary):
            object.__setattr__(self, "vocabulary", Vocabulary(tuple(self.vocabulary)))
        if self.tokeniser not in TOKENISERS:
            hint = nearest(self.tokeniser, TOKENISERS)
            raise InputError(f"there is no tokeniser {self.tokeniser!r}: {hint}")
        if self.longest is not None and self.longest < 1:
            raise InputError(f"texts of at most {self.longest} words; expected at least 1")

    def __str__(self) -> str:
        longest = "" if self.longest is None else f", at most {self.longest:,} in a text"
        return f"{len(self.vocabulary.names):,} words{longest}"

    @property
    def facts(self) -> dict:
        """The same as JSON values, every word among them."""
        return super().facts | {"vocabulary": list(self.vocabulary.names)}

    def tokens(self, text: str) -> list[str]:
        """The words of a text that are read."""
        return TOKENISERS[self.tokeniser](text)[: self.longest]

    def numbers(self, text: str | Sequence[str]) -> np.ndarray:
        """The numbers of a text's words, or of tokens that were cut before; shape (n,), int32."""
        tokens = self.tokens(text) if isinstance(text, str) else text[: self.longest]
        return self.vocabulary.numbers(tokens)

    def stacked(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """Texts of different lengths as rows of one array, (n, longest), 0 after the last word."""
        return padded(rows, PADDING, "int32")

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows as int32, if they are numbers of words, with 0 only after the last.

        Raises
        ------
        InputError
            If they are not.
        """
        n = len(self.vocabulary)
        if values.ndim != 2 or values.dtype.kind not in "iu":
            raise InputError(
                f"{part} words of shape {values.shape}, {values.dtype}; expected whole numbers, "
                "(n, longest): a text a row"
            )
        if values.min(initial=0) < 0 or values.max(initial=0) >= n:
            wrong = values[(values < 0) | (values >= n)][0]
            raise InputError(f"a {part} word has the number {wrong}; they go from 0 to {n - 1}")
        if ((values[:, :-1] == PADDING) & (values[:, 1:] != PADDING)).any():
            raise InputError(
                f"a {part} text has a 0, which is padding, before a word: expected 0 only after "
                "the last, and 1 for an unknown word"
            )
        return values.astype(np.int32, copy=False)


@dataclass(frozen=True)
class Characters(Named):
    """A row holds the numbers of characters that follow on each other in a text.

    Parameters
    ----------
    names : tuple of str
        The characters.
    steps : int
        How many a row has.

    Examples
    --------
    >>> letters = Characters(("a", "b", "n"), 6)
    >>> letters.numbers("banana").tolist(), letters.text([1, 0, 2])
    ([1, 0, 2, 0, 2, 0], 'ban')
    """

    names: tuple[str, ...]
    steps: int

    column: ClassVar[str] = "characters"
    dtype: ClassVar[str] = "int32"
    transforms: ClassVar[tuple] = ()

    def __str__(self) -> str:
        return f"{self.steps} of {len(self.names)} characters"

    def numbers(self, text: str) -> np.ndarray:
        """The numbers of a text's characters; those that are not known are left out."""
        known = {name: number for number, name in enumerate(self.names)}
        return np.array([known[each] for each in text if each in known], dtype=np.int64)

    def text(self, numbers: Sequence[int]) -> str:
        """The characters of these numbers."""
        return "".join(self.names[number] for number in numbers)

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The numbers, if each is a character's.

        Raises
        ------
        InputError
            If one is not.
        """
        if values.ndim != 2 or values.min() < 0 or values.max() >= len(self.names):
            raise InputError(
                f"{part} characters of shape {values.shape}, {values.min()} to {values.max()}; "
                f"expected rows of numbers from 0 to {len(self.names) - 1}"
            )
        return values
