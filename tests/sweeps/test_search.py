"""A draw depends on the seed, the number and the trials before; a grid comes to everything once."""

import itertools

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.sweeps.search import TPE, Grid, Random, grid_size, made
from dltut.sweeps.space import Choices, Range
from dltut.sweeps.study import Outcome, Study

SPACE = {"x": Range(-3.0, 3.0), "kind": Choices(["a", "b"])}


def value_of(arguments):
    return (arguments["x"] - 1) ** 2 + (arguments["kind"] == "b")


def swept(folder, search, *n_trials):
    """The rows of a study that is opened anew for each of these numbers of trials."""
    for n in n_trials:
        study = Study(folder, SPACE, search, n)
        study.work(lambda trial: Outcome("complete", value_of(trial.arguments)))
    return study.rows()


def test_a_random_draw_depends_on_seed_and_number_alone():
    drawn = [Random(seed).drawn(SPACE, number, []) for seed in (0, 1) for number in range(20)]
    again = [Random(seed).drawn(SPACE, number, []) for seed in (0, 1) for number in range(20)]
    assert drawn == again and len({each["x"] for each in drawn}) == 40


def test_a_grid_comes_to_every_combination_once():
    space = {"a": Range(1, 3), "b": Choices(["x", "y"]), "c": Range(0.0, 1.0, points=2)}
    drawn = [Grid().drawn(space, number, []) for number in range(grid_size(space))]
    assert [tuple(each.values()) for each in drawn] == list(
        itertools.product([1, 2, 3], ['"x"', '"y"'], [0.0, 1.0])
    )


def test_tpe_is_the_same_however_often_it_is_stopped_and_finds_the_valley(tmp_path):
    whole = swept(tmp_path / "whole", TPE(seed=1), 25)
    parts = swept(tmp_path / "parts", TPE(seed=1), 3, 14, 25)
    assert parts == whole
    late = [value_of(row["arguments"]) for row in whole[15:]]
    early = [value_of(row["arguments"]) for row in whole[:10]]
    assert np.median(late) < np.median(early) / 2


def test_tpe_learns_from_what_failed(tmp_path):
    """Everything above 0 fails; the draws after the random ones are mostly below."""
    study = Study(tmp_path, {"x": Range(-1.0, 1.0)}, TPE(seed=2, first=10), 30)

    def run(trial):
        x = trial.arguments["x"]
        return Outcome("failed", reason="too high") if x > 0 else Outcome("complete", -x)

    study.work(run)
    xs = np.array([row["arguments"]["x"] for row in study.rows()])
    assert 3 <= (xs[:10] > 0).sum() <= 7 and (xs[10:] > 0).sum() <= 6


@pytest.mark.parametrize(
    ("role", "given", "message"),
    [
        ("search", {"name": "grd"}, "search: there is no grd; did you mean grid?"),
        ("search", {"seed": 1}, "search has no name: write {name: grid, ...}"),
        ("search", {"name": "tpe", "sede": 1}, "search tpe: there is no sede; did you mean seed?"),
        ("search", {"name": "tpe", "seed": -1}, "search tpe: seed is -1; expected a whole number"),
        ("prune", {"name": "halving", "factor": 1}, "factor is 1; expected a whole number, 2 or"),
        ("prune", {"name": 3}, "prune: there is no 3;"),
    ],
)
def test_unknown_names_and_arguments_are_refused(role, given, message):
    with pytest.raises(InputError) as error:
        made(role, given)
    assert message in str(error.value)


def test_a_name_alone_will_do():
    assert isinstance(made("search", "grid"), Grid)
    assert isinstance(made("search", {"name": "grid", "seed": 3}), Grid)  # as the others have one


def test_a_grid_names_the_range_that_is_no_list():
    with pytest.raises(InputError, match="space: rate: a grid takes single numbers"):
        grid_size({"n": Range(1, 3), "rate": Range(0.0, 1.0)})
    with pytest.raises(
        InputError, match=r"a grid of 1000.* trials; expected 1,000,000,000 at most"
    ):
        grid_size({f"n{k}": Range(1, 10_000) for k in range(20)})
