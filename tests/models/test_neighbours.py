"""Words whose vectors point the same way, on a toy matrix."""

import numpy as np
import pytest

from dltut.datasets import Vocabulary
from dltut.exceptions import InputError
from dltut.models import nearest_words

WORDS = Vocabulary(("one", "two", "three"))
VECTORS = np.array([[9, 9], [1, 0], [1, 0], [0.6, 0.8], [0, -2]])


def test_neighbours_have_small_angles():
    assert nearest_words(VECTORS, WORDS, "one") == [("two", pytest.approx(0.6)), ("three", 0.0)]
    assert nearest_words(VECTORS, WORDS, "three", n=1) == [("one", pytest.approx(0.0))]


def test_a_vector_of_zeros_is_near_nothing():
    vectors = VECTORS.copy()
    vectors[2] = 0
    assert nearest_words(vectors, WORDS, "one") == [("two", 0.0), ("three", 0.0)]


def test_what_does_not_fit():
    with pytest.raises(InputError, match="'too' is none of the 3 words: did you mean two"):
        nearest_words(VECTORS, WORDS, "too")
    with pytest.raises(InputError, match="4 vectors for 5 numbers of words"):
        nearest_words(VECTORS[:4], WORDS, "one")
