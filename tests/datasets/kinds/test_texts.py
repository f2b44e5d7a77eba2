"""Texts of words and of characters."""

import numpy as np
import pytest

from dltut.datasets import Characters, Words, kind_from
from dltut.exceptions import InputError


def test_words():
    words = Words(["a", "good", "film"], longest=3)
    assert kind_from(words.facts) == words
    rows = words.stacked([words.numbers("A good, good film!"), words.numbers("Bad")])
    assert rows.tolist() == [[2, 3, 1], [1, 0, 0]]  # a comma is a word, too
    assert words.checked(rows, "train").dtype == "int32"
    for values, said in (
        (np.array([[5]]), "a train word has the number 5; they go from 0 to 4"),
        (np.array([[0, 2]]), "a train text has a 0, which is padding, before a word"),
        (np.zeros((2, 2)), "expected whole numbers"),
    ):
        with pytest.raises(InputError, match=said):
            words.checked(values, "train")
    with pytest.raises(InputError, match="there is no tokeniser 'word': did you mean words"):
        Words(["a"], tokeniser="word")
    with pytest.raises(InputError, match="texts of at most 0 words"):
        Words(["a"], longest=0)


def test_characters():
    letters = Characters(("a", "b", "n"), 6)
    assert kind_from(letters.facts) == letters
    assert letters.text(letters.numbers("banana split")) == "banana"
    with pytest.raises(InputError, match="expected rows of numbers from 0 to 2"):
        letters.checked(np.array([[0, 3]]), "train")
