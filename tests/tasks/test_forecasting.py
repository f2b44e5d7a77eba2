"""Forecasts, their baselines against NumPy, what is read of files, and the pictures."""

from types import SimpleNamespace

import numpy as np
import pytest

from dltut.datasets.base import Split
from dltut.datasets.kinds import Series
from dltut.datasets.series import Recording, windowed
from dltut.exceptions import InputError
from dltut.models import LogisticRegression
from dltut.tasks import Forecasting, read_examples, task_from, task_of

POWER = Series(("power",), 4, (2.0,), (0.5,))
TWO = Series(("a", "b"), 3, (1.0, 10.0), (2.0, 5.0))


def linear(task, weights=None):
    """A model that is a matrix, the persistence by default."""
    n, k = np.prod(task.inputs.shape), len(task.targets.names)
    if weights is None:
        weights = np.zeros((n, k))
        d = len(task.inputs.names)
        for column in range(k):
            weights[n - d + column % d, column] = 1
    return LogisticRegression(n, k, W=weights)


@pytest.mark.parametrize("ahead", [1, 3])
def test_persistence_is_the_last_value_of_each_column(ahead, rng):
    task = Forecasting(TWO, TWO.following(ahead))
    x = rng.normal(size=(5, 6))
    last = TWO.original(x)[:, -1]
    np.testing.assert_allclose(task.persistence(x), np.tile(last, ahead))
    np.testing.assert_allclose(task.answers(linear(task), x), np.tile(last, ahead))


def test_linear_regression_is_that_of_lstsq(rng):
    x = rng.normal(size=(9000, 4)).astype("float32")
    y = x @ rng.normal(size=(4, 2)) + 3 + rng.normal(size=(9000, 2))
    task = Forecasting(POWER, POWER.following(2)).with_linear(Split(x, y))
    rows = np.column_stack([x, np.ones(9000)]).astype("float64")
    wanted = np.linalg.lstsq(rows, y.astype("float32"), rcond=None)[0]
    np.testing.assert_allclose(np.array(task.linear), wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(task.linear_forecast(x), 2 + 0.5 * (rows @ wanted), rtol=1e-4)
    again = task_from(task.facts)
    np.testing.assert_array_equal(again.linear_forecast(x), task.linear_forecast(x))


def test_a_column_that_never_varies_breaks_no_regression():
    data = windowed(Recording(np.ones((200, 1)), ["v"]), 4)
    task = task_of(data).with_linear(data.train)
    np.testing.assert_allclose(task.linear_forecast(data.test.x), 1, atol=1e-6)


def test_errors_are_in_own_units(rng):
    values = 5 + 3 * rng.normal(size=900)
    data = windowed(Recording(values, ["v"]), 4)
    task = task_of(data).with_linear(data.train)
    assert type(task) is Forecasting
    found = task.errors(linear(task), data.test)
    off = values[810 + 3 : 899] - values[810 + 4 :]
    wanted = np.sqrt((off**2).mean()), np.abs(off).mean()
    assert list(found) == ["the model", "persistence", "linear regression"]
    np.testing.assert_allclose(found["persistence"], wanted, rtol=1e-5)
    np.testing.assert_allclose(found["the model"], wanted, rtol=1e-5)
    assert found["linear regression"][0] < 0.8 * wanted[0]  # of noise: its mean


def test_many_values_in_one_line():
    one, many = (Forecasting(POWER, POWER.following(n)) for n in (1, 9))
    assert one.line([1.23456]) == "power +1 1.235"
    told = "power +1 0.000, power +2 1.000, power +3 2.000, ..., power +9 8.000"
    assert many.line(np.arange(9.0)) == told


def test_pictures_of_one_step_and_of_several(rng):
    for ahead, names in ((1, ["forecast.png"]), (5, ["forecast.png", "horizon.png"])):
        task = Forecasting(TWO, TWO.following(ahead))
        x, y = rng.normal(size=(40, 6)), rng.normal(size=(40, 2 * ahead))
        task = task.with_linear(Split(x, y))
        drawn = task.pictures(linear(task), SimpleNamespace(x=x, y=y))
        assert list(drawn) == names
        assert all(np.asarray(each).std() > 5 for each in drawn.values())


def test_the_end_of_a_file_is_the_window(tmp_path):
    path = tmp_path / "power.csv"
    path.write_text("time,power\n" + "".join(f"2024-01-01 {h:02}:00,{h}\n" for h in range(9)))
    [example] = read_examples(path, POWER)
    assert example.given.tolist() == [[5], [6], [7], [8]] and example.name == str(path)
    np.testing.assert_allclose(example.x, (np.arange(5, 9.0)[:, None] - 2) / 0.5)
    [same] = read_examples({"power": [1, 2, 5, 6, 7, 8]}, POWER)
    np.testing.assert_array_equal(same.x, example.x)
    [array] = read_examples(example.x.ravel(), POWER)
    np.testing.assert_allclose(array.given, example.given)
    rows = read_examples(np.zeros((3, 4)), POWER)
    assert [each.name for each in rows] == ["window 0", "window 1", "window 2"]
    task = Forecasting(POWER, POWER.following(2), ((0.0, 0.0),) * 5)
    assert np.asarray(task.picture(example, np.array([9.0, 10.0]))).std() > 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("power\n1\n2\n3\n", "has 3 values; the model takes the last 4, without a gap"),
        ("power\n1\n2\n3\n?\n", "has 4 values, and 1 of the last 4 are missing"),
        ("volts\n1\n2\n3\n4\n", "has no column 'power'"),
    ],
)
def test_files_that_have_no_window(text, message, tmp_path):
    path = tmp_path / "power.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_examples(path, POWER)


def test_columns_that_do_not_fit():
    with pytest.raises(InputError, match="give a, b, equally long"):
        read_examples({"a": [1, 2, 3], "b": [1, 2]}, TWO)
    with pytest.raises(InputError, match="the model takes 6 values"):
        read_examples(np.zeros((2, 4)), TWO)
    [far] = read_examples({"power": [1000.0] * 4}, POWER)
    assert far.note == "values 2e+03 standard deviations from those that were learned"
