"""The script that learns from reviews: its files, its answers, a table of one's own, going on."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from dltut.commands import cli
from dltut.commands.flags import run
from dltut.datasets import toy_reviews
from dltut.machine.serialize import read_arrays
from dltut.training import read_log

SCRIPT = Path(__file__).parents[1] / "scripts" / "train_lstm.py"
SMALL = "--n-hidden 12 --cell gru --batch-size 60 --rule adam --learning-rate 0.02".split()


@pytest.fixture
def main(monkeypatch, tmp_path):
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("script_train_lstm", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def test_reviews_are_told_apart_and_asked_about(main, tmp_path, capsys):
    run(main, ["--dry-run", *SMALL, "--dataset", "toy-reviews"])
    assert capsys.readouterr().out.startswith("dry run: cost 0.69") and not list(tmp_path.iterdir())
    run(main, ["--quick", *SMALL, "--dataset", "toy-reviews", "--bidirectional"])
    folder = tmp_path / "runs" / "lstm"
    names = {path.name for path in folder.iterdir()}
    assert {"best.safetensors", "log.jsonl", "curves.png", "confusion.png"} <= names
    assert min(row["valid_error"] for row in read_log(folder)) < 0.3
    capsys.readouterr()
    cli.main(["predict", str(folder), "a terrible film"])
    assert "negative" in capsys.readouterr().out
    assert (folder / "predictions" / "a terrible film-prediction.png").is_file()


def test_a_table_of_ones_own_and_going_on(main, tmp_path):
    rng, path = np.random.RandomState(1), tmp_path / "own.csv"
    rows = [(toy_reviews.review(bool(i % 2), rng), "no yes".split()[i % 2]) for i in range(200)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "liked"), *rows])
    flags = [*SMALL, "--dataset", str(path), "--longest", "12", "--longer", "cut"]
    flags += "--batch-size 20 --valid-batch-size 20 --valid-every 4 --checkpoint-seconds 0".split()

    def train(folder, *more):
        run(main, [*flags, "--run-dir", str(tmp_path / folder), *more])
        return read_arrays(tmp_path / folder / "last.ckpt")[0]

    train("stopped", "--max-epochs", "1")
    resumed, whole = (
        train("stopped", "--max-epochs", "3", "--resume"),
        train("whole", "--max-epochs", "3"),
    )
    assert resumed.keys() == whole.keys()
    for name in whole:
        if "seconds" not in name:
            np.testing.assert_array_equal(resumed[name], whole[name], err_msg=name)
