"""A file's experiments run in order, stop with the time, go on where they were, see their files."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from dltut.commands.run import Run
from dltut.datasets import Dataset, Split
from dltut.exceptions import InputError, NoFile
from dltut.experiment.part import Part
from dltut.experiment.phases import TimeBudget, read_phases, run_phases
from dltut.experiment.roles import roles
from dltut.experiment.train import Train
from dltut.machine.serialize import read_arrays
from dltut.models import LogisticRegression, load_model
from dltut.optim import sgd
from dltut.training import Extension, Log, read_log

X = np.random.default_rng(1).random((40, 4))
SPLIT = Split(X, (X.sum(axis=1) * 2).astype(int) % 3)
DATA = Dataset(SPLIT, SPLIT[:15], SPLIT[:9], "forty", None, tuple("xyz"))


def forty():
    """Numbers."""
    return DATA


def scaled(data, model: Path):
    """Inputs times the first weight of an earlier model."""
    weight = load_model(model).params[0].get_value()[0, 0]
    parts = [Split(split.x * float(weight), split.y) for split in data]
    return Dataset(*parts, data.name, data.inputs, data.targets)


class Interrupted(Extension):
    """Stops as Ctrl-C does, once."""

    def __init__(self, iteration: int, path: str = "marker"):
        self.iteration, self.path = iteration, Path(path)

    def between_batches(self, trainer):
        if trainer.log.iteration == self.iteration and not self.path.exists():
            self.path.touch()
            trainer.stop("interrupted", final=False)


OWN = roles(
    {
        "dataset": {"forty": forty},
        "transform": {"scaled": scaled},
        "extension": {"Interrupted": Interrupted},
    }
)
ONE = """
dataset: forty
model: {name: MLP, n_hidden: 5, dropout: 0.5}
rule: {name: momentum, learning_rate: 0.1}
schedules: {momentum: {name: linear, final: 0.5, start: 1, saturate: 5}}
iteration: shuffled_sequential
batch_size: 10
max_epochs: 4
extensions: [{name: SaveEvery, path: first.pkl}, LossHistory]
"""
PHASES = """
- dataset: forty
  model: {name: LogisticRegression}
  rule: {name: sgd, learning_rate: 0.5}
  batch_size: 10
  max_epochs: 3
  extensions: [{name: SaveEvery, path: first.pkl}]
- dataset: digits
  model: {name: LogisticRegression}
  rule: {name: sgd, learning_rate: 0.5}
  batch_size: 200
  max_epochs: 2
"""


CHAIN = PHASES.replace("batch_size: 200", "batch_size: 10").replace(
    "dataset: digits",
    "dataset: {name: forty, transform: [{name: scaled, model: first.pkl}]}",
)


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path / "no data"))
    monkeypatch.setenv("THEANO_FLAGS", "floatX=float32,mode=FAST_COMPILE")
    monkeypatch.chdir(tmp_path)


def train(text, resume=False, settings=(), seconds=None, run_dir="runs/mine", **options):
    Path("my.yaml").write_text(text)
    phases = read_phases("my.yaml", settings, OWN)
    run = Run(run_dir=Path(run_dir), resume=resume, **options)
    run.checkpoint_seconds = 0.0
    return run_phases(phases, run, seconds)


def assert_same_runs(one, other):
    assert Path(one, "log.jsonl").read_bytes() == Path(other, "log.jsonl").read_bytes()
    for name in ("best.safetensors", "last.ckpt"):
        arrays, others = (read_arrays(Path(each, name))[0] for each in (one, other))
        assert arrays.keys() == others.keys()
        assert all(arrays[key].tobytes() == others[key].tobytes() for key in arrays), name


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a run that was not stopped."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("THEANO_FLAGS", "floatX=float32,mode=FAST_COMPILE")
        Path("marker").touch()
        train(ONE + INTERRUPTED)
    return folder / "runs"


INTERRUPTED = "stopping: []\n"


def test_an_interrupted_run_goes_on_as_if_it_had_not_been(whole):
    own = ONE.replace("LossHistory]", "LossHistory, {name: Interrupted, iteration: 5}]")
    log = train(own + INTERRUPTED)
    assert log.stop_reason == "interrupted" and log.iteration == 5
    log = train(own + INTERRUPTED, resume=True)
    assert log.epoch == 4 and log.iteration == 15
    assert_same_runs("runs/mine", whole / "mine")
    assert read_arrays("runs/first.pkl")[0].keys() == read_arrays(whole / "first.pkl")[0].keys()


def test_a_run_within_a_budget_of_time_goes_on_as_if_it_had_had_all(whole):
    for epoch in (1, 2, 3):
        log = train(ONE + INTERRUPTED, resume=epoch > 1, seconds=0)
        assert (log.epoch, log.epoch_ended) == (epoch, True)
        assert log.stop_reason == "time budget of 0 seconds used up"
    assert train(ONE + INTERRUPTED, resume=True, seconds=1000).epoch == 4
    assert_same_runs("runs/mine", whole / "mine")


def test_a_budget_is_of_one_session():
    assert TimeBudget(1000).state() == {}
    log = Log(n_batches=2, iteration=3)
    assert TimeBudget(0).is_used_up(log) and not TimeBudget(1000).is_used_up(log)
    assert not TimeBudget(0).is_used_up(Log(n_batches=2))


def test_a_budget_is_not_used_up_by_a_phase_that_is_done():
    for epoch, phase in enumerate([1, 1, 1, 2, 2]):
        train(PHASES, resume=epoch > 0, seconds=0)
        assert Path("runs/mine/phase2").exists() == (phase == 2)
    assert [len(read_log(f"runs/mine/phase{i}")) for i in (1, 2)] == [3, 2]


def test_later_phases_see_what_the_earlier_wrote():
    train(CHAIN)
    assert [len(read_log(f"runs/mine/{name}")) for name in ("phase1", "phase2")] == [3, 2]
    weight = float(load_model("runs/first.pkl").params[0].get_value()[0, 0])
    second = load_model("runs/mine/phase2/best.safetensors")
    pixels = Split(DATA.valid.x * weight, DATA.valid.y)
    W, b = (each.get_value() for each in second.params)
    error = ((pixels.x @ W + b).argmax(axis=1) != pixels.y)[:10].mean()
    assert min(row["valid_error"] for row in read_log("runs/mine/phase2")) == pytest.approx(error)


def test_a_list_goes_on_in_the_right_phase(capsys):
    log = train(PHASES, seconds=0)
    assert log.epoch == 1 and not Path("runs/mine/phase2").exists()
    assert "phase2 has not begun: to go on, give the same command with --resume" in (
        capsys.readouterr().err
    )
    assert train(PHASES, resume=True).epoch == 2
    before = Path("runs/mine/phase1/last.ckpt").read_bytes()
    assert train(PHASES, resume=True).epoch == 2
    assert Path("runs/mine/phase1/last.ckpt").read_bytes() == before
    assert "phase1 is done" in capsys.readouterr().err
    train(PHASES, run_dir="other/mine")
    for phase in ("phase1", "phase2"):
        assert_same_runs(f"runs/mine/{phase}", f"other/mine/{phase}")


def test_a_dry_run_builds_all_phases_as_far_as_files_exist(capsys):
    assert train(CHAIN, dry_run=True).stop_reason == "dry run"
    assert not Path("runs").exists()
    told = capsys.readouterr()
    assert told.out.count("dry run: cost") == 1
    assert "dry run: phase2 waits for a file of an earlier one: my.yaml:8:" in told.err
    with pytest.raises(NoFile, match=r"there is no file runs/first\.pkl: check the path"):
        train(CHAIN[CHAIN.index("- dataset: {") :], dry_run=True)


def test_settings():
    Path("my.yaml").write_text(ONE.replace("0.1", "%(rate)f"))
    given = ["rate=0.25", "model.n_hidden=[7, 3]", "extensions.0.every=2", "seed=5"]
    [phase] = read_phases("my.yaml", given, OWN)
    plan = phase.experiment
    assert plan.rule["learning_rate"] == 0.25 and plan.model["n_hidden"] == [7, 3]
    assert plan.extensions[0] == {"name": "SaveEvery", "path": "first.pkl", "every": 2}
    assert plan.seed == 5 and phase.arguments["seed"] == 5
    Path("my.yaml").write_text(PHASES)
    plans = [each.experiment for each in read_phases("my.yaml", ["1.max_epochs=9"], OWN)]
    assert [plan.max_epochs for plan in plans] == [3, 9]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ["batch_sise=5"],
            r"--set batch_sise=5: the experiment: there is no batch_sise; did you me",
        ),
        (["rule.rate=5"], r"--set rule\.rate=5: rule momentum: there is no rate; "),
        (["modle.n_hidden=5"], r"--set modle\.n_hidden=5: there is no modle in the file; did you"),
        (["batch_size"], r"--set batch_size: give a name and a value, rule\.learning_rate=0\.05"),
        (["=5"], "--set =5: give a name and a value"),
        (
            ["batch_size=x"],
            "--set batch_size=x: the experiment: batch_size is 'x'; expected a whole",
        ),
        (["extensions.5.every=1"], "there is no item '5'; the list there has 2"),
    ],
)
def test_settings_that_do_not_fit(given, message):
    Path("my.yaml").write_text(ONE)
    with pytest.raises(InputError, match=message):
        read_phases("my.yaml", given, OWN)


class Model(LogisticRegression):
    """What a name of another language makes."""


def network(nvis: int) -> LogisticRegression:
    return LogisticRegression(nvis, 3)


def trained(model: LogisticRegression, seed: int = 1, folder: str | Path = "") -> Train:
    assert Path(folder) == Path("runs")
    return Train(DATA, model, Part(sgd, {"learning_rate": 0.5}), batch_size=10, max_epochs=2)


NAMES = {"pylearn2.Model": network, "pylearn2.Train": trained, "pylearn2.Number": float}


def test_the_other_language_ends_in_the_same_training(tmp_path):
    text = "!obj:pylearn2.Train {model: !obj:pylearn2.Model {nvis: %(n)i}, seed: 5}"
    Path("other.yaml").write_text(text)
    [phase] = read_phases("other.yaml", ["n=4"], OWN, NAMES)
    assert phase.arguments == {
        "experiment": {
            "!obj:pylearn2.Train": {"model": {"!obj:pylearn2.Model": {"nvis": 4}}, "seed": 5}
        }
    }
    run = Run(run_dir=Path("runs/one"))
    log = run_phases([phase], run)
    same = """
    dataset: forty
    model: {name: LogisticRegression}
    rule: {name: sgd, learning_rate: 0.5}
    batch_size: 10
    max_epochs: 2
    stopping: []
    """
    ours = train(same, run_dir="runs/two")
    assert log.rows == ours.rows
    shutil.copy("runs/one/log.jsonl", "log")
    assert_same_runs("runs/one", "runs/two")


def test_a_file_may_name_its_phase():
    model = "!obj:pylearn2.Model {nvis: 4}"
    text = f"!obj:pylearn2.Train {{model: {model}, name: '${{PYLEARN2_TRAIN_PHASE}}/x'}}"
    Path("other.yaml").write_text(f"- {text}\n- {text}")
    phases = read_phases("other.yaml", (), OWN, NAMES)
    assert [each.node.items["name"].value for each in phases] == ["phase1/x", "phase2/x"]


def test_what_the_other_language_does_not_make():
    Path("other.yaml").write_text("- !obj:pylearn2.Model {nvis: 4}")
    phases = read_phases("other.yaml", (), OWN, NAMES)
    with pytest.raises(InputError, match=r"other\.yaml:1:3: this makes no Train: begin with !obj"):
        run_phases(phases, Run(dry_run=True))
    Path("other.yaml").write_text("[]")
    with pytest.raises(
        InputError, match=r"other\.yaml:1:1: this list is empty; expected experiments"
    ):
        read_phases("other.yaml", (), OWN, NAMES)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("rule: {name: sgd, learning_rate: -1}", "2:1"),
        ("algorithm: minibatch\nrule:\n  {name: sgd, learning_rate: -1}", "3:1"),
        ("rule: {name: sgd, learning_rate: 1}\nmonitor: {channels: [misclass, x]}", "3:32"),
    ],
)
def test_what_is_wrong_when_it_is_made_has_its_place(tmp_path, monkeypatch, text, place):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.yaml"
    path.write_text(f"model: {{name: LogisticRegression}}\n{text}")
    [phase] = read_phases(path)
    with pytest.raises(InputError, match=rf"mine\.yaml:{place}: "):
        phase.run(Run(dataset="digits", quick=True, dry_run=True))
