"""Every trial is run to its end once, whatever is killed on the way."""

import subprocess
import sys
from pathlib import Path

import pytest

from dltut.exceptions import InputError
from dltut.sweeps.search import Random, median
from dltut.sweeps.space import Range
from dltut.sweeps.study import STARTS, Outcome, Study

SPACE = {"x": Range(0.0, 1.0)}


def study_in(folder, n_trials=4, **options):
    return Study(folder, SPACE, Random(seed=1), n_trials, **options)


@pytest.mark.skipif(sys.platform == "win32", reason="a sweep is one process there")
def test_fifty_trials_of_killed_processes_are_fifty_rows_and_none_twice(tmp_path):
    program = Path(__file__).with_name("killed_sweep.py")
    command = [sys.executable, program, tmp_path, "3", "50"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert int(shown.stdout) >= 5
    begun = [path.read_text().splitlines() for path in tmp_path.glob("trial-*/begun")]
    assert len(begun) == 50 and max(map(len, begun)) > 1  # a kill met a running one
    assert not list(tmp_path.glob("trial-*/two at once"))
    sys.path.insert(0, str(program.parent))
    import killed_sweep

    sys.path.remove(str(program.parent))
    rows = killed_sweep.study_in(tmp_path, 50).rows()
    assert [row["trial"] for row in rows] == list(range(50))
    assert {row["outcome"] for row in rows} == {"complete"}
    assert [row["value"] for row in rows] == [
        killed_sweep.value_of(row["arguments"]) for row in rows
    ]
    search = Random(seed=1)  # and what was drawn is what one process draws in peace
    for row in rows:
        kept = search.drawn(killed_sweep.SPACE, row["trial"], [])
        named = killed_sweep.SPACE.items()
        assert row["arguments"] == {name: each.value(kept[name]) for name, each in named}


def test_a_trial_that_was_not_finished_is_run_again_with_its_arguments(tmp_path):
    study = study_in(tmp_path)
    first = study.claim()
    again = study_in(tmp_path).claim()  # the same process, so its own lock holds nobody off
    assert (again.number, again.arguments, again.folder) == (0, first.arguments, first.folder)
    assert again.folder == tmp_path / "trial-0000" and again.starts == 2
    study.finish(again, Outcome("complete", 0.5))
    assert study.claim().number == 1


def test_a_trial_that_kills_its_process_each_time_is_given_up(tmp_path):
    study = study_in(tmp_path)
    for _ in range(STARTS):
        assert study.claim().number == 0
    assert study.claim().number == 1
    row = study.rows()[0]
    assert row["outcome"] == "failed" and row["reason"].startswith("its process died 5 times")


def test_what_was_reported_counts_as_progress(tmp_path):
    study = study_in(tmp_path)
    for epoch in range(2 * STARTS):
        trial = study.claim()
        assert trial.number == 0 and trial.starts <= 2
        trial.report(epoch, 0.5)


def test_an_error_gives_the_trial_back_and_ends_the_work(tmp_path):
    study, seen = study_in(tmp_path), []

    def run(trial):
        seen.append((trial.number, trial.starts))
        if len(seen) <= 2 * STARTS:
            raise KeyboardInterrupt
        return Outcome("complete", 1.0)

    for _ in range(2 * STARTS):
        with pytest.raises(KeyboardInterrupt):
            study.work(run)
    study.work(run)
    assert seen == [(0, 1)] * (2 * STARTS) + [(number, 1) for number in range(4)]


def test_a_row_has_everything_about_a_trial(tmp_path):
    study = study_in(tmp_path, 3)
    ends = [Outcome("complete", 0.5, "accuracy", False, 7), Outcome("failed", reason="too large")]
    for outcome in ends:
        study.finish(study.claim(), outcome)
    study.claim()
    first, second, third = study.rows()
    assert first == {
        "trial": 0,
        "arguments": first["arguments"],
        "outcome": "complete",
        "value": 0.5,
        "channel": "accuracy",
        "lower": False,
        "epoch": 7,
        "reason": "",
    }
    assert (second["outcome"], second["value"], second["reason"]) == ("failed", None, "too large")
    assert third["outcome"] == "running" and third["arguments"]["x"] > 0


def test_pruning_asks_whether_the_others_were_better_by_then(tmp_path):
    """Five trials come to their end first; after 2 epochs the median of their bests is 0.3."""
    study = study_in(tmp_path, 8, pruner=median(after=2))
    for value in (0.1, 0.2, 0.3, 0.4, 0.5):
        trial = study.claim()
        assert not any(trial.report(epoch, value / epoch * 2) for epoch in (1, 2, 3))
        study.finish(trial, Outcome("complete", value))
    trial = study.claim()
    assert not trial.report(1, 0.9)  # it is too early
    assert trial.report(2, 0.31)
    again = study.claim()  # killed before it ended: it is asked again, and answers the same
    assert again.number == trial.number
    assert not again.report(1, 0.9) and again.report(2, 0.31)
    study.finish(again, Outcome("pruned", 0.31))
    good = study.claim()
    assert not good.report(1, 0.6) and not good.report(2, 0.29)


def test_more_is_better_where_it_is(tmp_path):
    study = study_in(tmp_path, 8, pruner=median())
    for value in (0.5, 0.6, 0.7, 0.8, 0.9):
        trial = study.claim()
        trial.report(1, value, lower=False)
        study.finish(trial, Outcome("complete", value, "valid_accuracy", False, 1))
    assert study.claim().report(1, 0.65, lower=False)


def test_a_folder_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be used"):
        study_in(tmp_path / "file")
