"""Text becomes tokens and tokens numbers, and back; what no vocabulary can be is refused."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.datasets import Vocabulary, Words, kind_from, vocabulary_of
from dltut.datasets.words import words_of
from dltut.exceptions import InputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She said: 'No!'", "she said : ' no ! '"),
        ("can't won't o'clock", "ca n't wo n't o ' clock"),
        ("it\N{RIGHT SINGLE QUOTATION MARK}s the film's end", "it 's the film 's end"),
        ("<br /><br/>so <i>very</i> good...", "so very good ."),
        ("10/10, 7.5 of 10; 1,000 2nd 1980s", "10/10 , 7.5 of 10 ; 1,000 2nd 1980s"),
        ("_no_ a--b Ça Größe", "_ no _ a - b ça größe"),
        (" \n\t ", ""),
    ],
)
def test_words_of_a_text(text, expected):
    assert words_of(text) == expected.split()


@given(st.text())
def test_no_word_is_lost_and_none_is_empty(text):
    tokens = words_of(text)
    assert all(token and not any(map(str.isspace, token)) for token in tokens)
    assert words_of(" ".join(tokens)) == tokens or "'" in text.replace("’", "'") or "<" in text


@given(st.lists(st.lists(st.sampled_from("abcdefg"))), st.none() | st.integers(3, 9))
def test_a_vocabulary_counts(sentences, n_words):
    vocabulary = vocabulary_of(sentences, n_words)
    counts = Counter(word for words in sentences for word in words)
    frequencies = [counts[word] for word in vocabulary.names]
    assert frequencies == sorted(counts.values(), reverse=True)[: n_words and n_words - 2]
    for words in sentences:
        numbers = vocabulary.numbers(words)
        assert numbers.dtype == np.int32 and numbers.shape == (len(words),)
        known = [word if word in vocabulary else "<unknown>" for word in words]
        assert vocabulary.words(numbers) == known


def test_what_no_vocabulary_can_be():
    with pytest.raises(InputError, match="the word 'a' is in a vocabulary twice"):
        Vocabulary(("a", "b", "a"))
    with pytest.raises(InputError, match="the word 3 of a vocabulary is no text"):
        Vocabulary(("a", 3))
    with pytest.raises(InputError, match="n_words is 2; expected at least 3"):
        vocabulary_of([["a"]], n_words=2)
    with pytest.raises(InputError, match="no word has the number 4: they go from 0 to 3"):
        Vocabulary(("a", "b")).words([1, 4])


def test_words_as_facts_and_back():
    inputs = Words(("a", "b"), longest=7, tokeniser="spaces")
    again = kind_from(inputs.facts)
    assert again == inputs and again.vocabulary.numbers("b") == [3]
    assert str(inputs) == "2 words, at most 7 in a text"
    with pytest.raises(InputError, match="there is no tokeniser 'word': did you mean words"):
        Words(("a",), tokeniser="word")
    with pytest.raises(InputError, match="at most 0 words; expected at least 1"):
        Words(("a",), longest=0)


def test_texts_become_rows():
    inputs = Words(("a", "b"), longest=3)
    rows = inputs.stacked([inputs.numbers("b A b a a"), inputs.numbers([]), inputs.numbers(["?"])])
    np.testing.assert_array_equal(rows, [[3, 2, 3], [0, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(inputs.checked(rows, "train"), rows)
    assert inputs.stacked([]).shape == (0, 0)
    np.testing.assert_array_equal(
        Words("abc", tokeniser="characters").numbers("cab!"), [4, 2, 3, 1]
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[2, 4]], "a test word has the number 4; they go from 0 to 3"),
        ([[2, -1]], "a test word has the number -1"),
        ([[2, 0, 3]], "a test text has a 0, which is padding, before a word"),
        ([2, 3], r"test words of shape \(2,\), int64; expected whole numbers, \(n, longest\)"),
        ([[0.5]], "float64; expected whole numbers"),
    ],
)
def test_rows_that_are_no_texts(values, said):
    with pytest.raises(InputError, match=said):
        Words(("a", "b")).checked(np.array(values), "test")
