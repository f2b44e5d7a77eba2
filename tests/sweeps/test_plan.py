"""A sweep's file is checked whole before anything runs, against what it is to run."""

import pytest

from dltut.exceptions import InputError
from dltut.sweeps.plan import read_sweep
from dltut.sweeps.space import Choices, Range

FILE = """
script: train_logistic.py
fixed: {dataset: digits, max_epochs: 2}
space: {learning_rate: {low: 1e-4, high: 1, log: true}, batch_size: {choices: [50, 100]}}
"""


def sweep_of(folder, text, **changes):
    path = folder / "mine.yaml"
    path.write_text(text)
    return read_sweep(path, **changes)


def test_a_file_is_a_sweep(tmp_path):
    sweep = sweep_of(tmp_path, FILE)
    assert sweep.choices == {
        "learning_rate": Range(1e-4, 1, log=True),
        "batch_size": Choices([50, 100]),
    }
    assert sweep.n_trials == 50 and sweep.target.path.name == "train_logistic.py"
    assert sweep_of(tmp_path, FILE + "n_trials: 7").n_trials == 7
    assert sweep_of(tmp_path, FILE + "n_trials: 7", n_trials=9).n_trials == 9


def test_a_grid_has_as_many_trials_as_points(tmp_path):
    grid = FILE.replace("log: true", "log: true, points: 5") + "search: grid\n"
    assert sweep_of(tmp_path, grid).n_trials == 10
    assert sweep_of(tmp_path, grid, n_trials=4).n_trials == 4
    assert sweep_of(tmp_path, grid, n_trials=40).n_trials == 10


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("learning_rate", "learnin_rate", "train_logistic.py takes no learnin_rate; did you mean"),
        ("low: 1e-4", "low: -1", "space: learning_rate: with log, low is above 0"),
        ("[50, 100]", "[50, half]", "batch_size is 'half'; expected a whole number"),
        ("dataset: digits", "datset: digits", "takes no datset; did you mean dataset?"),
        ("max_epochs: 2", "max_epochs: -2", "max_epochs is '-2'; expected a whole number, 0 or"),
        ("max_epochs: 2", "batch_size: 2", "batch_size is fixed and searched: keep one"),
        ("script: train", "script: trian", "there is no trian_logistic.py beside"),
        ("script: train_logistic.py", "channel: valid_error", "either a script or an experiment"),
        ("space:", "spcae:", "the sweep: there is no spcae; did you mean space?"),
        ("space:", "search: {name: gird}\nspace:", "search: there is no gird; did you mean grid?"),
        ("space:", "prune: {name: median, afer: 3}\nspace:", "no afer; did you mean after?"),
        ("space:", "search: grid\nspace:", "space: learning_rate: a grid takes single numbers"),
        ("space:", "n_trials: 0\nspace:", "n_trials is 0; expected a whole number, 1 or above"),
        ("space:", "beside: here\nspace:", "there is no beside"),
    ],
)
def test_a_mistake_is_one_line_before_anything_runs(tmp_path, old, new, message):
    with pytest.raises(InputError) as error:
        sweep_of(tmp_path, FILE.replace(old, new, 1))
    assert "mine.yaml" in str(error.value) and message in str(error.value)


def test_every_value_of_a_range_must_fit_not_its_lower_end_alone(tmp_path):
    text = FILE.replace("batch_size: {choices: [50, 100]}", "max_epochs: {low: 1, high: 2.5}")
    with pytest.raises(InputError, match=r"max_epochs is '2.5'; expected a whole number"):
        sweep_of(tmp_path, text.replace(", max_epochs: 2", ""))
