"""How far, how fast, how long still, what was best: from a log written by hand."""

import numpy as np
import pytest

from dltut.viz import Standing
from dltut.viz.standing import main_and_other_panels


def standing(max_epochs=None, is_training=True, **columns):
    columns = {name: np.array(values, "float64") for name, values in columns.items()}
    return Standing("mlp", columns, "training", is_training, max_epochs)


def test_before_the_first_row_nothing_is_known():
    empty = standing(max_epochs=10)
    assert (empty.n_rows, empty.epoch, empty.progress, empty.seconds) == (0, 0, None, None)
    assert (empty.speed, empty.left, empty.best, empty.watched, empty.last) == (
        "",
        "",
        "",
        None,
        {},
    )


def test_speed_is_that_of_the_last_rows():
    """Of the last nine intervals: twenty epochs of 50 minibatches at 1 s each, then at 4 s."""
    epochs = np.arange(1, 41)
    seconds = np.concatenate([np.arange(1, 21), 20 + 4 * np.arange(1, 21)])
    slow = standing(
        100, epoch=epochs, minibatch=[49] * 40, iteration=50 * epochs - 1, seconds=seconds
    )
    assert slow.seconds == 100 and slow.progress == pytest.approx(0.4)
    assert slow.speed == "4.0 s an epoch"
    assert slow.left == "at most 4 min 0 s left"  # 60 epochs
    ended = standing(100, False, epoch=[1], minibatch=[49], iteration=[49], seconds=[0.25])
    assert (ended.speed, ended.left) == ("4 epochs/s", "")


def test_rows_in_the_middle_of_an_epoch():
    """Epochs of 100 minibatches, a row every 30."""
    iterations = np.array([29, 59, 89, 119, 149])
    part = standing(
        2, epoch=iterations // 100 + 1, minibatch=iterations % 100, iteration=iterations,
        seconds=(iterations + 1) / 50,
    )  # fmt: skip
    assert part.progress == pytest.approx(0.75)
    assert (part.speed, part.left) == ("0.5 epochs/s", "at most 1.0 s left")


def test_a_row_before_training():
    """Its epoch is 0, its iteration -1."""
    columns = {"epoch": [0], "minibatch": [-1], "iteration": [-1], "seconds": [0.0]}
    assert standing(5, **columns).progress in (None, 0) and standing(5, **columns).speed == ""
    columns = {"epoch": [0, 1], "minibatch": [-1, 9], "iteration": [-1, 9], "seconds": [0.0, 5.0]}
    assert standing(5, **columns).speed == "5.0 s an epoch"
    assert standing(5, **columns).progress == pytest.approx(0.2)


def test_without_a_clock_there_is_no_speed():
    no = standing(5, epoch=[1, 2], minibatch=[9, 9], iteration=[9, 19])
    assert (no.seconds, no.speed, no.left) == (None, "", "") and no.progress == pytest.approx(0.4)


def test_the_watched_channel_is_the_one_that_improves_at_every_best_row():
    columns = {"epoch": [1, 2, 3], "iteration": [0, 1, 2], "best": [1, 1, 0]}
    columns |= {"train_cost": [3, 2, 1], "valid_cost": [1, 2, 3], "valid_error": [0.5, 0.25, 0.3]}
    errors = standing(**columns, test_error=[0.6, 0.35, np.nan])
    assert errors.watched == "valid_error"
    assert errors.best == "validation error 25 %, test error 35 % in epoch 2"
    rising = standing(**columns | {"valid_error": [9, 9, 9], "valid_accuracy": [0.5, 0.6, 0.1]})
    assert rising.best == "validation accuracy 60 % in epoch 2"
    cost = standing(**columns | {"valid_error": [np.nan, np.nan, 0.1]})
    assert cost.watched == "train_cost"
    assert standing(**columns | {"best": [0, 0, 0]}).best == ""


def test_last_values():
    last = standing(
        iteration=[0, 1], valid_error=[0.5, np.nan], norm=[np.nan, np.nan], x=[1, 2]
    ).last
    assert last == {"valid_error": 0.5, "x": 2}


def test_costs_and_rates_come_first():
    names = "learning_rate valid_h0_row_norms_max test_error train_cost valid_error norm valid_nll"
    one = standing(iteration=[0], epoch=[1], best=[1], **{name: [1.0] for name in names.split()})
    main, others = main_and_other_panels([one])
    assert main == [["train_cost"], ["valid_error", "test_error"], ["valid_nll"]]
    assert others == [["valid_h0_row_norms_max"], ["learning_rate"], ["norm"]]
    assert main_and_other_panels([one, standing()], ["norm"]) == ([["norm"]], [])
    odd = standing(iteration=[0], norm=[1.0], speed=[2.0], size=[3.0])
    assert main_and_other_panels([odd]) == ([["norm"], ["speed"]], [["size"]])
