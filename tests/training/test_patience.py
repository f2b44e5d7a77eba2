import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.toy import run

from dltut.exceptions import InputError
from dltut.training import Patience


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
        "patience ran out: no significant improvement of valid_error since iteration 3071 "
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


def test_patience_counts_minibatches():
    with pytest.raises(InputError, match="patience is 0; it counts minibatches"):
        Patience(0)
