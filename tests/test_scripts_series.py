"""The scripts on series, the adding problem and texts: their files, going on, predicting."""

import json

import numpy as np
import pytest
from looking import call, script
from PIL import Image

from dltut.commands import cli
from dltut.commands.plot import draw_run
from dltut.commands.predict import predict
from dltut.datasets import digits, series
from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays
from dltut.training import read_log
from dltut.training.extensions import Extension

TEXT = "It was the best of times, it was the worst of times; nobody minded.\n" * 40
SMALL = {
    "adding": ["--length", "6", "--n-hidden", "4", "--n-train", "500", "--batch-size", "100"],
    "power": ["--dataset", "rhythm", "--steps", "6", "--n-hidden", "4", "3", "--batch-size", "300"],
    "chars": ["--n-hidden", "6", "--n-embedding", "3", "--steps", "10", "--n-written", "30"],
}
FILES = {"best.safetensors", "clock.jsonl", "config.json", "last.ckpt", "log.jsonl", "curves.png"}
DRAWN = {
    "adding": {"predicted.png"},
    "power": {"forecast.png"},
    "chars": {"surprise.png", *(f"sample_at_epoch_{epoch}.txt" for epoch in (1, 2, 3))},
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


def flags(name, text):
    return [*SMALL[name], "--quick", *(["--text", text] if name == "chars" else [])]


class Interrupt(Extension):
    """Ctrl-C after a minibatch."""

    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


@pytest.mark.parametrize("name", SMALL)
def test_stopped_inside_an_epoch_it_goes_on_bit_for_bit(name, tmp_path, monkeypatch, text):
    """Carried states, new sequences, the order of windows and dropout: all go on as they were."""
    with monkeypatch.context() as patched:
        patched.setattr("dltut.commands.run.Progress", lambda: Interrupt(6))
        call(f"train_{name}", *flags(name, text), "--run-dir", tmp_path / "stopped")
    n_batches = json.loads(read_arrays(tmp_path / "stopped" / "last.ckpt")[1]["checkpoint"])
    assert 7 % n_batches["n_batches"]  # in the middle of an epoch
    call(f"train_{name}", *flags(name, text), "--run-dir", tmp_path / "stopped", "--resume")
    call(f"train_{name}", *flags(name, text), "--run-dir", tmp_path / "whole")
    assert len(read_log(tmp_path / "whole")) == 3
    assert {each.name for each in (tmp_path / "whole").iterdir()} == FILES | DRAWN[name]
    for each in ("log.jsonl", "best.safetensors", *DRAWN[name]):
        stopped, whole = (tmp_path / folder / each for folder in ("stopped", "whole"))
        assert stopped.read_bytes() == whole.read_bytes(), each


def test_power_says_what_persistence_and_linear_regression_come_to(tmp_path, capsys):
    folder = tmp_path / "run"
    call("train_power", *flags("power", None), "--ahead", "3", "--run-dir", folder)
    lines = capsys.readouterr().err.splitlines()
    told = [line.partition(":")[0] for line in lines if "root mean square" in line]
    assert told == ["the model", "persistence", "linear regression"]
    for each in ("forecast.png", "horizon.png"):
        with Image.open(folder / each) as picture:
            assert np.asarray(picture).std() > 5

    path = tmp_path / "end.csv"
    path.write_text("power\n" + "\n".join(f"{0.1 * k:.1f}" for k in range(9)) + "\n")
    cli.main(["predict", str(folder), str(path), "--out", str(tmp_path / "next.png")])
    assert capsys.readouterr().out.startswith(f"{path}: power +1 ")
    [said] = predict(folder, path)
    assert said.answer.shape == (3,) and said.picture[-1].tolist() == pytest.approx([0.8])
    rows = predict(folder, series.load("rhythm", steps=6, ahead=3, quick=True).test.x[:2])
    assert len(rows) == 2 and (tmp_path / "next.png").stat().st_size > 5000
    with pytest.raises(InputError, match="learned 6 steps of 1 number"):
        draw_run(folder, digits.load())


def test_a_text_goes_on(tmp_path, capsys, text):
    folder = tmp_path / "run"
    call("train_chars", *flags("chars", text), "--run-dir", folder)
    out = capsys.readouterr()
    written = (folder / "sample_at_epoch_3.txt").read_text()
    assert out.err.rpartition("epoch 3 writes:\n")[2].startswith(written) and len(written) == 30
    begin = tmp_path / "begin.txt"
    begin.write_text("It was")
    cli.main(["predict", str(folder), str(begin), "--out", str(tmp_path / "on.png")])
    [said] = predict(folder, begin)
    assert capsys.readouterr().out == f"{said.line()}\n" and len(said.task.line(said.answer)) == 30


def test_flags_that_say_nothing_are_refused(tmp_path, capsys):
    for name, given in (("adding", ["--dataset", "mnist"]), ("power", ["--scale", "2"])):
        with pytest.raises(SystemExit):
            call(f"train_{name}", *given, "--run-dir", tmp_path / "run")
        told = capsys.readouterr().err.splitlines()[-1]
        assert told == f"error: {given[0]} says nothing to train_{name}.py: leave it out"
    with pytest.raises(SystemExit):
        call("train_power", "--dataset", "rhythm", "--steps", "9999", "--run-dir", tmp_path / "run")
    assert "give fewer steps (now 9999)" in capsys.readouterr().err


def test_new_sequences_depend_on_the_epoch_alone():
    class Column:
        dtype = "float32"

        def set_value(self, value):
            self.value = value

    class Split(list):
        n_examples = 4

    class Trainer:
        class log:
            epoch = 3

    split = Split([Column(), Column()])
    extension = script("train_adding").NewExamples(split, 5, seed=2)
    extension.before_epoch(Trainer)
    first = split[0].value
    extension.before_epoch(Trainer)
    np.testing.assert_array_equal(split[0].value, first)
    Trainer.log.epoch = 4
    extension.before_epoch(Trainer)
    assert (split[0].value != first).any()
