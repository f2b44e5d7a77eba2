"""The scripts that train models of music: their folders, their songs, going on bit for bit."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from dltut.commands import cli
from dltut.commands.flags import run
from dltut.datasets import read_midi, write_midi
from dltut.datasets.tunes import tunes
from dltut.models import RNNNADE, RNNRBM, load_model
from dltut.training import read_log
from dltut.training.extensions import Extension

FOLDER = Path(__file__).parents[1] / "scripts"
SMALL = "--dataset tunes --quick --n-hidden 8 --n-recurrent 6 --n-steps 12 --batch-size 4".split()
FILES = {"best.safetensors", "clock.jsonl", "config.json", "last.ckpt", "log.jsonl"}
FILES |= {"curves.png", "music.png", "sample1.mid", "sample2.mid"}
SCRIPTS = [("train_rnnrbm", RNNRBM), ("train_rnnnade", RNNNADE)]


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")


def call(name, *arguments):
    spec = importlib.util.spec_from_file_location(f"script_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    run(module.main, [str(each) for each in arguments])


@pytest.mark.parametrize("name, kind", SCRIPTS)
def test_training_fills_a_run_folder(name, kind, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call(name, *SMALL, "--dry-run")
    assert capsys.readouterr().out.startswith("dry run: ") and not list(tmp_path.iterdir())

    call(name, *SMALL)
    folder = tmp_path / "runs" / name.removeprefix("train_")
    assert {path.name for path in folder.iterdir()} == FILES
    model = load_model(folder / "best.safetensors")
    assert isinstance(model, kind) and (model.n_visible, model.n_hidden) == (88, 8)
    costs = [row["train_cost"] for row in read_log(folder)]
    assert costs == sorted(costs, reverse=True) and np.isfinite(costs).all() and costs[0] < 62
    assert "accuracy of the frames drawn, test: " in capsys.readouterr().err

    written = (folder / "music.png").read_bytes()
    (folder / "music.png").unlink()
    cli.main(["plot", str(folder)])
    assert (folder / "music.png").read_bytes() == written

    cli.main(["predict", str(folder), str(give_a_song(tmp_path))])
    [goes_on] = (folder / "predictions").glob("*.mid")
    whole, given = read_midi(goes_on), tunes()[2][0]
    np.testing.assert_array_equal(whole[: len(given)], given)
    assert len(whole) == len(given) + 12 and goes_on.with_suffix(".png").exists()


def give_a_song(folder):
    write_midi(folder / "song.mid", tunes()[2][0])
    return folder / "song.mid"


class Interrupt(Extension):
    """Ctrl-C after a minibatch."""

    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


@pytest.mark.parametrize("name, kind", SCRIPTS)
def test_stopped_inside_an_epoch_it_goes_on_bit_for_bit(name, kind, tmp_path, monkeypatch):
    """The streams are in the checkpoint, and the order of an epoch is that of its number."""
    with monkeypatch.context() as patched:
        patched.setattr("dltut.commands.run.Progress", lambda: Interrupt(8))
        call(name, *SMALL, "--run-dir", tmp_path / "stopped")
    assert [row["epoch"] for row in read_log(tmp_path / "stopped")] == [1]
    call(name, *SMALL, "--run-dir", tmp_path / "stopped", "--resume")
    call(name, *SMALL, "--run-dir", tmp_path / "whole")
    assert len(read_log(tmp_path / "whole")) == 3
    for file in ("log.jsonl", "best.safetensors", "music.png", "sample1.mid"):
        stopped, whole = (tmp_path / folder / file for folder in ("stopped", "whole"))
        assert stopped.read_bytes() == whole.read_bytes()


def test_likelihood_by_annealing(tmp_path, capsys):
    flags = ["--n-chains", 3, "--n-temperatures", 5, "--most-frames", 7, "--run-dir", tmp_path]
    call("train_rnnrbm", *SMALL, *flags)
    assert "nats a frame (7 frames, standard deviation " in capsys.readouterr().err
