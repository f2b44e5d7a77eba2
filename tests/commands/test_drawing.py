"""The pictures of a run, made from nothing but its files."""

import json

import numpy as np
import pytensor
import pytest
from PIL import Image

from dltut.commands.drawing import draw_filters, draw_run
from dltut.datasets import from_arrays, load
from dltut.exceptions import InputError
from dltut.layers import Network
from dltut.layers.parameter import parameter
from dltut.models import LogisticRegression, dA, save_model
from dltut.training import Log
from dltut.training.log import write_log


@pytest.fixture(autouse=True)
def quick(own_settings, monkeypatch):
    """What is compiled is tested elsewhere; commands read the environment."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float32"):
        yield


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
    draw_run(run_dir, load("digits", quick=True))
    written = {path.name for path in run_dir.glob("*.png")}
    assert written == PICTURES
    assert all(size_and_spread(run_dir / name)[1] > 5 for name in written)
    assert capsys.readouterr().err.splitlines()[-2:] == [
        f"pictures: {run_dir}/{{confusion.png,curves.png,filters.png,mistakes.png}}",
        f"next: python -m dltut predict {run_dir} PICTURE, for a picture of your own",
    ]


def test_parts_are_drawn_beside_one_another(tmp_path):
    """Of a run that is nothing but its parts, and of one that came after them."""
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    for name in ("layer0", "layer1"):
        make_run(run_dir / name, best=False)
        (run_dir / name / "config.json").unlink()  # a part is described by the run around it
    data = load("digits", quick=True)
    parts = [run_dir / name / "curves.png" for name in ("layer0", "layer1")]
    assert draw_run(run_dir, data) == [*parts, run_dir / "curves.png"]
    make_run(tmp_path / "whole", best=False).joinpath("log.jsonl").rename(run_dir / "log.jsonl")
    assert draw_run(run_dir, data) == [run_dir / "curves.png", run_dir / "parts.png"]


def test_each_part_is_drawn_with_its_own_data(tmp_path):
    """As the phases of an experiment, of which a later one learns from an earlier one's code."""
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    for name in ("phase1", "phase2", "phase3"):
        make_run(run_dir / name)
        (run_dir / name / "config.json").unlink()
    codes = np.random.default_rng(1).random((30, 4))
    coded = from_arrays(codes, np.arange(30) % 3)
    model = LogisticRegression(4, 3)
    save_model(run_dir / "phase2" / "best.safetensors", model, coded.facts)
    drawn = draw_run(run_dir, {"phase1": load("digits", quick=True), "phase2": coded})
    assert {str(each.relative_to(run_dir)) for each in drawn} >= {
        "phase1/filters.png",
        "phase2/confusion.png",
        "phase3/curves.png",
    }
    assert [each.name for each in (run_dir / "phase3").glob("*.png")] == ["curves.png"]


def test_a_model_without_classes_shows_what_it_gives_back(tmp_path):
    run_dir = make_run(tmp_path / "run", best=False)
    rows = [{"epoch": i + 1, "iteration": i, "train_cost": 90.0 - i} for i in range(3)]
    (run_dir / "log.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    model = dA(np.random.RandomState(3), 784, 5)
    save_model(run_dir / "best.safetensors", model, {"corruption_level": 0.3})
    draw_run(run_dir, load("digits", quick=True))
    assert {path.name for path in run_dir.glob("*.png")} == {
        "curves.png",
        "filters.png",
        "reconstructions.png",
    }
    noisy, _ = size_and_spread(run_dir / "reconstructions.png")
    save_model(run_dir / "best.safetensors", model)
    draw_run(run_dir, load("digits", quick=True))
    clean, _ = size_and_spread(run_dir / "reconstructions.png")
    assert noisy[1] > 1.3 * clean[1]  # a row of corrupted inputs more


class Own(Network):
    """A network of one's own, for the rows of a table."""

    n_in: int

    def __post_init__(self):
        self.W = parameter(np.ones((self.n_in, 1)), (self.n_in, 1), "W")

    def __call__(self, x, train=False):
        return x @ self.W


def a_regression():
    x = np.random.RandomState(0).normal(size=(60, 4))
    return from_arrays(x, x.sum(axis=1), "sums")


def test_a_regression_has_neither_filters_nor_confusions(tmp_path, capsys):
    """Four numbers are no picture of 2 x 2."""
    run_dir, data = make_run(tmp_path / "run", best=False), a_regression()
    save_model(run_dir / "best.safetensors", LogisticRegression(4, 1), data.facts)
    assert [path.name for path in draw_run(run_dir, data)] == ["curves.png", "predicted.png"]
    next_command = f"next: python -m dltut predict {run_dir} ROWS.csv, for rows of your own"
    assert capsys.readouterr().err.splitlines()[-1] == next_command


def test_a_class_of_ones_own_is_handed_over(tmp_path, capsys):
    """Without it, what can be drawn is drawn and listed before the mistake is told."""
    run_dir, data = make_run(tmp_path / "run", best=False), a_regression()
    save_model(run_dir / "best.safetensors", Own(4), data.facts)
    with pytest.raises(InputError, match="names the model 'Own', which cannot be built"):
        draw_run(run_dir, data)
    assert f"pictures: {run_dir / 'curves.png'}" in capsys.readouterr().err
    drawn = draw_run(run_dir, data, names=[Own])
    assert [path.name for path in drawn] == ["curves.png", "predicted.png"]


def test_filters_as_in_the_tutorials(tmp_path):
    model = dA(np.random.RandomState(3), 784, 101)
    draw_filters(tmp_path / "all.png", model, (1, 28, 28))
    assert size_and_spread(tmp_path / "all.png")[0] == (289, 289)
    draw_filters(tmp_path / "four.png", model, (1, 28, 28), n=4)
    assert size_and_spread(tmp_path / "four.png")[0] == (57, 57)


def test_before_the_first_model_there_are_only_curves(tmp_path):
    run_dir = make_run(tmp_path / "run", best=False)
    assert draw_run(run_dir, load("digits", quick=True)) == [run_dir / "curves.png"]
