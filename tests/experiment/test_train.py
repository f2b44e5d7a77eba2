"""What a training is put together of: the same numbers as by hand, whoever describes it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import optim, training
from dltut.commands.run import Run
from dltut.datasets import Dataset, Split
from dltut.exceptions import InputError
from dltut.experiment.costs import Term, default
from dltut.experiment.part import Part
from dltut.experiment.train import Train, numbers_of, runs_folder
from dltut.models import LogisticRegression, load_model
from dltut.nn import l2
from dltut.optim import schedules

RANDOM = np.random.default_rng(1)
SPLIT = Split(RANDOM.random((10, 4)), np.arange(10) % 3)
MODEL = Part(LogisticRegression)
SGD = Part(optim.sgd, {"learning_rate": 0.5})


@pytest.fixture(autouse=True)
def exact(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytensor.config.change_flags(floatX="float64", mode="FAST_COMPILE"):
        yield


def data():
    return Dataset(SPLIT, SPLIT[:7], SPLIT[:4], "ten", None, tuple("xyz"))


def prepared(**changes):
    given = {"data": data(), "model": MODEL, "rule": SGD, "batch_size": 5} | changes
    return Train(**given).prepared(Run(dry_run=True))


def rows(**changes):
    given = {
        "data": data(),
        "model": MODEL,
        "rule": SGD,
        "batch_size": 5,
        "max_epochs": 3,
    } | changes
    run = Run(run_dir=Path("runs/mine"))
    run.configure()
    pytensor.config.floatX = "float64"
    return Train(**given).run(run).rows


def softmax_errors(W, b, n):
    scores = SPLIT.x[:n] @ W + b
    return (scores.argmax(axis=1) != SPLIT.y[:n]).mean()


def test_a_training_by_hand():
    """Gradient descent on the softmax, in NumPy."""
    found = rows(partial="keep", costs=[Part(default), Term(l2, coefficient=0.1)])
    W, b, errors = np.zeros((4, 3)), np.zeros(3), []
    for _ in range(3):
        for start in (0, 5):
            x, y = SPLIT.x[start : start + 5].astype("float64"), SPLIT.y[start : start + 5]
            p = np.exp(x @ W + b)
            p /= p.sum(axis=1, keepdims=True)
            p[range(5), y] -= 1
            W, b = W - 0.5 * (x.T @ p / 5 + 0.2 * W), b - 0.5 * p.mean(axis=0)
        errors.append(softmax_errors(W, b, 7))
    assert [row["valid_error"] for row in found] == pytest.approx(errors)
    assert [row["epoch"] for row in found] == [1, 2, 3]
    model = load_model("runs/mine/best.safetensors")
    assert isinstance(model, LogisticRegression)


def test_channels_on_any_splits():
    def steepness(model, x):
        return abs(model(x)).max()

    found = rows(
        monitored={"train": SPLIT, "valid": SPLIT[:7]},
        channels=["error", "objective", "terms", Part(steepness)],
        costs=[Part(default), Term(l2, coefficient=0.1)],
        at_start=True,
    )
    assert len(found) == 4 and found[0]["epoch"] == 0
    assert found[0]["train_objective"] == pytest.approx(np.log(3))
    for row in found:
        terms = row["valid_term_0_default"] + 0.1 * row["valid_term_1_l2"]
        assert row["valid_objective"] == pytest.approx(terms)
    assert {"train_steepness", "train_error", "valid_steepness"} <= found[-1].keys()


def test_a_channel_may_be_several():
    def several(x, terms):
        return {"mean": x.mean(), "n": pt.as_tensor(float(len(terms)))}

    _, _, (monitor, *_) = prepared(channels=[Part(several)], watch=None)
    assert set(monitor.channels) == {"valid_mean", "valid_n", "test_mean", "test_n"}
    assert monitor.channels["valid_n"].mean() == 1.0


def test_some_minibatches_are_measured():
    _, _, (monitor, *_) = prepared(
        monitored={"train": SPLIT}, monitor_batch_size=2, monitor_batches=3, partial="keep"
    )
    assert monitor.channels["train_error"].n_examples == 6
    assert monitor.watched is None


def test_the_split_that_is_learned_from_is_shared_once():
    given = data()
    step, _, (monitor, *_) = prepared(data=given, monitored={"train": given.train})
    assert monitor.channels["train_error"].joint._split is step._split


def test_what_changes_is_a_shared_scalar():
    momentum = Part(optim.momentum, {"learning_rate": 0.5})
    step, _, (rate, share, _) = prepared(
        rule=momentum,
        schedules={
            "learning_rate": (Part(schedules.exponential, {"factor": 2.0}), "minibatch"),
            "momentum": (
                Part(schedules.linear, {"final": 0.5, "start": 1, "saturate": 3}),
                "epoch",
            ),
        },
    )
    assert isinstance(rate, training.Scheduled) and (rate.per, share.per) == ("minibatch", "epoch")
    assert [rate.schedule(t) for t in range(3)] == [0.5, 0.25, 0.125]
    expected = schedules.linear(0.9, 0.5, 1, 3)
    assert [share.schedule(t) for t in range(5)] == [expected(t) for t in range(5)]
    rate.variable.set_value(0.0)  # the step learns with it
    before = step._function.state[0].get_value()
    step(0)
    assert (before == step._function.state[0].get_value()).all()


def test_criteria_and_extensions_get_what_they_take():
    _, model, extensions = prepared(
        stopping=[
            Part(training.Diverged),
            Part(training.HalveOnNoImprovement, {"n_epochs": 3}),
            training.MaxEpochs(2),
            Part(training.any_of, {"criteria": [Part(training.MaxEpochs, {"n": 5})]}),
        ],
        extensions=[
            Part(training.SaveBest, {"path": "sub/best.safetensors"}),
            Part(training.PolyakAverage, {"start": 2}),
        ],
    )
    monitor, diverged, halve, two, both, save, polyak = extensions
    assert isinstance(monitor, training.Monitor) and diverged.params == model.params
    assert halve.learning_rate.get_value() == 0.5 and two.n == 2 and both.criteria[0].n == 5
    assert save.model is model and Path(save.path) == Path("runs/sub/best.safetensors")
    assert save.header["dataset"] == "ten" and polyak.start == 2


def test_defaults_of_a_rule():
    assert numbers_of(Part(optim.adam))["learning_rate"] == 0.001
    assert numbers_of(Part(optim.sgd, {"learning_rate": 0.25})) == {"learning_rate": 0.25}


def test_the_last_model_is_saved_where_it_was_asked_for():
    rows(save_path="last.pkl", save_freq=2)
    model = load_model("runs/last.pkl")
    assert (model.params[0].get_value() != 0).any()
    with pytest.raises(InputError, match=r"runs/last\.pkl is there already: move it"):
        prepared_again = Run(run_dir=Path("runs/other"))
        Train(
            data(), MODEL, SGD, save_path="last.pkl", allow_overwrite=False, batch_size=5
        ).prepared(prepared_again)
    with pytest.raises(InputError, match="leads out of the folder of the runs"):
        Train(data(), MODEL, SGD, save_path="../x.pkl", batch_size=5).prepared(
            Run(run_dir=Path("r/o"))
        )
    with pytest.raises(InputError, match="leads out of the folder of the runs"):
        prepared(save_path="../x.pkl")  # in a dry run, too


def test_the_folder_of_the_runs():
    assert runs_folder(Run()) == Path("runs")
    assert runs_folder(Run(run_dir=Path("a/b"))) == Path("a")


@pytest.mark.parametrize(
    ("mode", "n_batches"), [(None, 3), ("sequential", 4), ("even_random_uniform", 3)]
)
def test_examples_come_in_the_order_of_a_mode(mode, n_batches):
    """Ten of them by three: the usual and the even modes leave one out."""
    step, _, (first, *_) = prepared(iteration=mode, batch_size=3, seed=5)
    assert step.n_batches == n_batches
    assert isinstance(first, training.Order) == (mode is not None)


def test_the_order_is_seeded():
    def rows(seed):
        _, _, (order, *_) = prepared(iteration="shuffled_sequential", batch_size=1, seed=seed)
        order.before_epoch(SimpleNamespace(log=SimpleNamespace(epoch=1)))
        return order.rows.get_value().tolist()

    assert rows(5) == rows(5) != rows(6)
    assert sorted(rows(5)) == list(range(10))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": ["eror"]}, r"there is no channel eror; "),
        (
            {"iteration": "suffled_sequential"},
            "there is no iteration mode 'suffled_sequential': did you me",
        ),
        ({"schedules": {"rat": None}}, "the rule has no number rat; .*learning_rate"),
        ({"rule": None}, "rule is missing"),
        ({"batch_size": 11}, "batch_size is 11 but the train split has 10"),
        ({"watch": "valid_eror"}, "watch is 'valid_eror', which is not measured"),
        ({"rule": Part(optim.sgd, {"learning_rate": -1.0})}, "learning_rate is -1"),
    ],
)
def test_what_does_not_fit(changes, message):
    with pytest.raises(InputError, match=message) as caught:
        prepared(**changes)
    assert hasattr(caught.value, "keys")  # it belongs to the file


def test_a_model_of_other_inputs_is_refused_before_anything_is_compiled():
    model = Part(LogisticRegression, {"n_in": 5})
    with pytest.raises(InputError, match="the LogisticRegression takes 5 numbers, an example has"):
        prepared(model=model)
