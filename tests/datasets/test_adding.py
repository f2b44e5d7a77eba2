"""The adding problem against its definition."""

import numpy as np
import pytest

from dltut.datasets.adding import VARIANCE, examples, load
from dltut.exceptions import InputError


@pytest.mark.parametrize("length", [2, 3, 50])
def test_two_marked_numbers_one_in_each_half(length):
    x, y = examples(np.random.default_rng(1), 400, length)
    numbers, marks = x.reshape(400, length, 2).transpose(2, 0, 1)
    assert ((marks == 0) | (marks == 1)).all() and (marks[:, : length // 2].sum(axis=1) == 1).all()
    assert (marks.sum(axis=1) == 2).all() and numbers.min() >= 0 and numbers.max() < 1
    for row, (each, mark) in enumerate(zip(numbers, marks, strict=True)):
        assert y[row, 0] == pytest.approx(each[mark == 1].sum(), abs=1e-6)
    assert len({*marks[:, : length // 2].argmax(axis=1)}) == length // 2  # anywhere


def test_who_always_says_1_is_off_by_the_variance():
    _, y = examples(np.random.default_rng(2), 20_000, 4)
    assert ((y - 1) ** 2).mean() == pytest.approx(VARIANCE, rel=0.03)


def test_parts_differ_and_come_again():
    one, two = load(5, 30, 20, 10), load(5, 30, 20, 10)
    assert [len(part) for part in one] == [30, 20, 10] and one.inputs.shape == (5, 2)
    assert all((a.x == b.x).all() for a, b in zip(one, two, strict=True))
    assert not (one.train.x[:10] == one.test.x).all() and (load(5, seed=2).train.x[0] != 0).any()


def test_sequences_without_room():
    with pytest.raises(InputError, match="length 1 has no room for two marks"):
        load(1)
    with pytest.raises(InputError, match="n is 0"):
        examples(np.random.default_rng(1), 0, 5)
