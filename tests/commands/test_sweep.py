"""python -m dltut sweep: a small real sweep, its table, its picture, and the best once more."""

import shlex
import subprocess
import sys

import pytensor
import pytest

from dltut.commands import cli
from dltut.sweeps import read_sweep, run_sweep
from dltut.training import read_log

FILE = """
script: train_logistic.py
fixed: {dataset: digits, quick: true, floatX: float32}
space: {learning_rate: {choices: [1e-4, 0.1]}, batch_size: {choices: [100, 2000]}}
search: grid
"""


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    with pytensor.config.change_flags(floatX="float32", mode="FAST_COMPILE"):
        yield


@pytest.mark.slow
def test_a_small_grid_over_logistic_regression(tmp_path, capsys, repository):
    (tmp_path / "rates.yaml").write_text(FILE)
    cli.main(["sweep", "rates.yaml"])
    said = capsys.readouterr()
    table = [line.split() for line in said.out.splitlines()]
    assert table[0] == "trial validation error epoch learning_rate batch_size".split()
    assert [row[0] for row in table[1:3]] == ["2", "0"] and table[1][-1] == "best"
    reasons = {row[0]: " ".join(row) for row in table[3:]}
    assert set(reasons) == {"1", "3"}  # larger than the quick split
    assert all("failed: " in each and "batch" in each for each in reasons.values())
    assert {"sweep.png", "table.csv", "study.journal"} <= {
        path.name for path in (tmp_path / "runs" / "rates").iterdir()
    }
    best = said.err.splitlines()[-1].removeprefix("the best again: python ")
    command = [sys.executable, *shlex.split(best), "--run-dir", "again"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    rows = [read_log(folder) for folder in ("again", "runs/rates/trial-0002")]
    for row in (*rows[0], *rows[1]):
        del row["seconds"]
    assert rows[0] == rows[1]
    cli.main(["sweep", "--table", "runs/rates"])
    assert capsys.readouterr().out == said.out


def test_mistakes_are_one_line(tmp_path, capsys, monkeypatch):
    (tmp_path / "wrong.yaml").write_text(FILE.replace("learning_rate", "lerning_rate"))
    for arguments, line in [
        (["wrong.yaml"], "wrong.yaml: train_logistic.py takes no lerning_rate; did you mean"),
        ([], "0 files are named: give one, such as scripts/sweeps/mlp.yaml"),
        (["--table", "nowhere"], "nowhere holds no sweep"),
        (["missing.yaml"], "missing.yaml cannot be read"),
    ]:
        with pytest.raises(SystemExit) as end:
            cli.main(["sweep", *arguments])
        said = capsys.readouterr().err
        assert end.value.code == 2 and said.count("\n") == 1 and line in said
    assert not (tmp_path / "runs").exists()


def test_without_optuna_there_is_a_line(tmp_path):
    code = "import sys; sys.modules['optuna'] = None; from dltut.commands import cli; "
    code += "cli.main(['sweep', 'any.yaml'])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr == "error: sweeps are made by Optuna: pip install 'dltut[sweep]'\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["logistic.yaml", "mlp_grid.yaml"])
def test_the_examples_run(name, repository, tmp_path):
    sweep = read_sweep(repository / "scripts" / "sweeps" / name, n_trials=1)
    sweep.fixed |= {"quick": True, "max_epochs": 1}
    [row] = run_sweep(sweep, tmp_path / "sweep").rows()
    assert row["outcome"] == "complete" and row["channel"] == "valid_error"
