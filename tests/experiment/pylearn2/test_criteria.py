"""Criteria of Pylearn2, traced by hand on a log's rows."""

import pytest

from dltut.training import Log

EPOCHS = 5  # minibatches in one


@pytest.fixture
def stops(made):
    """``stops(text, values)``: at which of the values of channel c a criterion stops, or None."""

    def stops(text, values, **context):
        criterion = made(text)
        criterion = criterion(**context) if callable(criterion) else criterion
        log = Log(n_batches=EPOCHS)
        for epoch, value in enumerate(values):
            log.move_to(epoch * EPOCHS - 1)
            log.cost = 1.0
            log.append({"epoch": epoch, "iteration": log.iteration, "c": value, "objective": value})
            if criterion.should_stop(log):
                return epoch
        return None

    return stops


def based(prop, n):
    return (
        f"!p:termination_criteria.MonitorBased {{channel_name: c, prop_decrease: {prop}, N: {n}}}"
    )


def counter(n):
    return f"!p:termination_criteria.EpochCounter {{max_epochs: {n}}}"


def test_n_epochs_are_n_plus_1_records(stops):
    assert stops(counter(3), [1.0] * 9) == 3  # records 0, 1, 2, 3


@pytest.mark.parametrize(
    ("prop", "n", "values", "end"),
    [
        (0.0, 2, [4, 3, 3, 3, 3], 3),  # ties are none: two checks after the 3
        (0.0, 2, [4, 3, 3, 2, 2, 2], 5),
        (0.5, 2, [4, 3, 1.9, 1.8, 1.7], 2),  # what counts is the lowest so far, 3
        (0.01, 5, [1, 0.99, 0.98, 0.975, 0.973, 0.972, 0.971, 0.97], 7),
    ],
)
def test_monitor_based(stops, prop, n, values, end):
    assert stops(based(prop, n), values) == hand_trace(prop, n, values) == end


def hand_trace(prop, n, values):
    """Pylearn2's rule, word by word: a countdown that an improvement sets back."""
    best, countdown = float("inf"), n
    for epoch, value in enumerate(values):
        countdown = n if value < (1 - prop) * best else countdown - 1
        best = min(best, value)
        if countdown <= 0:
            return epoch
    return None


def test_the_objective_is_meant_if_nothing_else_is_said(stops):
    assert stops("!p:termination_criteria.MonitorBased {N: 1, prop_decrease: 0.}", [2, 1, 1]) == 2


def test_and_stops_with_the_first_or_with_the_last(stops):
    both = f"{{criteria: [{counter(2)}, {counter(4)}]}}"
    assert stops(f"!p:termination_criteria.And {both}", [1.0] * 9) == 2
    assert stops(f"!p:termination_criteria.Or {both}", [1.0] * 9) == 4


def test_a_target(stops):
    text = "!p:termination_criteria.ChannelTarget {channel_name: c, target: .5}"
    assert stops(text, [3, 1, 0.6, 0.5, 0.4]) == 3


def test_an_infinite_channel(stops):
    text = "!p:termination_criteria.ChannelInf {channel_name: c}"
    assert stops(text, [3, 1, float("inf"), 1]) == 2


def test_the_channel_of_an_earlier_run(stops, tmp_path):
    from dltut.training.log import write_log

    (tmp_path / "first").mkdir()
    earlier = Log(n_batches=1)
    for i, value in enumerate([0.9, 0.7]):
        earlier.append({"epoch": i + 1, "iteration": i, "train_objective": value})
    write_log(tmp_path / "first", earlier)
    text = """!p:termination_criteria.MatchChannel {channel_name: c,
        prev_channel_name: train_objective, prev_monitor_name: first}"""
    assert stops(text, [3, 0.8, 0.7, 0.1], folder=tmp_path) == 2


class Ten:
    def n_batches(self, size):
        return EPOCHS


def test_patience_in_epochs(stops):
    text = """!p:training_algorithms.sgd.PatienceBasedTermCrit {channel_name: c,
        prop_decrease: 0., initial_patience: 2}"""
    assert stops(text, [4, 3, 3, 3, 3, 3], split=Ten(), batch_size=10) == 3
