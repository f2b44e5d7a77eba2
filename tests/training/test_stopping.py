from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.toy import Variable, run

from dltut.exceptions import InputError
from dltut.training import (
    Diverged,
    HalveOnNoImprovement,
    Log,
    MatchChannel,
    MaxEpochs,
    Monitor,
    NoImprovement,
    TargetReached,
    TimeLimit,
    Trainer,
    all_of,
    any_of,
)
from dltut.training.log import write_log
from dltut.training.stopping import not_finite


@pytest.mark.parametrize("k", [0, 1, 5])
def test_no_improvement_stops_at_k_plus_n(k):
    errors = [*np.linspace(0.1, 0.9, k + 1)[::-1], 0.1]  # ties for ever after
    log = run(errors, NoImprovement(10))
    assert len(log.rows) == k + 10 + 1
    assert log.stop_reason == "no improvement of valid_error in 10 validations"


def test_no_improvement_begins_to_count_again():
    assert len(run([0.5, 0.6, 0.6, 0.4, 0.6, 0.4, 0.5], NoImprovement(3)).rows) == 7


def test_errors_that_are_nan_are_no_improvement():
    assert len(run([nan], NoImprovement(3)).rows) == 3


def test_max_epochs():
    log = run([0.5], MaxEpochs(3), n_batches=4)
    assert (log.iteration, log.stop_reason) == (11, "3 epochs done")


def test_target_reached():
    log = run([0.5, 0.2, 0.1], TargetReached(0.2))
    assert len(log.rows) == 2
    assert log.stop_reason == "valid_error reached 0.2, the target being 0.2"


def test_time_limit_stops_at_the_end_of_an_epoch():
    log = run([0.5], TimeLimit(0), n_batches=7)
    assert (log.iteration, log.stop_reason) == (6, "time limit of 0 seconds reached")
    log.set_seconds(50)
    assert TimeLimit(50).should_stop(log)
    assert TimeLimit(51).should_stop(log) is None


def test_diverged_names_the_parameter():
    W, b = Variable(np.ones(3), "W"), Variable(np.zeros(2), "b")

    def step(index):
        if made.log.iteration == 5:
            b.value[1] = inf
        return 1.0

    made = Trainer(step, 4, [Diverged([W, b])])
    log = made.run(max_epochs=9)
    assert (log.iteration, log.stop_reason) == (7, "b is not finite")  # at the epoch's end


def test_diverged_names_the_number():
    log = run([0.5, inf], Diverged())
    assert (len(log.rows), log.stop_reason) == (2, "valid_error is not finite")
    log = Log(n_batches=2, iteration=0, cost=nan)
    assert Diverged().should_stop(log) == "the cost is not finite"
    assert Diverged().should_stop(Log(n_batches=2)) is None


def test_not_finite_takes_numbers_and_arrays_of_any_kind():
    assert not_finite({"n": 3, "flag": True, "u": np.zeros(2, "uint32"), "x": 1.0}) is None
    assert not_finite({"x": 1.0, "y": -inf, "z": nan}) == "y"


def test_any_of_and_all_of():
    log = run([0.5], any_of(MaxEpochs(9), NoImprovement(3)))
    assert (len(log.rows), log.stop_reason) == (4, "no improvement of valid_error in 3 validations")
    log = run([0.5], all_of(MaxEpochs(9), NoImprovement(3)))
    assert len(log.rows) == 9
    assert log.stop_reason == "9 epochs done and no improvement of valid_error in 8 validations"


@pytest.mark.parametrize("combine", [any_of, all_of])
def test_nothing_cannot_be_combined(combine):
    with pytest.raises(InputError, match="need at least one criterion"):
        combine()


@pytest.mark.parametrize(
    ("criterion", "options", "message"),
    [
        (NoImprovement, {"n": 0}, "n is 0; it counts validations"),
        (NoImprovement, {"n": 2.5}, "n is 2.5; it counts validations"),
        (NoImprovement, {"n": 5, "threshold": 0}, "threshold is 0; it is above 0"),
        (NoImprovement, {"n": 5, "threshold": nan}, "threshold is nan; it is above 0"),
        (MaxEpochs, {"n": -1}, "n is -1; it counts epochs"),
        (MaxEpochs, {"n": nan}, "n is nan; it counts epochs"),
        (TargetReached, {"target": nan}, "target is nan; it is a number"),
        (TargetReached, {"target": "valid_error"}, "target is 'valid_error'; it is a number"),
        (TimeLimit, {"seconds": -1}, "seconds is -1; it is 0 or more"),
        (TimeLimit, {"seconds": inf}, "seconds is inf; it is 0 or more"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(criterion, options, message):
    with pytest.raises(InputError, match=message):
        criterion(**options)


# Row by row what a value has to be below, and how many rows are then without: worked out by hand.
# 1 %, 5 rows:  -     .99   .98505 .97911 .97515 .97119
ALWAYS_LITTLE = [1.0, 0.995, 0.989, 0.985, 0.981, 0.977]
# 1 %, 5 rows:  -    .99   .98505 .9801 .9702 .96525 .96228 .9603 .95931
ONE_DROP = [1.0, 0.995, 0.99, 0.98, 0.975, 0.972, 0.97, 0.969, 0.968]
# 50 %, 10 rows: -   .4   .25  .15   .1   .1 ...
HALVES = [0.8, 0.5, 0.3, 0.2, 0.3, 0.25, 0.2, 0.19, 0.18, 0.17, 0.16]
# 50 %, 10 rows, with a row that is good enough as the eleventh: below .08
IN_TIME = [0.8, 0.5, 0.3, 0.2, 0.3, 0.25, 0.2, 0.19, 0.18, 0.16, 0.07]


@pytest.mark.parametrize(
    ("values", "n", "threshold", "n_rows"),
    [
        (ALWAYS_LITTLE, 5, 0.99, 6),
        (ONE_DROP, 5, 0.99, 9),
        (HALVES, 10, 0.5, 11),
        (IN_TIME, 10, 0.5, 21),
        ([1.0, nan, 0.5, nan, nan, 0.5], 3, 0.99, 6),
        ([nan, nan, 0.5], 2, 0.99, 2),
        ([nan, 0.5], 2, 0.99, 4),
    ],
)
def test_an_improvement_can_be_asked_to_be_large_enough(values, n, threshold, n_rows):
    log = run(values, NoImprovement(n, threshold=threshold))
    assert len(log.rows) == n_rows
    assert log.stop_reason == (
        f"no improvement of valid_error by {1 - threshold:g} of it in {n} validations"
    )


@given(
    st.lists(st.floats(0.1, 1) | st.just(nan), min_size=1, max_size=30),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.01, 0.5]),
    st.booleans(),
)
def test_as_pylearn2_counts_down(values, n, decrease, anchored):
    """Its best was that of the last reset in 2013, and is the lowest value since."""
    best, left, seen = inf, n, 0
    for value in values:
        seen += 1
        is_reset = value < (1 - decrease) * best
        left = n if is_reset else left - 1
        best = min(best, value) if is_reset or not (isnan(value) or anchored) else best
        if left == 0:
            break
    criterion = NoImprovement(n, "cost", threshold=1 - decrease, anchored=anchored)
    log = Log(n_batches=1)
    stopped = None
    for i, value in enumerate(values):
        log.append({"epoch": i + 1, "iteration": i, "cost": value})
        if criterion.should_stop(log):
            stopped = i + 1
            break
    assert stopped == (seen if left == 0 else None)


def test_all_rows_at_once_as_after_a_resume():
    log = Log(n_batches=1, watched="valid_error")
    for i, value in enumerate(ALWAYS_LITTLE):
        log.append({"epoch": i + 1, "iteration": i, "valid_error": value})
    assert NoImprovement(5, threshold=0.99).should_stop(log)
    assert NoImprovement(6, threshold=0.99).should_stop(log) is None


@pytest.mark.parametrize(
    ("watch", "values", "n_rows"),
    [
        ("valid_accuracy", [0.9, 0.9004, 0.9006, 0.902, 0.9021], 2 + 5),  # lacks .1, .0996, .0994
        ("valid_likelihood", [-100.0, -99.9, -99.5, -98.0, -97.9], 4 + 3),
    ],
)
def test_an_improvement_where_more_is_better(watch, values, n_rows):
    log = run(values, NoImprovement(3, threshold=0.99), watch=watch)
    assert len(log.rows) == n_rows


def test_any_of_and_all_of_are_pylearn2_s_and_and_or():
    """There, criteria say whether to go on: And goes on while all do, Or while any does."""
    for n_first, n_second in [(2, 4), (4, 2), (3, 3)]:
        both = MaxEpochs(n_first), MaxEpochs(n_second)
        assert run([0.5], any_of(*both)).epoch == min(n_first, n_second)  # And
        assert run([0.5], all_of(*both)).epoch == max(n_first, n_second)  # Or


def test_match_channel_goes_on_until_it_is_as_good(tmp_path):
    values = iter([0.9, 0.6, nan, 0.5, 0.4])
    earlier = run([0.7, 0.5, 0.6], MaxEpochs(3))
    monitor = Monitor(lambda: 1.0, train_cost_of_all=lambda: next(values))
    match = MatchChannel("train_cost_of_all", earlier, "valid_error")
    log = Trainer(lambda index: 1.0, 1, [monitor, match]).run(99)
    assert log.stop_reason == "train_cost_of_all reached 0.5, the target being 0.5"
    assert len(log.rows) == 4
    write_log(tmp_path, earlier)
    assert MatchChannel("valid_error", tmp_path).target == 0.5
    rows = [{"valid_cost": 3.0}, {"valid_cost": 4.0}]
    assert MatchChannel("valid_cost", rows).target == 4.0  # no row is called the best


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "the earlier run has no rows"),
        ([{"valid_eror": 0.1}], "no valid_error: did you mean valid_eror"),
        ([{"valid_error": nan}], "target is nan"),
    ],
)
def test_a_run_that_cannot_be_matched(rows, message):
    with pytest.raises(InputError, match=message):
        MatchChannel("valid_error", rows)


@pytest.mark.parametrize("k", [0, 1, 5])
def test_accuracies_are_better_when_higher(k):
    accuracies = [*np.linspace(0.9, 0.1, k + 1)[::-1], 0.9]  # ties for ever after
    log = run(accuracies, NoImprovement(10), watch="valid_accuracy")
    assert len(log.rows) == k + 10 + 1
    log = run([0.5, 0.8, 0.9], TargetReached(0.8), watch="valid_accuracy")
    assert log.stop_reason == "valid_accuracy reached 0.8, the target being 0.8"
    assert len(log.rows) == 2


@pytest.mark.parametrize(
    ("options", "n_rows"),
    [
        ({"channel": "up"}, 3 + 2),
        ({"channel": "valid_f1"}, 1 + 2),
        ({"channel": "valid_f1", "lower": True}, 3 + 2),
        ({"channel": "up", "lower": False}, 1 + 2),
    ],
)
def test_another_channel_goes_as_its_name_says_or_as_told(options, n_rows):
    values = iter([0.5, 0.4, 0.3] + [0.3] * 9)
    (name,) = {"up", "valid_f1"} & {options["channel"]}
    monitor = Monitor(lambda: 1.0, **{name: lambda: next(values)})
    log = Trainer(lambda index: 1.0, 1, [monitor, NoImprovement(2, **options)]).run(99)
    assert len(log.rows) == n_rows


def test_the_end_as_things_stand():
    log = Log(n_batches=10, watched="valid_error", validation_frequency=10)
    ends = [MaxEpochs(3), NoImprovement(2), TargetReached(0.1)]
    assert [each.last_iteration(log) for each in ends] == [29, None, None]
    log.append({"epoch": 1, "iteration": 9, "valid_error": 0.5})
    for each in ends:
        each.should_stop(log)
    assert [each.last_iteration(log) for each in ends] == [29, 29, None]
    assert any_of(MaxEpochs(1), MaxEpochs(3)).last_iteration(log) == 9
    assert all_of(MaxEpochs(1), MaxEpochs(3)).last_iteration(log) == 29
    assert all_of(MaxEpochs(1), TargetReached(0.1)).last_iteration(log) is None
    assert any_of(MaxEpochs(1), TargetReached(0.1)).last_iteration(log) == 9


def test_halving_inside_of_any_of_sets_the_rate():
    rate = Variable(np.float32(1), "learning_rate")
    run([0.5], any_of(MaxEpochs(4), HalveOnNoImprovement(rate, n_epochs=1)))
    assert rate.value == 1 / 8


def test_a_misspelt_channel_gets_a_hint():
    with pytest.raises(InputError, match="no valid_eror: did you mean valid_error"):
        run([0.5], TargetReached(0.1, "valid_eror"))
