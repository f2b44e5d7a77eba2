"""python -m dltut train: the same run as the scripts, bit for bit, and errors in one line."""

import runpy
import shutil
from pathlib import Path

import numpy as np
import pytensor
import pytest

from dltut.commands import cli
from dltut.commands.flags import call
from dltut.commands.train import train
from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays
from dltut.training import read_config, read_log

TINY = """
dataset: digits
model: {name: MLP, n_hidden: 5, dropout: 0.5}
rule: {name: momentum, learning_rate: 0.1}
schedule: {name: exponential, factor: 1.1, per: minibatch}
batch_size: 200
"""


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path / "no data"))
    monkeypatch.setenv("THEANO_FLAGS", "floatX=float32,mode=FAST_COMPILE")
    monkeypatch.chdir(tmp_path)
    with pytensor.config.change_flags(floatX="float32", mode="FAST_COMPILE"):
        yield


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY)
    return path


def test_mlp_yaml_is_train_mlp(repository):
    script = runpy.run_path(str(repository / "scripts/train_mlp.py"))
    call(script["main"], run_dir="script", quick=True)
    train(repository / "scripts/experiments/mlp.yaml", run_dir="file", quick=True)
    one, other = (read_arrays(Path(each, "best.safetensors")) for each in ("script", "file"))
    assert one[1] == other[1] and one[0].keys() == other[0].keys()
    assert all((one[0][name] == other[0][name]).all() for name in one[0])
    assert Path("script/log.jsonl").read_bytes() == Path("file/log.jsonl").read_bytes()
    assert {each.name for each in Path("file").iterdir()} == {
        each.name for each in Path("script").iterdir()
    }


def test_walkthrough_yaml_is_train_walkthrough(repository):
    script = runpy.run_path(str(repository / "scripts/train_walkthrough.py"))
    call(script["main"], run_dir="script", quick=True)
    train(repository / "scripts/experiments/walkthrough.yaml", run_dir="file", quick=True)
    one, other = (read_arrays(Path(each, "best.safetensors"))[0] for each in ("script", "file"))
    assert one.keys() == other.keys() and all((one[name] == other[name]).all() for name in one)
    assert Path("script/log.jsonl").read_bytes() == Path("file/log.jsonl").read_bytes()
    written = [{each.name for each in Path(folder).iterdir()} for folder in ("script", "file")]
    assert written[0] - written[1] == {"losses.png"}


def test_a_run_of_three_epochs_and_its_resumption(tiny, capsys):
    train(tiny, quick=True)
    rows = read_log("runs/tiny")
    assert [row["epoch"] for row in rows] == [1, 2, 3] and rows[0]["train_cost"] < np.log(10) * 1.05
    arguments = read_config("runs/tiny")["arguments"]
    assert arguments["rule"] == {"name": "momentum", "learning_rate": 0.1}
    assert arguments["quick"] is True and arguments["batch_size"] == 200

    whole = Path("runs/tiny/last.ckpt").read_bytes()
    train(tiny, quick=True, resume=True)
    assert "going on after epoch 3" in capsys.readouterr().out
    assert read_arrays("runs/tiny/last.ckpt")[0].keys() == _arrays(whole).keys()

    with pytest.raises(InputError, match=r"holds a run already: go on with it \(--resume\)"):
        train(tiny, run_dir="runs/tiny", quick=True)
    tiny.write_text(TINY.replace("0.1}", "0.2}"))
    with pytest.raises(
        InputError, match=r"with rule.learning_rate = 0\.1, not 0\.2: resume it with"
    ):
        train(tiny, quick=True, resume=True)


def _arrays(content):
    Path("copy").write_bytes(content)
    return read_arrays("copy")[0]


def test_a_rehearsal_writes_nothing(tiny, capsys):
    train(tiny, dry_run=True)
    assert "dry run: cost 2.30" in capsys.readouterr().out
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "momentum,",
            "momentun,",
            "tiny.yaml:4:8: rule: there is no momentun; did you mean moment",
        ),
        ("batch_size: 200", "batch_size: 4000", "batch_size is 4000 but the train split has 3000"),
        ("batch_size: 200", "batch_size: 0", "batch_size is 0; expected a whole number, 1 or"),
        ("n_hidden: 5", "n_hidden: -5", "hidden0.W would have shape (784, -5): every size is"),
        ("n_hidden: 5", "n_hidden: 5, activation: tanhh", "did you mean tanh?"),
        ("dropout: 0.5", "dropout: 1.5", "the dropout probability is 1.5"),
        ("dataset: digits", "dataset: digit", "did you mean digits?"),
    ],
)
def test_mistakes_are_one_line_and_status_2(tiny, capsys, old, new, message):
    tiny.write_text(TINY.replace(old, new))
    with pytest.raises(SystemExit) as end:
        cli.main(["train", str(tiny)])
    assert end.value.code == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ") and message in error


OWN = """
import pytensor.tensor as pt
from dataclasses import InitVar
from dltut.experiment.part import part
from dltut.layers import Dense, Network
from dltut.training import Criterion, Extension


@part("model")
class TwoLayers(Network):
    '''A layer of tanh and one of scores.'''

    rng: InitVar
    n_in: int
    n_out: int
    n_hidden: int = 10

    def __post_init__(self, rng):
        self.below = Dense(rng, self.n_in, self.n_hidden, name="below")
        self.above = Dense(rng, self.n_hidden, self.n_out, activation=None, name="above")

    def __call__(self, x, train=False):
        return self.above(self.below(x, train), train)


@part("cost")
def margin(model, x, y, train, width: float = 1.0):
    '''How far the right class is from being best by a margin.'''
    scores = model(x, train)
    right = scores[pt.arange(y.shape[0]), y][:, None]
    return pt.maximum(0, width + scores - right).sum(axis=1).mean() - width


@part("stopping")
class AfterRows(Criterion):
    '''Stop when there are so many rows.'''

    def __init__(self, n: int):
        self.n = n
        super().__init__()

    def should_stop(self, log):
        return f"{len(log.rows)} rows" if len(log.rows) >= self.n else None


@part("extension")
class Noting(Extension):
    '''Write the epochs into a file.'''

    def __init__(self, path: str, model=None):
        self.path, self.model = path, model

    def after_epoch(self, trainer):
        with open(self.path, "a") as file:
            print(trainer.log.epoch, file=file)
"""
MINE = """
dataset: digits
model: {name: TwoLayers, n_hidden: 8}
cost: [{name: margin, width: 2}, {name: l2, coefficient: 1e-3, layers: [below]}]
rule: {name: sgd, learning_rate: 0.05}
stopping: [{name: AfterRows, n: 2}]
extensions: [{name: Noting, path: noted.txt}]
batch_size: 200
"""


def test_one_s_own_parts_of_twenty_lines_take_part(tmp_path, capsys):
    Path("my_parts.py").write_text(OWN)
    Path("mine.yaml").write_text(MINE)
    log = train(Path("mine.yaml"), parts=(Path("my_parts.py"),), quick=True)
    assert log.stop_reason == "2 rows" and Path("noted.txt").read_text() == "1\n2\n"
    assert log.rows[1]["train_cost"] < log.rows[0]["train_cost"]
    train(schema=True, parts=(Path("my_parts.py"),))
    told = capsys.readouterr().out
    assert "TwoLayers" in told and "margin" in told and "AfterRows" in told
    with pytest.raises(InputError, match=r"mine\.yaml:3:9: model: there is no TwoLayers; "):
        train(Path("mine.yaml"))


def test_settings_stand_anywhere_and_several_times(tiny):
    told = (
        "train --set seed=3 --set max_epochs=1 rule.momentum=0.5 tiny.yaml --quick --run-dir r/one"
    )
    cli.main(told.split())
    arguments = read_config("r/one")["arguments"]
    assert (arguments["seed"], arguments["max_epochs"]) == (3, 1)
    assert arguments["rule"] == {"name": "momentum", "learning_rate": 0.1, "momentum": 0.5}
    assert [row["epoch"] for row in read_log("r/one")] == [1]


def test_a_budget_of_time_ends_with_the_epoch(tiny, capsys):
    log = train(tiny, quick=True, time_budget=0.0)
    assert log.epoch == 1 and log.stop_reason == "time budget of 0 seconds used up"
    assert train(tiny, quick=True, resume=True).epoch == 3
    train(tiny, quick=True, run_dir=Path("whole"))
    assert Path("runs/tiny/log.jsonl").read_bytes() == Path("whole/log.jsonl").read_bytes()


def test_the_schema_of_parts(capsys):
    cli.main(["train", "--schema"])
    told = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert told["penalty"] == "l1, l2" and "Sequential" in told["model"].split(", ")
    cli.main(["train", "--schema", "momentum", "SaveBest"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("rule momentum: ")
    assert any(line.startswith("  learning_rate  a number, needed.") for line in lines)
    assert any(line.startswith("  momentum       a number, default 0.9.") for line in lines)
    assert any(line.startswith("extension SaveBest: ") for line in lines)
    assert not any(line.split()[0] in ("cost", "params", "model") for line in lines)
    with pytest.raises(SystemExit):
        cli.main(["train", "--schema", "momentun"])
    assert "error: there is no part momentun; did you mean momentum?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train"], "0 files are given; expected one, such as scripts/experiments/mlp.yaml"),
        (["train", "a.yaml", "b.yaml"], "2 files are given; expected one"),
        (
            ["train", "a.yaml", "--set", "rule.learning_rate"],
            "such as scripts/experiments/mlp.yaml; --set takes NAME=VALUE",
        ),
        (["train", "none.yaml"], "none.yaml cannot be read (No such file or directory)"),
        (["train", "tiny.yaml", "--set", "=3"], "--set =3: give a name and a value"),
        (
            ["train", "tiny.yaml", "--time-budget", "-1"],
            "--time-budget is '-1'; expected a number, 0",
        ),
        (["train", "tiny.yaml", "--parts", "none.py"], "none.py is no file of Python code"),
    ],
)
def test_mistakes_of_the_command_line(tiny, capsys, arguments, message):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2 and message in capsys.readouterr().err.splitlines()[-1]


def test_the_script_is_the_command(repository, capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    shutil.copy(repository / "scripts/train.py", "train.py")
    assert runpy.run_path("train.py")["train"] is train
    assert "--checkpoint" not in (text := capsys.readouterr().out) and "--resume" in text
