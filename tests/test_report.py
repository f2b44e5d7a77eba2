"""The pictures of a run, made from nothing but its files."""

import json

import numpy as np
import pytest
from PIL import Image

from dltut import cli
from dltut.datasets import load
from dltut.errors import InputError
from dltut.models import LogisticRegression
from dltut.report import draw_run, plot
from dltut.serialize import save_model
from dltut.training import Log
from dltut.training.log import write_log

PICTURES = {"confusion.png", "curves.png", "filters.png", "mistakes.png"}


def make_run(folder, best=True, **arguments):
    """A run of three validations, with a model of random weights."""
    folder.mkdir()
    arguments = {"dataset": "digits", "quick": True} | arguments
    (folder / "config.json").write_text(json.dumps({"name": "logistic", "arguments": arguments}))
    log = Log(n_batches=1)
    for i, error in enumerate((0.5, 0.25, 0.3)):
        log.append({"epoch": i + 1, "iteration": i, "train_cost": 2.0 - i, "valid_error": error})
    write_log(folder, log)
    if best:
        W = np.random.RandomState(3).normal(size=(784, 10))
        model = LogisticRegression(784, 10, W=W.astype("float32"))
        save_model(folder / "best.safetensors", model)
    return folder


def size_and_spread(path):
    with Image.open(path) as picture:
        return picture.size, np.asarray(picture.convert("L")).std()


def test_a_run_is_drawn_from_its_files(tmp_path, capsys):
    run_dir = make_run(tmp_path / "run")
    cli.main(["plot", str(run_dir)])
    written = {path.name for path in run_dir.glob("*.png")}
    assert written == PICTURES
    assert all(size_and_spread(run_dir / name)[1] > 5 for name in written)
    assert capsys.readouterr().err.splitlines()[-2:] == [
        f"pictures: {run_dir}/{{confusion.png,curves.png,filters.png,mistakes.png}}",
        f"next: python -m dltut predict {run_dir} PICTURE, for a picture of your own",
    ]


def test_data_that_is_given_is_not_loaded_again(tmp_path):
    run_dir = make_run(tmp_path / "run", dataset="nowhere")
    assert {path.name for path in draw_run(run_dir, load("digits", quick=True))} == PICTURES
    with pytest.raises(InputError, match="nowhere"):
        draw_run(run_dir)


def test_before_the_first_model_there_are_only_curves(tmp_path):
    run_dir = make_run(tmp_path / "run", best=False)
    assert draw_run(run_dir) == [run_dir / "curves.png"]


def test_several_runs_share_one_figure(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runs = [make_run(tmp_path / name, best=False) for name in ("one", "two")]
    plot(*runs)
    assert {path.name for path in tmp_path.glob("*.png")} == {"curves.png"}
    assert not list(runs[0].glob("*.png"))
    plot(*runs, out=tmp_path / "new" / "both.png")
    assert size_and_spread("new/both.png") == size_and_spread("curves.png")
    assert capsys.readouterr().err.splitlines()[-1] == f"pictures: {tmp_path / 'new' / 'both.png'}"


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="no run is named: give the folder of one or more"):
        plot()
    with pytest.raises(InputError, match=r"holds no log\.jsonl"):
        plot(tmp_path, tmp_path)
    with pytest.raises(InputError, match=r"config\.json cannot be read"):
        plot(tmp_path)
