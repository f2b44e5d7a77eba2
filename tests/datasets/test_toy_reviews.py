"""Made-up reviews: the same from the same seed, as many of each class, and fit to their label."""

import numpy as np
import pytest

from dltut.datasets import load, toy_reviews


def test_the_same_from_the_same_seed():
    one, two, other = (toy_reviews.load(seed=seed) for seed in (1, 1, 2))
    for split, again in zip(one, two, strict=True):
        np.testing.assert_array_equal(split.words, again.words)
        assert split.y.mean() == 0.5
    assert (
        one.train.words.shape != other.train.words.shape
        or (one.train.words != other.train.words).any()
    )


@pytest.mark.parametrize("is_good", [False, True])
def test_what_stands_alone_fits_its_label(is_good):
    rng = np.random.default_rng(0)
    own, other = (toy_reviews.GOOD, toy_reviews.BAD)[:: 1 if is_good else -1]
    for _ in range(200):
        words = toy_reviews._judgement(is_good, rng).split()
        turned = {"not", "far", "nothing", "never"} & {*words}
        if {"loved", "hated"} & {*words}:
            assert ("loved" in words) == is_good
        else:
            assert {*words} & {*(other if turned else own).split("|")}


def test_longest_and_quick():
    data = load("toy-reviews", quick=True, longest=20)
    assert [len(split) for split in data] == [1200, 600, 600] and data.train.words.shape[1] <= 20
