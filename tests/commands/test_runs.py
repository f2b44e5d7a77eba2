"""Runs on a command line: short names, columns, and the status of a file that cannot be read."""

import json
from pathlib import Path

import numpy as np
import pytest

from dltut.commands.runs import columns_of_run, reading, short_names
from dltut.exceptions import InputError


@pytest.mark.parametrize(
    "runs, names",
    [
        (["runs/mlp"], ["mlp"]),
        (["runs/mlp", "runs/lenet"], ["mlp", "lenet"]),
        (["a/x/mlp", "b/x/mlp"], ["a", "b"]),
        (["runs/mlp/layer0", "runs/lenet"], ["mlp/layer0", "lenet"]),
        (["runs/mlp", "runs/mlp/layer0"], ["mlp", "mlp/layer0"]),
        (["runs/a/b/a", "runs/b/b/a"], ["a", "b"]),
        (["runs/a/b", "runs/b"], ["a/b", "b"]),
        (["runs/seed-1/mlp", "runs/seed-2/mlp", "runs/seed-1/lenet"],
         ["seed-1/mlp", "seed-2/mlp", "seed-1/lenet"]),
    ],
)  # fmt: skip
def test_short_names(runs, names):
    assert short_names([Path(run) for run in runs]) == names


def test_runs_that_have_no_names():
    with pytest.raises(InputError, match="a run is named twice"):
        short_names(["runs/mlp", "runs/../runs/mlp"])
    with pytest.raises(InputError, match="no run is named"):
        short_names([])


def test_examples_are_counted_by_whole_minibatches(tmp_path):
    rows = [{"epoch": 1, "iteration": i} for i in (0, 4)]
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (tmp_path / "config.json").write_text('{"name": "mlp", "arguments": {"batch_size": 600}}')
    np.testing.assert_array_equal(columns_of_run(tmp_path, "example")["examples"], [600, 3000])
    assert "examples" not in columns_of_run(tmp_path)
    (tmp_path / "config.json").write_text('{"name": "mlp", "arguments": {}}')
    with pytest.raises(InputError, match=r"does not say its batch_size in config\.json"):
        columns_of_run(tmp_path, "example")


def test_what_cannot_be_read_is_status_1(capsys):
    with pytest.raises(SystemExit) as end, reading():
        raise InputError("log.jsonl is damaged")
    assert end.value.code == 1 and capsys.readouterr().err == "error: log.jsonl is damaged\n"
