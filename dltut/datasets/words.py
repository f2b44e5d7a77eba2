"""Words as numbers: text cut into tokens, and a vocabulary that numbers them.

0 is padding, 1 is the unknown word, and the words of the vocabulary follow from 2 on, the most
frequent first. So a sentence is a row of whole numbers, and ``row != 0`` says where its words are.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dltut.exceptions import InputError

PADDING, UNKNOWN, FIRST = 0, 1, 2  # the number of no word, of any other word, of the first word
NOT_WORDS = ("<padding>", "<unknown>")  # what 0 and 1 are called

BREAK = re.compile(r"<br\s*/?>|</?(?:p|i|b|em|strong)>", re.IGNORECASE)
NUMBER = r"\d+(?:[.,:/]\d+){0,99}"  # without an end, its search would take 70 times its room
ENDING = r"n't\b|'(?:s|re|ve|ll|d|m)\b"
LETTERS = r"[^\W_]"
MARK = r"([^\w\s]|_)\1*"  # a run of the same mark counts once
TOKEN = re.compile(f"{NUMBER}(?!{LETTERS})|{ENDING}|{LETTERS}+?(?=n't\\b)|{LETTERS}+|{MARK}")


def words_of(text: str) -> list[str]:
    """The words and marks of a text as it is written in books or on the web, in small letters.

    Line breaks and emphasis of HTML count as spaces. A short form is cut before its ending, as
    "it 's" and "do n't": these endings are words that matter. A number is one token with the dots,
    commas, colons and slashes inside it, every other mark is a token, and a run of one mark counts
    once.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> words_of("It's GREAT!!!<br />I don't say that often: 9.5/10.")
    ['it', "'s", 'great', '!', 'i', 'do', "n't", 'say', 'that', 'often', ':', '9.5/10', '.']
    """
    plain = BREAK.sub(" ", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower()
    return [found[1] or found[0] for found in TOKEN.finditer(plain)]


def folded(text: str) -> list[str]:
    """The same, each digit a 0, so that all times of the day and all years look alike.

    Examples
    --------
    >>> folded("At 10:37, in 1984")
    ['at', '00:00', ',', 'in', '0000']
    """
    return [re.sub(r"\d", "0", word) for word in words_of(text)]


TOKENISERS: dict[str, Callable[[str], list[str]]] = {
    "words": words_of,
    "folded": folded,
    "spaces": str.split,  # of text whose tokens were cut before
    "characters": list,
}


@dataclass(frozen=True, repr=False)
class Vocabulary:
    """The words that have a number of their own, from 2 on.

    Parameters
    ----------
    names : sequence of str
        The words; the first has the number 2.

    Raises
    ------
    InputError
        If one is no text, or is there twice.

    Examples
    --------
    >>> vocabulary = Vocabulary(["the", "film", "was"])
    >>> vocabulary.numbers(["the", "plot", "was", "the", "film"])
    array([2, 1, 4, 2, 3], dtype=int32)
    >>> vocabulary.words([2, 1, 4, 0])
    ['the', '<unknown>', 'was', '<padding>']
    >>> len(vocabulary), "plot" in vocabulary
    (5, False)
    """

    names: tuple[str, ...]

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(self.names))
        wrong = next((each for each in self.names if not isinstance(each, str)), None)
        if wrong is not None:
            raise InputError(f"the word {wrong!r} of a vocabulary is no text")
        if len(self._numbers) < len(self.names):
            twice = next(word for word, n in Counter(self.names).items() if n > 1)
            raise InputError(f"the word {twice!r} is in a vocabulary twice; expected each once")

    def __repr__(self) -> str:
        return f"Vocabulary({len(self.names):,} words)"

    def __len__(self) -> int:
        """How many numbers there are: the words and two more."""
        return FIRST + len(self.names)

    def __contains__(self, word: str) -> bool:
        return word in self._numbers

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.names, start=FIRST)}

    def numbers(self, tokens: Iterable[str]) -> np.ndarray:
        """The number of each token, shape (n,), int32; 1 where it is no word of these."""
        return np.array([self._numbers.get(token, UNKNOWN) for token in tokens], dtype=np.int32)

    def words(self, numbers: Iterable[int]) -> list[str]:
        """The word of each number.

        Raises
        ------
        InputError
            If there is no such number.
        """
        known = NOT_WORDS + self.names
        numbers = [int(number) for number in numbers]
        wrong = next((number for number in numbers if not 0 <= number < len(known)), None)
        if wrong is not None:
            raise InputError(f"no word has the number {wrong}: they go from 0 to {len(known) - 1}")
        return [known[number] for number in numbers]


def check_n_words(n_words: int | None) -> None:
    """Refuse so few numbers for words that there is none for any.

    Raises
    ------
    InputError
    """
    if n_words is not None and n_words <= FIRST:
        raise InputError(
            f"n_words is {n_words}; expected at least 3: 0 is padding and 1 the unknown word"
        )


def vocabulary_of(sentences: Iterable[Sequence[str]], n_words: int | None = None) -> Vocabulary:
    """The words of some sentences, the most frequent first, equally frequent ones in order.

    Parameters
    ----------
    sentences : iterable of lists of str
        The training part alone: words that only others have are unknown.
    n_words : int, optional
        How many numbers there may be, 0 and 1 among them; default: as many as there are words.

    Raises
    ------
    InputError
        If `n_words` leaves no number for a word.

    Examples
    --------
    >>> vocabulary_of([["b", "a"], ["b", "c"]]).names
    ('b', 'a', 'c')
    >>> vocabulary_of([["b", "a"], ["b", "c"]], n_words=3).names
    ('b',)
    """
    check_n_words(n_words)
    counts = Counter(token for tokens in sentences for token in tokens)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return Vocabulary(ranked if n_words is None else ranked[: n_words - FIRST])
