"""Lines where the numbers say: truth, forecasts, residuals, horizons."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import continuation_picture, forecast_picture, horizon_picture

figure_of = forecast_picture.__wrapped__


def test_residuals_are_truth_less_forecast(rng):
    truth, one, two = rng.normal(size=(3, 2, 8))
    figure = figure_of(truth, {"one": one, "two": two}, rng.normal(size=(2, 60)), ["a", "b"], "kW")
    above, right, below, _ = figure.axes
    lines = {line.get_label(): line.get_ydata() for line in above.lines}
    np.testing.assert_array_equal(lines["what came"], truth[0])
    np.testing.assert_array_equal(lines["one"], one[0])
    two_below, one_below, zero = below.lines
    np.testing.assert_array_equal(one_below.get_ydata(), truth[0] - one[0])
    np.testing.assert_array_equal(two_below.get_ydata(), truth[0] - two[0])
    assert not any(zero.get_ydata()) and right.get_title() == "b" and above.get_ylabel() == "kW"
    assert above.lines[0].get_xdata()[[0, -1]].tolist() == [-49, 0]  # the history's end
    assert np.asarray(forecast_picture(truth, {"one": one})).std() > 5


def test_a_series_goes_on_at_its_last_value(rng):
    history, ahead = rng.normal(size=(20, 2)), rng.normal(size=(3, 2))
    figure = continuation_picture.__wrapped__(history, {"it": ahead}, ["a", "b"])
    line = next(each for each in figure.axes[1].lines if each.get_label() == "it")
    np.testing.assert_array_equal(line.get_ydata(), [history[-1, 1], *ahead[:, 1]])
    assert line.get_xdata().tolist() == [0, 1, 2, 3]


def test_errors_by_the_steps_ahead():
    figure = horizon_picture.__wrapped__({"it": np.array([1.0, 2, 3]), "other": np.ones(3)}, "of v")
    (axes,) = figure.axes
    assert axes.get_ylabel() == "RMSE of v" and axes.lines[1].get_ydata().tolist() == [1, 2, 3]


def test_what_does_not_fit(rng):
    with pytest.raises(InputError, match="give arrays of one shape"):
        forecast_picture(np.ones((1, 3)), {"it": np.ones((1, 4))})
    with pytest.raises(InputError, match="give arrays of one shape"):
        forecast_picture(np.ones((1, 3)), {})
    with pytest.raises(InputError, match="that do not go on it"):
        continuation_picture(np.ones((3, 1)), {"it": np.ones((2, 2))}, ["a"])
    with pytest.raises(InputError, match="give one or more arrays of one length"):
        horizon_picture({})
