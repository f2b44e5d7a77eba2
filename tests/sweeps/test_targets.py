"""What can be searched is what the signature says, and a trial is a command line."""

import shlex
import subprocess
import sys

import pytensor
import pytest
from sweeps.scripts import FALLING, NUMBER, written

from dltut.commands.scripts import source
from dltut.exceptions import InputError
from dltut.sweeps.targets import ExperimentFile, Script, found
from dltut.training import read_config

PART = """
    from dltut.experiment.part import part
    from dltut.optim import sgd


    @part("rule")
    def mine(cost, params, learning_rate: float = 0.01):
        return sgd(cost, params, learning_rate)
"""
MLP = source() / "train_mlp.py"


@pytest.fixture(scope="module")
def mlp():
    return Script(MLP)


def test_values_of_a_file_become_arguments(mlp):
    given = {"n_hidden": [100, 50], "learning_rate": 1, "dataset": "digits", "quick": True}
    given |= {"partial": None, "data_dir": "data", "l2_reg": 1e-05}
    checked = mlp.checked(given)
    assert checked["n_hidden"] == (100, 50) and isinstance(checked["learning_rate"], float)
    assert checked["data_dir"].name == "data" and checked["partial"] is None
    assert (checked["dataset"], checked["quick"], checked["l2_reg"]) == ("digits", True, 1e-05)
    assert mlp.checked({"n_hidden": 100})["n_hidden"] == (100,)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"learning_rat": 0.1}, "train_mlp.py takes no learning_rat; did you mean learning_rate?"),
        ({"batch_size": 0.5}, "batch_size is '0.5'; expected a whole number"),
        ({"l1_reg": -1}, "l1_reg is '-1'; expected a number, 0 or above"),
        ({"partial": "some"}, "partial is 'some'; expected drop or keep"),
        ({"run_dir": "here"}, "run_dir is not for a sweep to choose"),
        ({"quick": 3}, "quick is '3'"),
    ],
)
def test_what_main_does_not_take_is_refused(mlp, given, message):
    with pytest.raises(InputError) as error:
        mlp.checked(given)
    assert message in str(error.value)


def test_a_run_has_the_folder_and_goes_on_with_what_is_there(tmp_path):
    script = Script(written(tmp_path, FALLING))
    assert script.run({"max_epochs": 1}, tmp_path / "run").epoch == 1
    assert len(script.run({"max_epochs": 3}, tmp_path / "run").rows) == 3


def test_the_command_line_is_one_that_can_be_copied(tmp_path, mlp, monkeypatch):
    monkeypatch.chdir(MLP.parents[1])
    values = {"n_hidden": [100, 50], "quick": True, "resume": False, "partial": None}
    assert mlp.command(values | {"dataset": "my file.csv"}) == (
        "python scripts/train_mlp.py --n-hidden 100 50 --quick --no-resume --dataset 'my file.csv'"
    )
    text = f"{NUMBER}\n    if __name__ == '__main__':\n        import sys"
    text += "\n        print(main(float(sys.argv[2])))"
    [_, *command] = shlex.split(Script(written(tmp_path, text)).command({"x": 3.0}))
    shown = subprocess.run([sys.executable, *command], capture_output=True, check=True)
    assert shown.stdout.split() == [b"4.0"]


def test_a_script_is_looked_for_beside_the_file_here_and_among_the_tutorials(tmp_path, monkeypatch):
    assert found("train_mlp.py", tmp_path) == MLP.resolve()
    assert found("mlp.yaml", tmp_path).parent.name == "experiments"
    mine = written(tmp_path, NUMBER, "train_mlp.py")
    assert found("train_mlp.py", tmp_path) == mine.resolve()
    with pytest.raises(InputError, match=r"there is no train_mpl.py beside the sweep's file"):
        found("train_mpl.py", tmp_path)


def test_what_is_no_script_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no function main"):
        Script(written(tmp_path, "x = 3"))
    with pytest.raises(InputError, match="is no Python file"):
        Script(written(tmp_path, "x = 3", "script.txt"))


def test_a_script_imports_from_its_own_folder(tmp_path):
    written(tmp_path, "FACTOR = 3", "beside_the_script.py")
    text = "from beside_the_script import FACTOR\n\ndef main(x: float = 1.0): return FACTOR * x"
    assert Script(written(tmp_path, text)).run({"x": 2.0}, tmp_path) == 6


def test_an_experiment_is_searched_by_the_paths_in_it(tmp_path):
    experiment = ExperimentFile(source() / "experiments" / "mlp.yaml")
    values = {"rule.learning_rate": 0.05, "model.n_hidden": [10, 5], "dataset": "digits"}
    assert experiment.checked(values) == values
    with pytest.raises(InputError, match=r"learning_rat.*did you mean learning_rate"):
        experiment.checked({"rule.learning_rat": 0.05})
    with pytest.raises(InputError, match="n_hidden"):
        experiment.checked({"model.n_hidden": "many"})
    own = written(tmp_path, PART, "my_parts.py")
    assert experiment.checked({"rule.name": "mine", "parts": [str(own)]})
    with pytest.raises(InputError, match="there is no mine"):
        experiment.checked({"rule.name": "mine"})
    command = experiment.command(values | {"quick": True})
    assert command.endswith(
        "--set rule.learning_rate=0.05 --set 'model.n_hidden=[10, 5]' --set 'dataset=\"digits\"' "
        "--quick"
    )


@pytest.mark.slow
def test_an_experiment_runs_with_the_values(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    experiment = ExperimentFile(source() / "experiments" / "mlp.yaml")
    values = {"rule.learning_rate": 0.05, "model.n_hidden": [5], "dataset": "digits"}
    values |= {"max_epochs": 2, "floatX": "float32", "quick": True}
    with pytensor.config.change_flags(floatX="float32", mode="FAST_COMPILE"):
        log = experiment.run(values, tmp_path / "trial")
        assert len(log.rows) >= 2
        assert experiment.run(values, tmp_path / "trial").rows == log.rows  # it goes on: nothing
        experiment.dry_run(values)
    assert not list((tmp_path / "trial").rglob("*.png"))  # of every trial, that took a while
    arguments = str(read_config(tmp_path / "trial" / "run")["arguments"])
    assert "0.05" in arguments and "[5]" in arguments
