"""A space says which values there are, and refuses what makes none."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.sweeps.search import Random
from dltut.sweeps.space import Choices, Range, read_space


def draws(each, n=2000):
    """What a random search draws, as the argument's values."""
    search = Random(seed=3)
    return [each.value(search.drawn({"a": each}, number, [])["a"]) for number in range(n)]


def test_factors_are_equally_likely_and_within_the_bounds():
    values = np.array(draws(Range(1e-4, 1, log=True)))
    assert values.min() >= 1e-4 and values.max() <= 1
    decades, _ = np.histogram(np.log10(values), bins=4, range=(-4, 0))
    assert abs(decades - 500).max() < 90  # 4.6 standard deviations


def test_whole_numbers_and_steps_stay_what_they_are():
    assert set(draws(Range(2, 5), 60)) == {2, 3, 4, 5}
    assert all(isinstance(each, int) for each in draws(Range(1, 1000, log=True), 10))
    assert set(draws(Range(0, 0.5, step=0.2), 40)) == {0.0, 0.2, 0.4}  # 0.5 is no step
    assert set(draws(Range(10, 40, step=10), 40)) == {10, 20, 30, 40}


def test_a_number_has_five_digits_and_stays_between_the_ends():
    narrow = Range(0.1234567, 0.1234568)
    assert narrow.kept(0.12345671) == 0.1234568  # five digits would be 0.12346
    assert Range(0.0, 1.0).kept(1 / 3) == 0.33333


def test_choices_are_any_plain_values():
    values = [1, 1.0, "1", None, True, [100, 100], {"name": "sgd"}]
    assert draws(Choices(values), 80).count([100, 100]) > 3
    assert [Choices(values).value(each) for each in Choices(values).grid()] == values


def test_a_grid_takes_steps_points_and_all_whole_numbers():
    assert Range(1e-3, 10, log=True, points=5).grid() == [0.001, 0.01, 0.1, 1.0, 10.0]
    assert Range(0, 1.0, points=3).grid() == [0.0, 0.5, 1.0]
    assert Range(1, 100, log=True, points=3).grid() == [1, 10, 100]
    assert Range(1, 3, points=9).grid() == [1, 2, 3]
    for open_range in (Range(0.0, 1), Range(1, 9, log=True)):
        with pytest.raises(InputError, match="a grid takes single numbers"):
            open_range.grid()
    for endless in (Range(0, 1, points=10**18), Range(0, 10**18), Range(0, 1, step=1e-9)):
        with pytest.raises(InputError, match=r"a grid of 1000.* numbers; expected 10,000 at most"):
            endless.grid()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"low": 1, "high": 1}, "low = 1 is not below high = 1"),
        ({"low": 0, "high": 1, "log": True}, "with log, low is above 0, not 0"),
        ({"low": 1, "high": 2, "log": True, "step": 1}, "log and step contradict each other"),
        ({"low": 1, "high": 2, "step": 5}, "step = 5 does not lead from 1 to 2"),
        ({"low": 1, "hihg": 2}, "there is no hihg; did you mean high?"),
        ({"low": 1}, "high is missing: give a number"),
        ({"low": -1e308, "high": 1e308}, "from -1e+308 to 1e+308 it is too far to count the steps"),
        ({"low": 0, "high": 1, "step": 1e-320}, "from 0 to 1 it is too far to count the steps"),
        ({"low": "a", "high": 2}, "low is 'a'; expected a number"),
        ({"low": 10**400, "high": 2}, "low is 1000"),
        ({"choices": []}, "choices are one value or more, each of them once"),
        ({"choices": [[1], [1]]}, "choices are one value or more, each of them once"),
        ({"choices": 3}, "choices are a list of values"),
        ({"choices": [1], "low": 2}, "write {low: ..., high: ...} or {choices: [...]}"),
        ([1, 2], "write {low: ..., high: ...} or {choices: [...]}"),
    ],
)
def test_a_wrong_description_is_one_line_with_the_argument(given, message):
    with pytest.raises(InputError) as error:
        read_space({"rate": given})
    assert str(error.value).startswith("space: rate: ") and message in str(error.value)
    assert str(error.value).count("space: rate") == 1


def test_an_empty_space_is_refused():
    with pytest.raises(InputError, match="space is empty"):
        read_space({})
