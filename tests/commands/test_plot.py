"""Runs are drawn again by what their folders say, experiments of several phases among them."""

import numpy as np
import pytensor
import pytest
from commands.test_drawing import PICTURES, make_run, size_and_spread

from dltut.commands import cli
from dltut.commands.plot import data_of, plot
from dltut.commands.train import train
from dltut.exceptions import InputError
from dltut.training import Log
from dltut.training.log import write_log


@pytest.fixture(autouse=True)
def quick(own_settings, monkeypatch):
    """What is compiled is tested elsewhere; commands read the environment."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float32"):
        yield


def test_a_run_is_drawn_again(tmp_path):
    run_dir = make_run(tmp_path / "run")
    cli.main(["plot", str(run_dir)])
    assert {path.name for path in run_dir.glob("*.png")} == PICTURES
    with pytest.raises(InputError, match="nowhere"):
        plot(make_run(tmp_path / "other", dataset="nowhere"))


PHASES = """
- dataset: {name: digits, train: {stop: 500}, transform: [standardise]}
  model: {name: Sequential, layers: [{name: Dense, n_out: 9}, {name: Dense, activation: null}]}
  rule: {name: sgd, learning_rate: 0.1}
- dataset: digits
  model: {name: dA, n_hidden: 9}
  rule: {name: sgd, learning_rate: 0.1}
  extensions: [{name: SaveEvery, path: coder.pkl}]
- dataset: {name: digits, transform: [{name: encoded, model: coder.pkl}]}
  model: {name: LogisticRegression}
  rule: {name: sgd, learning_rate: 0.1}
"""
OTHER = """
!obj:pylearn2.train.Train {
    dataset: &d !obj:pylearn2.datasets.mnist.MNIST {which_set: train, start: 0, stop: 500},
    model: !obj:pylearn2.models.softmax_regression.SoftmaxRegression {
        nvis: 784, n_classes: 10, irange: 0.
    },
    algorithm: !obj:pylearn2.training_algorithms.sgd.SGD {
        learning_rate: .1, batch_size: 100, monitoring_dataset: {train: *d}
    },
    save_path: softmax.pkl, save_freq: 1
}
"""


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """``trained(text)``: the folder of a quick run, without pictures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path / "none"))

    def trained(text):
        (tmp_path / "mine.yaml").write_text(text)
        train(tmp_path / "mine.yaml", quick=True, pictures=False)
        return tmp_path / "runs/mine"

    return trained


def drawn(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}


@pytest.mark.slow
def test_phases_are_drawn_with_their_own_data(trained, capsys):
    folder = trained(PHASES)
    assert drawn(folder) == set()
    plot(folder)
    assert drawn(folder) >= {
        "curves.png",
        "phase1/confusion.png",
        "phase2/reconstructions.png",
        "phase3/confusion.png",
    }
    assert np.abs(data_of(folder / "phase1").train.x.mean(axis=0)).max() < 1e-4  # standardised
    data = data_of(folder)
    assert {name: each.train.n_inputs for name, each in data.items()} == {
        "phase1": 784,
        "phase2": 784,
        "phase3": 9,
    }
    (folder.parent / "coder.pkl").unlink()
    plot(folder)
    said = capsys.readouterr().err
    assert "phase3: only its curves are drawn, for its data cannot be had: " in said


@pytest.mark.slow
def test_an_experiment_of_the_other_language_is_drawn_again(trained):
    folder = trained(OTHER)
    plot(folder)
    assert drawn(folder) == PICTURES
    assert data_of(folder).train.x.shape == (500, 784)


def test_several_runs_share_one_figure(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runs = [make_run(tmp_path / name, best=False) for name in ("one", "two")]
    plot(*runs)
    assert {path.name for path in tmp_path.glob("*.png")} == {"curves.png"}
    assert not list(runs[0].glob("*.png"))
    plot(*runs, out=tmp_path / "new" / "both.png")
    assert size_and_spread("new/both.png") == size_and_spread("curves.png")
    assert capsys.readouterr().err.splitlines()[-1] == f"pictures: {tmp_path / 'new' / 'both.png'}"


def test_a_run_without_a_row_is_no_silence(tmp_path, capsys):
    run_dir = make_run(tmp_path / "run", best=False)
    write_log(run_dir, Log(n_batches=1))
    plot(run_dir)
    assert "nothing to draw: the log of" in capsys.readouterr().err


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="no run is named: give the folder of one or more"):
        plot()
    with pytest.raises(InputError, match=r"holds no log\.jsonl"):
        plot(tmp_path, tmp_path)
    with pytest.raises(InputError, match=r"config\.json cannot be read"):
        plot(tmp_path)
