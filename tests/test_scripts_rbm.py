"""The script that trains Boltzmann machines: its folder, its pictures, going on, the same again."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dltut.commands import cli
from dltut.commands.flags import run
from dltut.models import RBM, load_model
from dltut.training import read_log
from dltut.training.extensions import Extension

SCRIPT = Path(__file__).parents[1] / "scripts" / "train_rbm.py"
SMALL = ["--dataset", "digits", "--quick", "--n-hidden", "100", "--n-steps", "20"]
FILES = {"best.safetensors", "clock.jsonl", "config.json", "last.ckpt", "log.jsonl"}
PICTURES = {"curves.png", "filters.png", "reconstructions.png", "samples.png"}
PICTURES |= {f"filters_at_epoch_{epoch}.png" for epoch in (1, 2, 3)}


def module():
    spec = importlib.util.spec_from_file_location("script_train_rbm", SCRIPT)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def call(*arguments):
    run(module().main, [str(each) for each in arguments])


def size(path):
    with Image.open(path) as picture:
        assert np.asarray(picture).std() > 20
        return picture.size


def test_training_fills_a_run_folder(tmp_path, monkeypatch, capsys):
    """C8, F2: the documented names and sizes."""
    monkeypatch.chdir(tmp_path)
    call(*SMALL, "--dry-run")
    assert capsys.readouterr().out.startswith("dry run: pseudo-likelihood -")
    assert not list(tmp_path.iterdir())

    call(*SMALL)
    folder, out = tmp_path / "runs" / "rbm", capsys.readouterr().out
    assert {path.name for path in folder.iterdir()} == FILES | PICTURES
    assert size(folder / "samples.png") == (579, 291)
    for epoch in (1, 2, 3):
        assert size(folder / f"filters_at_epoch_{epoch}.png") == (289, 289)
    rows = read_log(folder)
    costs, values = (
        [row[key] for row in rows] for key in ("train_cost", "valid_pseudo_likelihood")
    )
    # One flipped bit a minibatch estimates the latter: between two epochs it may fall by chance.
    assert costs == sorted(costs)
    assert all(-250 < each[0] < each[-1] < -80 for each in (costs, values))
    assert f"validation pseudo likelihood {values[-1]:.4g}" in out
    model = load_model(folder / "best.safetensors")
    assert isinstance(model, RBM) and (model.n_visible, model.n_hidden) == (784, 100)

    reconstructions = folder / "reconstructions.png"
    drawn = reconstructions.read_bytes()
    reconstructions.unlink()
    cli.main(["plot", str(folder)])
    assert reconstructions.read_bytes() == drawn


class Interrupt(Extension):
    """Ctrl-C after a minibatch."""

    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


@pytest.mark.parametrize("persistent", ["--persistent", "--no-persistent"])
def test_stopped_inside_an_epoch_it_goes_on_bit_for_bit(persistent, tmp_path, monkeypatch):
    """Chain, bit and streams are in the checkpoint; samples.png comes out the same."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    flags = [*SMALL, "--k", 2, "--n-samples", 2, "--n-chains", 3, persistent, "--run-dir"]
    with monkeypatch.context() as patched:
        patched.setattr("dltut.commands.run.Progress", lambda: Interrupt(85))
        call(*flags, tmp_path / "stopped")
    assert [row["epoch"] for row in read_log(tmp_path / "stopped")] == [1]
    call(*flags, tmp_path / "stopped", "--resume")
    call(*flags, tmp_path / "whole")
    assert len(read_log(tmp_path / "whole")) == 3
    for name in ("log.jsonl", "best.safetensors", "samples.png", "filters_at_epoch_3.png"):
        stopped, whole = (tmp_path / folder / name for folder in ("stopped", "whole"))
        assert stopped.read_bytes() == whole.read_bytes()


def test_as_many_chains_as_digits(tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        call(*SMALL, "--n-chains", 601, "--run-dir", tmp_path)
    assert end.value.code == 2
    expected = "error: n_chains is 601; there are 600 test digits to start from"
    assert capsys.readouterr().err.splitlines()[-1] == expected
