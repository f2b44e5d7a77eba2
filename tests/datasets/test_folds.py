"""Folds: disjoint, complete, each class in each; what a training comes to on them."""

import numpy as np
import pytest

from dltut.datasets import (
    Dataset,
    Split,
    cross_validated,
    cross_validation,
    from_arrays,
    mean_and_deviation,
)
from dltut.datasets.folds import fold_numbers
from dltut.exceptions import InputError


@pytest.fixture
def data():
    """Examples that carry their numbers, in classes of 20, 9 and 4."""
    numbers, y = np.arange(40.0)[:, None], np.repeat([0, 1, 2, 0], [20, 9, 4, 7])
    return Dataset(
        *(Split(numbers[a:b], y[a:b]) for a, b in ((0, 23), (23, 33), (33, 40))), "numbers"
    )


@pytest.mark.parametrize("n_folds", [2, 3, 5, 33])
def test_disjoint_and_complete(data, n_folds):
    folds = list(cross_validation(data, n_folds, seed=3))
    assert len(folds) == n_folds
    valid = [fold.valid.x.ravel().astype(int).tolist() for fold in folds]
    assert sorted(each for fold in valid for each in fold) == list(range(33))
    for fold, chosen in zip(folds, valid, strict=True):
        train = fold.train.x.ravel().astype(int).tolist()
        assert sorted(train + chosen) == list(range(33))
        np.testing.assert_array_equal(fold.test.x, data.test.x)
        for part in (fold.train, fold.valid):
            wanted = np.repeat([0, 1, 2], [20, 9, 4])[part.x.ravel().astype(int)]
            np.testing.assert_array_equal(part.y, wanted)
        counts = np.bincount(fold.valid.y, minlength=3)
        assert (abs(counts - np.array([20, 9, 4]) / n_folds) < 1).all()


def test_seeds(data):
    one, same, other = (next(cross_validation(data, 3, seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.valid.x, same.valid.x)
    assert {*one.valid.x.ravel()} != {*other.valid.x.ravel()}
    sizes = np.bincount(fold_numbers(np.zeros(11), 4, seed=0))
    assert sorted(sizes) == [2, 3, 3, 3]


def test_a_table_is_standardised_by_each_training_part(rng):
    x = rng.normal(5, 3, size=(40, 2))
    table = from_arrays(x, np.arange(40) % 2, names=["a", "b"])
    for fold in cross_validation(table, 4):
        np.testing.assert_allclose(fold.train.x.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(fold.train.x.std(axis=0), 1, atol=1e-5)
        back = fold.inputs.original(fold.valid.x)
        assert all(np.abs(x - row).sum(axis=1).min() < 1e-4 for row in back)


def test_any_training_over_the_folds(data):
    def train(fold):
        return {"valid_mean": fold.valid.x.mean(), "n": len(fold.valid)}

    found = cross_validated(train, data, 3, seed=1)
    wanted = [fold.valid.x.mean() for fold in cross_validation(data, 3, seed=1)]
    assert found == {"valid_mean": pytest.approx(wanted), "n": [11, 11, 11]}
    told = mean_and_deviation(found).splitlines()
    mean, deviation = np.mean(wanted), np.std(wanted, ddof=1)
    assert told[0] == f"valid_mean  {mean:.4g} +- {deviation:.3g} (3 folds)"
    assert told[1].split() == ["n", "11", "+-", "0", "(3", "folds)"]


def test_refusals(data):
    with pytest.raises(InputError, match=r"^n_folds is 1; it counts folds: a whole number, 2 or"):
        next(cross_validation(data, 1))
    with pytest.raises(InputError, match=r"^33 examples do not make 34 folds: choose fewer"):
        next(cross_validation(data, 34))
