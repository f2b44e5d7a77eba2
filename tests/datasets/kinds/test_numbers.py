"""Numbers standardised and back; windows of series."""

import numpy as np
import pytest

from dltut.datasets import Numbers, Series, kind_from
from dltut.exceptions import InputError


def test_as_many_means_as_columns():
    with pytest.raises(InputError, match="1 values of mean for 2 columns"):
        Numbers(("a", "b"), mean=[0.0])


def test_standardised_and_back(rng):
    values = rng.normal(1e6, 3, size=(50, 3))
    values[:, 1] = 0.1 + 0.2  # constant, but for rounding
    numbers = Numbers(("a", "b", "c")).fitted(values)
    x = numbers.standardised(values)
    assert x.dtype == np.float32 and np.isfinite(x).all()
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(x.std(axis=0), [1, 0, 1], atol=1e-6)
    np.testing.assert_allclose(numbers.original(x), values, rtol=1e-9, atol=1e-6)
    one = Numbers(["y"]).fitted(values[:, 0])
    np.testing.assert_allclose(
        one.original(one.standardised(values[:, 0])), values[:, 0], atol=1e-6
    )


def test_windows_of_a_series():
    series = Series(("power", "voltage"), 3, mean=(1.0, 230.0), scale=(0.5, 10.0))
    assert kind_from(series.facts) == series
    rows = np.arange(12.0).reshape(2, 6)
    wanted = rows.reshape(2, 3, 2) * [0.5, 10.0] + [1.0, 230.0]
    np.testing.assert_array_equal(series.original(rows), wanted)
    with pytest.raises(InputError, match=r"has shape \(5,\), expected 6 numbers: 3 steps of power"):
        series.checked(rows[:, :5], "train")
    for steps in (0, 2.5):
        with pytest.raises(InputError, match="steps; expected 1 or more"):
            Series(("power",), steps)
