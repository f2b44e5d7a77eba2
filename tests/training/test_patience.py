import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.toy import run

from dltut.exceptions import InputError
from dltut.training import HistoryPatience, Log, Monitor, Patience, Trainer


def published(errors, n_batches, patience, increase, threshold):
    """The loop as the tutorials print it: iteration and patience at its end."""
    validation_frequency = max(1, min(n_batches, patience // 2))
    best, epoch, errors = np.inf, 0, iter(errors)
    while True:
        epoch += 1
        for minibatch in range(n_batches):
            iteration = (epoch - 1) * n_batches + minibatch
            if (iteration + 1) % validation_frequency == 0:
                error = next(errors)
                if error < best:
                    if error < best * threshold:
                        patience = max(patience, iteration * increase)
                    best = error
            if patience <= iteration:
                return epoch, minibatch, iteration, patience


def test_golden_trace_of_logistic_regression():
    errors = [0.5 * 0.99**epoch for epoch in range(37)] + [0.5 * 0.99**36]
    patience = Patience(5000)
    log = run(errors, patience, n_batches=83)
    assert patience.patience == 6140
    assert (log.iteration, log.epoch, log.minibatch + 1) == (6140, 74, 82)
    assert len(log.rows) == 73
    assert log.stop_reason == (
        "patience ran out: no significant improvement of valid_error since iteration 3070 "
        "(patience 6140)"
    )


@given(
    st.lists(st.floats(0.01, 1), min_size=1, max_size=30),
    st.integers(1, 7),
    st.integers(1, 40),
    st.sampled_from([1.5, 2, 3]),
    st.sampled_from([0.5, 0.995, 1]),
)
def test_patience_is_the_published_loop(errors, n_batches, patience, increase, threshold):
    endless = [*errors, *[max(errors)] * 500]
    criterion = Patience(patience, increase, threshold)
    log = run(endless, criterion, n_batches=n_batches)
    assert (log.epoch, log.minibatch, log.iteration, criterion.patience) == published(
        endless, n_batches, patience, increase, threshold
    )


def test_a_small_improvement_is_not_significant():
    log = run([1.0, 0.996, 0.995], Patience(10), n_batches=5)
    assert log.iteration == 10  # 0.995 is not below 0.996 * 0.995
    log = run([1.0, 0.994], Patience(10), n_batches=5)
    assert log.iteration == 2 * 9


def test_patience_replays_the_rows_of_a_resumed_log():
    log = run([0.5, 0.25], Patience(100), n_batches=60)
    fresh = Patience(100)
    assert fresh.should_stop(log) == log.stop_reason
    assert fresh.patience == 198


def test_patience_starts_anew_with_another_log():
    patience = Patience(100)
    assert run([0.5, 0.25], patience, n_batches=60).iteration == 198
    assert run([0.5], patience, n_batches=60).iteration == 100


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=30), st.integers(1, 7))
def test_an_accuracy_stops_where_its_error_does(errors, n_batches):
    """The same counts of a thousand, as shares that are wrong and as shares that are right."""
    wrong, right = Patience(20, threshold=0.75), Patience(20, threshold=0.75)
    one = run([n / 1024 for n in errors], wrong, n_batches=n_batches)
    other = run([1 - n / 1024 for n in errors], right, n_batches=n_batches, watch="valid_accuracy")
    assert (one.iteration, wrong.patience) == (other.iteration, right.patience)
    assert [row["best"] for row in one.rows] == [row["best"] for row in other.rows]


def test_what_rises_without_end_has_to_rise_by_a_share_of_its_size():
    patience = Patience(20, threshold=0.9)
    log = run([-100.0, -91.0, -90.0, -80.0], patience, n_batches=5, watch="valid_likelihood")
    assert (log.iteration, patience.best) == (2 * 19, -80)
    assert log.stop_reason.endswith("since iteration 19 (patience 38)")  # not of -91 or -90


def test_the_end_is_known_as_things_stand():
    log = run([0.5, 0.25], Patience(100), n_batches=60, max_epochs=2)
    assert log.last_iteration == 2 * 60 - 1
    assert run([0.5, 0.25], Patience(100), n_batches=60).last_iteration == 198


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patience": 0}, "patience is 0; it counts minibatches"),
        ({"patience": 2.5}, "patience is 2.5; it counts minibatches"),
        ({"patience": True}, "patience is True; it counts minibatches"),
        ({"increase": 0.5}, "increase is 0.5; it is 1 or more"),
        ({"increase": np.inf}, "increase is inf; it is 1 or more"),
        ({"increase": np.nan}, "increase is nan; it is 1 or more"),
        ({"threshold": 0}, "threshold is 0; it is above 0 and at most 1"),
        ({"threshold": 1.005}, "threshold is 1.005; it is above 0 and at most 1"),
        ({"threshold": "half"}, "threshold is 'half'; it is above 0 and at most 1"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        Patience(**options)


def test_patience_needs_something_to_judge():
    with pytest.raises(InputError, match="Patience has no channel to judge: give Monitor a valid"):
        Trainer(lambda index: 1.0, 1, [Monitor(norm=float), Patience(3)]).run(2)


def tutorial_stop(errors, patience):
    """At which validation lstm.py stops: its loop, in plain Python; None if it does not."""
    history, bad = [], 0
    for number, error in enumerate(errors):
        history.append(error)
        if error <= min(history):
            bad = 0
        if len(history) > patience and error >= min(history[:-patience]):
            bad += 1
            if bad > patience:
                return number
    return None


@pytest.mark.parametrize("patience", [1, 3, 10])
def test_the_lstm_tutorial_s_rule(patience):
    rng = np.random.default_rng(patience)
    for _ in range(30):
        errors = rng.integers(1, 9, size=60) / 10 + np.linspace(0.5, 0, 60) * rng.integers(2)
        log = Log(n_batches=1, watched="valid_error")
        criterion, stopped = HistoryPatience(patience), None
        for number, error in enumerate(errors):
            log.append({"iteration": number, "valid_error": float(error)})
            if criterion.should_stop(log):
                stopped = number
                break
        assert stopped == tutorial_stop(errors.tolist(), patience)


def test_a_history_of_accuracies():
    log, criterion = Log(n_batches=1, watched="valid_accuracy"), HistoryPatience(1)
    log.lower = False
    reasons = []
    for accuracy in (0.5, 0.6, 0.55, 0.5):
        log.append({"valid_accuracy": accuracy})
        reasons.append(criterion.should_stop(log))
    assert reasons[:3] == [None] * 3 and reasons[3].startswith("2 validations were no better")
