import numpy as np
import pytest

from dltut.machine.channels import better, is_rate, measure_of, printed, rises, significant, words


@pytest.mark.parametrize(
    ("name", "called", "measure", "rate", "rising"),
    [
        ("valid_error", "validation error", "error", True, False),
        ("test_accuracy", "test accuracy", "accuracy", True, True),
        ("train_cost", "training cost", "cost", False, False),
        ("valid_label_error", "validation label error", "label_error", True, False),
        ("valid_mean_squared_error", "validation mean squared error", None, False, False),
        ("valid_f1", "validation f1", "f1", True, True),
        ("valid_pseudo_likelihood", "validation pseudo likelihood", None, False, True),
        ("valid_y_misclass", "validation y misclass", "y_misclass", True, False),
        ("norm", "norm", "norm", False, False),
        ("valid", "valid", "valid", False, False),
        ("error", "error", "error", True, False),
    ],
)
def test_names(name, called, measure, rate, rising):
    assert words(name) == called
    assert measure_of(name) == measure or measure is None
    assert (is_rate(name), rises(name)) == (rate, rising)


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (None, "8.765 %"),
        (1, "9 %"),
        (100, "9 %"),
        (101, "8.8 %"),
        (1000, "8.8 %"),
        (9600, "8.77 %"),
    ],
)
def test_a_rate_has_the_digits_that_its_examples_can_tell(n, text):
    assert printed("valid_error", 0.08765, n) == text
    if n:
        assert len({printed("valid_error", k / n, n) for k in range(n + 1)}) == n + 1


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan, np.inf])
def test_what_is_no_share_is_printed_as_it_is(value):
    assert printed("valid_error", value, 100) == f"{value:.4g}"


def test_nan_and_ties_are_not_better():
    for lower in (True, False):
        assert better(0.5, None, lower)
        assert not better(np.nan, None, lower)
        assert not better(0.5, 0.5, lower)
        assert better(0.25, 0.5, lower) == lower
        assert not better(np.nan, 0.5, lower)


@pytest.mark.parametrize(
    ("value", "best", "lower", "is_rate", "enough"),
    [
        (0.49, 0.5, True, True, True),  # below .495
        (0.496, 0.5, True, True, False),
        (0.506, 0.5, False, True, True),  # lacks .494, below .495
        (0.504, 0.5, False, True, False),
        (0.504, 0.5, False, False, False),  # has to be above .505
        (0.506, 0.5, False, False, True),
        (-99.5, -100.0, False, False, False),  # above -99
        (-98.5, -100.0, False, False, True),
        (0.5, None, True, True, True),
    ],
)
def test_by_enough(value, best, lower, is_rate, enough):
    assert significant(value, best, lower, 0.99, is_rate) == enough
