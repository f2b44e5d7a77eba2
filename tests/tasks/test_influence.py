"""What is lost without a word, where that is known beforehand."""

import numpy as np
from scipy import special

from dltut.tasks.influence import word_influences

WEIGHTS = np.array([0.0, 0.0, 1.5, -2.0, 0.02])  # of each word's number, in the log-odds


def chances(rows):
    p = special.expit(WEIGHTS[rows].sum(axis=1))
    return np.stack([1 - p, p], axis=1)


def test_log_odds_that_are_a_sum_give_each_word_its_own():
    words = np.array([2, 4, 3, 2] * 40)[:130]  # more than are asked about at a time
    words[10:] = 4
    np.testing.assert_allclose(word_influences(chances, words, 1), WEIGHTS[words], atol=1e-6)
    np.testing.assert_allclose(word_influences(chances, words, 0), -WEIGHTS[words], atol=1e-6)


def test_numbers_are_compared_as_they_are():
    found = word_influences(
        lambda rows: WEIGHTS[rows].sum(axis=1)[:, None], np.array([2, 3]), 0, False
    )
    np.testing.assert_allclose(found, [1.5, -2.0])


def test_a_single_word_and_none():
    assert word_influences(chances, np.array([2]), 1).tolist() == [0]
    assert word_influences(chances, np.array([], int), 1).tolist() == []
