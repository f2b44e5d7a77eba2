"""Schedules with their golden values; what the other extensions are made with."""

import numpy as np
import pytensor
import pytest

from dltut.experiment.part import Part
from dltut.models import LogisticRegression
from dltut.training import Monitor, PlotWhileTraining, PolyakAverage, Trainer


@pytest.fixture
def schedule(made):
    """``schedule(text, initial)``: of a changing number, its schedule and what it counts."""

    def schedule(text, initial):
        changing = made(text)
        return changing.schedule(initial=initial), changing.number, changing.per

    return schedule


def test_the_momentum_that_rises(schedule):
    text = """!p:training_algorithms.learning_rule.MomentumAdjustor {start: %d, saturate: %d,
        final_momentum: %g}"""
    value, number, per = schedule(text % (1, 250, 0.7), 0.5)
    assert (number, per) == ("momentum", "epoch")
    assert value(49) == pytest.approx(0.539357, abs=5e-7)  # of epoch 50
    value, *_ = schedule(text % (1, 10, 0.99), 0.5)
    found = [value(epoch - 1) for epoch in (1, 2, 3, 10, 20)]
    assert found == pytest.approx([0.5, 0.55444, 0.60889, 0.99, 0.99], abs=5e-6)


def test_the_rate_that_decays_with_each_minibatch(schedule):
    text = "!p:training_algorithms.sgd.ExponentialDecay {decay_factor: 1.00004, min_lr: .000001}"
    value, number, per = schedule(text, 0.05)
    assert (number, per) == ("learning_rate", "minibatch")
    assert value(25_000) == pytest.approx(0.0183943, abs=5e-8) and value(10**7) == 1e-6


def test_the_rate_on_a_straight_line(schedule):
    text = """!p:training_algorithms.sgd.LinearDecayOverEpoch {start: 3, saturate: 6,
        decay_factor: .2}"""
    value, *_ = schedule(text, 1.0)
    found = [value(epoch - 1) for epoch in range(1, 9)]
    assert found == pytest.approx([1, 1, 0.8, 0.6, 0.4, 0.2, 0.2, 0.2])


@pytest.mark.parametrize(("half_life", "at_9"), [("", 4 / 10), (", half_life: 2", 2 / 8)])
def test_the_rate_over_the_epochs(schedule, half_life, at_9):
    text = f"!p:training_algorithms.sgd.OneOverEpoch {{start: 3{half_life}}}"
    value, *_ = schedule(text, 1.0)
    assert [value(epoch - 1) for epoch in (1, 3, 9)] == pytest.approx([1, 1, at_9])
    assert value(10**9) == 1e-6


def test_annealing(schedule):
    value, *_ = schedule("!p:training_algorithms.sgd.AnnealedLearningRate {anneal_start: 10}", 1.0)
    assert [value(step) for step in (1, 10, 20)] == [1, 1, 0.5]


def test_the_rate_that_follows_a_channel(made):
    rate = pytensor.shared(np.array(0.1), name="learning_rate")
    text = """!p:training_algorithms.sgd.MonitorBasedLRAdjuster {dataset_name: valid,
        shrink_amt: .5, max_lr: .2}"""
    adjuster = made(text)(learning_rate=rate)
    assert (adjuster.channel, adjuster.shrink, adjuster.maximum) == ("valid_objective", 0.5, 0.2)


def test_pictures_means_and_smooth_channels(made, tmp_path):
    context = {"folder": tmp_path, "model": LogisticRegression(2, 3)}
    polyak = made("!p:training_algorithms.sgd.PolyakAveraging {start: 2, save_path: mean.pkl}")
    made_of = polyak(**context)
    assert isinstance(made_of, PolyakAverage)
    assert (made_of.path, made_of.start, made_of.per) == (tmp_path / "mean.pkl", 2, "epoch")

    text = """!p:train_extensions.plots.PlotManager {freq: 1, plots: [
        !p:train_extensions.plots.Plots {channel_names: [a, b], save_path: ab.png}]}"""
    [plot] = (part(**context) for part in made(text).parts)
    assert isinstance(plot, PlotWhileTraining) and plot.path == tmp_path / "ab.png"

    smoother = made(
        "!p:train_extensions.ChannelSmoother {channel_to_smooth: c, channel_to_publish: d, k: 2}"
    )
    assert isinstance(smoother, Part)
    values = iter([1.0, 3.0, 5.0])
    extensions = [Monitor({"c": lambda: next(values)}), smoother()]
    log = Trainer(lambda index: 0.0, n_batches=1, extensions=extensions).run(max_epochs=3)
    assert [row["d"] for row in log.rows] == [1, 2, 4]
