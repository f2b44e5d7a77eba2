"""Dots where the numbers say, and how well they agree as scikit-learn would count it."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import agreement_picture

figure_of = agreement_picture.__wrapped__


def test_a_dot_an_example_and_the_diagonal(rng):
    y = rng.normal(size=30)
    predicted = y + rng.normal(size=30) / 3
    (axes,) = figure_of(y, predicted, ["height"]).axes
    dots, diagonal = axes.lines
    np.testing.assert_array_equal(dots.get_xydata(), np.c_[y, predicted])
    np.testing.assert_array_equal(*diagonal.get_data())
    assert axes.get_xlim() == axes.get_ylim() and axes.get_xlabel() == "true"
    title, scores = axes.get_title().split("\n")
    rmse, explained = np.sqrt(np.mean((y - predicted) ** 2)), 1 - np.var(y - predicted) / np.var(y)
    assert title == "height" and scores.startswith(f"RMSE {rmse:.3g}, R² ")
    assert float(scores[-4:]) == pytest.approx(explained, abs=0.02)


def test_every_target_has_a_panel(rng):
    y = rng.normal(size=(30, 2)) * [1, 1000]
    first, second = figure_of(y, y[::-1]).axes
    assert [axes.get_title()[:2] for axes in (first, second)] == ["0\n", "1\n"]
    np.testing.assert_array_equal(second.lines[0].get_xydata(), np.c_[y[:, 1], y[::-1, 1]])
    wide, narrow = agreement_picture(y, y), agreement_picture(y[:, 0], y[:, 0])
    assert wide.width > 1.8 * narrow.width and np.asarray(narrow).std() > 5


def test_numbers_that_do_not_vary():
    (axes,) = figure_of(np.ones(3), np.ones(3)).axes
    assert axes.get_title() == "0\nRMSE 0"


@pytest.mark.parametrize(
    ("y", "predicted"),
    [(np.ones(3), np.ones((3, 1))), (np.ones((0, 1)), np.ones((0, 1))), (np.ones(()), np.ones(()))],
)
def test_numbers_that_do_not_pair_up(y, predicted):
    with pytest.raises(InputError, match="do not pair up: give two arrays of equal shape"):
        agreement_picture(y, predicted)


def test_names_that_do_not_fit():
    with pytest.raises(InputError, match="1 class names for 2 classes"):
        agreement_picture(np.ones((3, 2)), np.ones((3, 2)), ["a"])
