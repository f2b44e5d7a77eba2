"""Every file call of short runs failed, half done, or deadly; and power cuts at any moment.

``python tests/faults/everything.py`` tries all of them in all ways, and the scripts themselves.
"""

import random

import pytensor
import pytest
from faults import kinds
from faults.calls import HOWS, KILLS
from faults.forks import outcome
from faults.trying import (
    assert_cuts_harmless,
    assert_harmless,
    begun,
    recorded,
    silently,
)

from dltut.commands.plot import plot
from dltut.commands.predict import command as predict
from dltut.datasets import load
from dltut.models import LogisticRegression, save_model
from dltut.tasks import load_trained
from dltut.training import read_run
from dltut.viz import learning_curves

CUTS = 30  # states of the disk


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """The folder of a run that stands in the middle of its second epoch."""
    folder = tmp_path_factory.mktemp("interrupted")
    n = len(silently(recorded, folder, kinds.plain).made)
    ended, _ = outcome(lambda: recorded(begun(folder, None), kinds.plain, n // 2, KILLS[0]))
    assert ended == "dead"
    return folder / "run"


def assert_all_harmless(script, folder, ways, before=None, every=1):
    """Every call once, or each of some, the ways in turn."""
    calls = silently(recorded, begun(folder, before), script)
    whole = kinds.traces(folder / "run")
    for n in range(0, len(calls.made), every):
        assert_harmless(script, folder, n, ways[n // every % len(ways)], whole, before)
    return len(calls.made)


def test_a_training_run(tmp_path):
    assert assert_all_harmless(kinds.plain, tmp_path / "it", HOWS, every=2) > 100


def test_a_run_that_is_resumed(tmp_path, interrupted):
    assert assert_all_harmless(kinds.plain, tmp_path / "it", HOWS[::-1], interrupted, every=3) > 50


def test_pretraining(tmp_path):
    assert assert_all_harmless(kinds.pretraining, tmp_path / "it", HOWS, every=7) > 150


@pytest.mark.parametrize("script", [kinds.plain, kinds.pretraining])
def test_power_cuts(tmp_path, script):
    assert assert_cuts_harmless(script, tmp_path / "it", CUTS, random.Random(0)) > CUTS


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a run with a model that can be asked, and a table to ask it about."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    silently(kinds.plain, folder)
    rows = [f"{i % 7},{i % 5},{'big' if i % 7 > 3 else 'small'}" for i in range(40)]
    (folder / "rows.csv").write_text("\n".join(["a,b,size", *rows]) + "\n")
    data = silently(load, folder / "rows.csv")
    save_model(folder / "best.safetensors", LogisticRegression(2, 2), data.facts)
    return folder


def test_predict(tmp_path, trained, monkeypatch):
    model, task = load_trained(trained / "best.safetensors")
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        answers = task.answer_function(model)
    monkeypatch.setattr(type(task), "answer_function", lambda task, model: answers)  # compiled once
    script = lambda folder: predict(folder, folder / "rows.csv")  # noqa: E731
    assert assert_all_harmless(script, tmp_path / "it", HOWS, trained, every=2) > 15
    assert (tmp_path / "it" / "run" / "predictions" / "rows-prediction.csv").stat().st_size > 500


def test_plot(tmp_path, trained, monkeypatch):
    picture = learning_curves({"run": read_run(trained)})  # drawn once: it is a second each
    monkeypatch.setattr("dltut.commands.plot.learning_curves", lambda logs: picture)

    def script(folder):
        plot(folder, folder, out=folder / "curves.png")

    assert assert_all_harmless(script, tmp_path / "it", HOWS, trained, every=2) > 15
