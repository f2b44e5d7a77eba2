"""Each trial is a mark at its argument and its value."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import trials_picture

figure_of = trials_picture.__wrapped__


def row(trial, outcome, value, **arguments):
    number = {"value": value, "channel": "valid_error", "lower": True, "epoch": 4, "reason": ""}
    return {"trial": trial, "outcome": outcome, "arguments": arguments} | number


ROWS = [
    row(0, "complete", 0.5, rate=0.01, hidden=[10], n=1),
    row(1, "pruned", 0.75, rate=0.1, hidden=[10, 10], n=5),
    row(2, "complete", 0.25, rate=1.0, hidden=[10], n=1),
    row(3, "failed", None, rate=100.0, hidden=[9], n=3),
    row(4, "running", None, rate=50.0, hidden=[9], n=3),
]


def marks(axes):
    """{label: places} of a panel."""
    return {each.get_label(): each.get_offsets().tolist() for each in axes.collections}


def test_every_argument_has_a_panel_with_all_that_ended():
    rate, hidden, n = figure_of(ROWS, log=["rate"]).axes
    assert [axes.get_xlabel() for axes in (rate, hidden, n)] == ["rate", "hidden", "n"]
    assert rate.get_ylabel() == "validation error (%)" and hidden.get_ylabel() == ""
    assert marks(rate) == {
        "complete": [[0.01, 50], [1.0, 25]],
        "pruned": [[0.1, 75]],
        "failed": [[100.0, 1.0]],  # at the upper edge
        "best": [[1.0, 25]],
    }
    assert rate.get_xscale() == "log" and rate.get_xlim()[1] > 100
    assert [text.get_text() for text in hidden.get_xticklabels()] == ["[9]", "[10]", "[10, 10]"]
    places = np.array(marks(hidden)["complete"])[:, 0]
    assert np.abs(places - 1).max() < 0.3 and places[0] != places[1]
    assert [text.get_text() for text in n.get_xticklabels()] == ["1", "3", "5"]


def test_more_is_better_where_it_is_and_wide_values_are_logarithmic():
    rows = [*ROWS, row(5, "complete", 0.001, rate=2.0, hidden=[9], n=3)]
    axes = figure_of([each | {"lower": False, "channel": "norm"} for each in rows]).axes[0]
    assert marks(axes)["best"][0][1] == 0.75 and axes.get_yscale() == "log"
    assert figure_of(ROWS).axes[0].get_yscale() == "linear"


def test_numbers_of_which_there_are_many_have_an_axis_of_numbers():
    rows = [row(i, "complete", 0.1 + i / 100, n=i) for i in range(12)]
    (axes,) = figure_of(rows).axes
    assert marks(axes)["complete"][7] == [7, pytest.approx(17)]


def test_a_picture_comes_out_when_all_failed_and_none_before_one_ended():
    assert trials_picture(ROWS[3:4]).width > 300
    with pytest.raises(InputError, match="no trial has ended yet"):
        trials_picture(ROWS[4:])
