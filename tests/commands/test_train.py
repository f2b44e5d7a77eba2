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
    with pytest.raises(InputError, match=r"with rule = {.*0\.1}, not {.*0\.2}.*: resume it with"):
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
        ("momentum,", "momentun,", "rule: there is no momentun; did you mean momentum?"),
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


def test_the_script_is_the_command(repository, capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    shutil.copy(repository / "scripts/train.py", "train.py")
    assert runpy.run_path("train.py")["train"] is train
    assert "--checkpoint" not in (text := capsys.readouterr().out) and "--resume" in text
