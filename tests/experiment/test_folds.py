"""A training for each fold: folders, means, and going on where it was stopped."""

from pathlib import Path

import numpy as np
import pytensor
import pytest

from dltut.commands.run import Run
from dltut.datasets import Dataset, Split
from dltut.experiment.folds import CrossValidated, mean_of
from dltut.experiment.part import Part
from dltut.experiment.train import Train
from dltut.models import LogisticRegression
from dltut.optim import sgd
from dltut.training import Criterion, read_log

X = np.random.default_rng(1).random((12, 4))
Y = np.arange(12) % 3


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytensor.config.change_flags(floatX="float64", mode="FAST_COMPILE"):
        yield


class OneEpoch(Criterion):
    """Ends a session after its first epoch."""

    def before_training(self, trainer):
        self.n = trainer.log.epoch + 1

    def is_used_up(self, log):
        return log.epoch >= self.n and log.epoch_ended

    def should_stop(self, log):
        return "enough for today" if self.is_used_up(log) else None


def folds(made=None):
    """Two folds of twelve examples, each learned for two epochs."""

    def fold(k):
        if made is not None:
            made.append(k)
        train, valid = (Split(X[part == Y % 2], Y[part == Y % 2]) for part in (k, 1 - k))
        data = Dataset(train, valid, valid, "twelve", None, tuple("xyz"))
        rule = Part(sgd, {"learning_rate": 0.5})
        return Train(data, Part(LogisticRegression), rule, batch_size=2, max_epochs=2, seed=k)

    return CrossValidated([lambda: fold(0), lambda: fold(1)])


def run(resume=False):
    run = Run(run_dir=Path("runs/mine"), resume=resume, pictures=False)
    run.configure()
    pytensor.config.floatX = "float64"
    return run


def test_a_folder_each_and_means_of_the_last_rows(capsys):
    made = []
    whole = folds(made)
    assert made == [] and whole.data.name == "twelve" and made == [0]  # when they are due
    log = whole.run(run(), "phase1")
    rows = [read_log(f"runs/mine/phase1/fold{k}") for k in (1, 2)]
    assert [len(each) for each in rows] == [2, 2] and log.rows[-1]["epoch"] == 2
    errors = [each[-1]["valid_error"] for each in rows]
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("valid_err")]
    mean, deviation = np.mean(errors), np.std(errors, ddof=1)
    assert line.split() == ["valid_error", f"{mean:.4g}", "+-", f"{deviation:.3g}", "(2", "folds)"]


def test_a_session_ends_in_any_fold_and_the_next_goes_on(capsys):
    folds().run(run())
    wanted = capsys.readouterr().out.splitlines()[-1]
    rows = [read_log(f"runs/mine/fold{k}") for k in (1, 2)]
    Path("runs").rename("whole")
    for n, told in enumerate(("fold2 has not begun", "fold2 has not begun", "fold2 has not ended")):
        folds().within([OneEpoch()]).run(run(resume=n > 0))
        shown = capsys.readouterr()
        assert told in shown.err and "folds)" not in shown.out
    folds().run(run(resume=True))
    shown = capsys.readouterr()
    assert "fold1 is done" in shown.err and shown.out.splitlines()[-1] == wanted
    again = [read_log(f"runs/mine/fold{k}") for k in (1, 2)]
    numbers = [[{k: v for k, v in row.items() if k != "seconds"} for row in each] for each in again]
    assert numbers == [[{k: v for k, v in r.items() if k != "seconds"} for r in e] for e in rows]


def test_a_dry_run_tries_the_first():
    made = []
    folds(made).run(Run(dry_run=True))
    assert made == [0] and not Path("runs").exists()


def test_what_is_told():
    assert mean_of([]) == mean_of([{"valid_error": 1.0}]) == ""
    rows = [{"valid_error": 0.1, "norm": 1.0, "test_cost": 1.0}, {"valid_error": 0.3, "norm": 2}]
    assert mean_of(rows).split()[:2] == ["valid_error", "0.2"]
