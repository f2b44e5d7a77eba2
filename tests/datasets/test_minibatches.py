"""Minibatches visit what they promise, in the promised order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.datasets import minibatches
from dltut.exceptions import InputError

sizes = st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n)))
partials = st.sampled_from(["drop", "keep"])


def test_ten_in_threes():
    assert [len(rows) for rows in minibatches(10, 3, partial="keep")] == [3, 3, 3, 1]
    assert [len(rows) for rows in minibatches(10, 3)] == [3, 3, 3]
    np.testing.assert_array_equal(list(minibatches(10, 3))[2], [6, 7, 8])


@given(sizes, partials)
def test_sequential_is_in_order(size, partial):
    n, batch_size = size
    rows = np.concatenate(list(minibatches(n, batch_size, partial=partial)))
    n_visited = n if partial == "keep" else n - n % batch_size
    np.testing.assert_array_equal(rows, np.arange(n_visited))


@given(sizes, partials, st.integers(0, 99))
def test_shuffled_visits_each_at_most_once(size, partial, seed):
    n, batch_size = size
    batches = list(minibatches(n, batch_size, "shuffled", partial, np.random.default_rng(seed)))
    rows = np.concatenate(batches)
    assert len(set(rows.tolist())) == len(rows) == (n if partial == "keep" else n - n % batch_size)
    assert {len(each) for each in batches[:-1]} <= {batch_size}


@pytest.mark.parametrize("mode", ["shuffled", "random"])
@pytest.mark.parametrize("make_rng", [np.random.RandomState, np.random.default_rng])
def test_seed_decides_and_each_epoch_is_drawn_anew(mode, make_rng):
    def epoch(rng):
        return np.concatenate(list(minibatches(100, 10, mode, rng=rng)))

    rng = make_rng(1)
    first, second = epoch(rng), epoch(rng)
    np.testing.assert_array_equal(first, epoch(make_rng(1)))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(100))


def test_random_draws_uniformly_with_replacement():
    rng = np.random.default_rng(0)
    epochs = [each for _ in range(200) for each in minibatches(10, 5, "random", rng=rng)]
    rows = np.concatenate(epochs)
    counts = np.bincount(rows, minlength=10)
    assert np.abs(counts - 200).max() < 4 * np.sqrt(200)  # 4 standard errors


def test_unknown_arguments():
    with pytest.raises(InputError, match=r"no iteration mode 'shufled': did you mean shuffled\?"):
        minibatches(10, 3, "shufled")
    with pytest.raises(InputError, match="partial is 'even'; it is 'drop' or 'keep'"):
        minibatches(10, 3, partial="even")
    with pytest.raises(InputError, match="mode 'random' draws rows: pass rng="):
        minibatches(10, 3, "random")


@pytest.mark.parametrize("batch_size", [0, 11])
def test_batch_larger_than_the_split(batch_size):
    with pytest.raises(InputError, match=f"batch_size is {batch_size} but the split has 10 examp"):
        minibatches(10, batch_size, partial="keep")
