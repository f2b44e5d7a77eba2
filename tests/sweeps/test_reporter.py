"""A trial's outcome is what its log says, and a mistake that all would meet ends the sweep."""

import pytest
from sweeps.scripts import FALLING, NUMBER, written

from dltut.exceptions import InputError
from dltut.sweeps.reporter import DIVERGED, PRUNED, EveryTrial, Reporter, run_trial
from dltut.sweeps.search import Grid, median
from dltut.sweeps.space import Choices
from dltut.sweeps.study import Outcome, Study
from dltut.sweeps.targets import Script
from dltut.training import Diverged, Log, read_log

STARTS = [0.4, 0.5, 0.6, 0.3, 0.7, 1, 2, 0.8]


@pytest.fixture
def falling(tmp_path):
    return Script(written(tmp_path, FALLING))


def study_in(folder, starts=STARTS, **options):
    space = {"start": Choices(starts)}
    return Study(folder / "sweep", space, Grid(), len(starts), **options)


def test_the_best_of_the_watched_channel_and_the_reasons_of_those_that_failed(tmp_path, falling):
    study = study_in(tmp_path, pruner=median(after=2, trials=5))
    study.work(lambda trial: run_trial(falling, {}, trial))
    outcomes = [row["outcome"] for row in study.rows()]
    assert outcomes == ["complete"] * 5 + ["failed"] * 2 + ["pruned"]
    values = [row["value"] for row in study.rows()]
    assert values == [0.1, 0.125, 0.15, 0.075, 0.175, None, None, 0.4]
    assert [row["epoch"] for row in study.rows()] == [4, 4, 4, 4, 4, None, None, 2]
    reasons = [row["reason"] for row in study.rows()]
    assert reasons[5] == "out of memory"
    assert reasons[6].startswith("the cost is not finite after epoch 1 (1 of 2 minibatches): ")
    assert len(read_log(tmp_path / "sweep" / "trial-0007")) == 2  # it went no further


def test_what_the_script_prints_is_in_the_trial_s_folder(tmp_path, capsys):
    script = Script(written(tmp_path, "def main(start: float = 0.0):\n    print('hm'); return 1"))
    study = study_in(tmp_path, [1, 2])
    study.work(lambda trial: run_trial(script, {}, trial))
    assert (tmp_path / "sweep" / "trial-0001" / "output.txt").read_text() == "hm\n"
    assert capsys.readouterr() == ("", "")


def test_a_trial_goes_on_from_its_checkpoint_and_ends_as_it_had(tmp_path, falling):
    """A kill between the end of the training and the study's row; and one in the middle."""
    study = study_in(tmp_path, pruner=median(after=2, trials=5))
    whole = []
    while (trial := study.claim()) is not None:
        if trial.number in (0, 7):  # half of it
            falling.run({"max_epochs": 1, **trial.arguments}, trial.folder)
        outcome = run_trial(falling, {}, trial)
        again = study.claim()  # as if this process were another one
        assert again.number == trial.number
        if outcome.outcome != "failed" or outcome.reason != "out of memory":
            assert run_trial(falling, {}, again) == outcome
        whole.append(outcome)
        study.finish(again, outcome)
    assert [each.value for each in whole] == [0.1, 0.125, 0.15, 0.075, 0.175, None, None, 0.4]
    assert len(read_log(tmp_path / "sweep" / "trial-0000")) == 4


def test_a_mistake_of_a_trial_s_own_arguments_is_its_own(tmp_path, falling):
    study = study_in(tmp_path, [0.1, 0.4])
    study.work(lambda trial: run_trial(falling, {"floor": 0.2}, trial))
    first, second = study.rows()
    assert first["reason"] == "floor = 0.2 is above start = 0.1"
    assert (second["outcome"], second["value"]) == ("complete", 0.2)


def test_a_mistake_that_every_trial_would_meet_ends_the_sweep(tmp_path, falling):
    study = study_in(tmp_path, [{"start": 0.5}, {"start": 0.4}])

    class Nested:
        """A script whose fixed arguments do not fit each other, whatever the trial's are."""

        def run(self, values, folder):
            falling.run({"floor": 0.9}, folder)

        def dry_run(self, values):
            falling.dry_run({"floor": 0.9})

    with pytest.raises(EveryTrial, match=r"floor = 0.9 is above start = 0.5"):
        study.work(lambda trial: run_trial(Nested(), {}, trial))
    assert [row["outcome"] for row in study.rows()] == ["running"]  # and is free to be run again
    assert study.claim().number == 0


def test_a_channel_that_is_not_there_ends_the_sweep_at_once(tmp_path, falling):
    study = study_in(tmp_path)
    with pytest.raises(InputError, match="no valid_eror; did you mean valid_error"):
        study.work(lambda trial: run_trial(falling, {}, trial, "valid_eror"))
    assert len(read_log(tmp_path / "sweep" / "trial-0000")) == 1
    unwatched = FALLING.replace('"valid_error"', '"norm"')
    study = study_in(tmp_path / "unwatched")
    script = Script(written(tmp_path, unwatched))
    with pytest.raises(EveryTrial, match="name a channel"):
        study.work(lambda trial: run_trial(script, {}, trial))


def test_any_channel_of_the_rows_can_be_named_either_way(tmp_path, falling):
    study = study_in(tmp_path, [0.4])
    trial = study.claim()
    outcome = run_trial(falling, {}, trial, "train_cost")
    assert outcome == Outcome("complete", 1.0, "train_cost", True, 1)
    study = study_in(tmp_path / "up", [0.4])
    outcome = run_trial(falling, {}, study.claim(), "valid_error", lower=False)
    assert outcome == Outcome("complete", 0.4, "valid_error", False, 1)


def test_a_script_may_return_its_number(tmp_path):
    script = Script(written(tmp_path, NUMBER))
    study = Study(tmp_path / "sweep", {"x": Choices([0.0, 1])}, Grid(), 2)
    study.work(lambda trial: run_trial(script, {}, trial, "accuracy"))
    assert [(row["value"], row["lower"]) for row in study.rows()] == [(1.0, False), (0.0, False)]
    study = Study(tmp_path / "nan", {"fails": Choices([True])}, Grid(), 1)
    outcome = run_trial(script, {}, study.claim())
    assert outcome == Outcome("failed", None, "value", True, None, "it returned nan")


def test_an_error_of_the_script_is_an_error(tmp_path):
    script = Script(written(tmp_path, "def main(x: float = 0.0):\n    raise RuntimeError('a bug')"))
    study = Study(tmp_path / "sweep", {"x": Choices([0.0, 1])}, Grid(), 2)
    with pytest.raises(RuntimeError, match="a bug"):
        study.work(lambda trial: run_trial(script, {}, trial))


def test_ctrl_c_ends_the_sweep_and_the_trial_goes_on_later(tmp_path):
    begin = "return trainer.run"
    interrupting = FALLING.replace(begin, f"press(trainer)\n        {begin}")
    interrupting += """

    def press(trainer):
        if not Path("pressed").exists():
            Path("pressed").touch()
            trainer.step = lambda index: (trainer.stop("interrupted", final=False), 1.0)[1]
    """
    script = Script(written(tmp_path, interrupting))
    study = study_in(tmp_path, [0.4, 0.5])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            study.work(lambda trial: run_trial(script, {}, trial))
        assert [row["outcome"] for row in study.rows()] == ["running"]
        study.work(lambda trial: run_trial(script, {}, trial))
    assert [row["value"] for row in study.rows()] == [0.1, 0.125]


def test_the_loop_s_words_are_those_that_are_looked_for(tmp_path):
    log = Log(n_batches=1, cost=float("nan"))
    log.move_to(0)
    assert DIVERGED in Diverged([]).should_stop(log)
    assert PRUNED.startswith("pruned")
    assert Reporter(None).log is None
