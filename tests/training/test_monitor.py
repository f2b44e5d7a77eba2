import numpy as np
import pytest
from training.toy import Quadratic

from dltut.exceptions import InputError
from dltut.training import (
    Checkpoint,
    MaxEpochs,
    Monitor,
    NoImprovement,
    Patience,
    TargetReached,
    Trainer,
    all_of,
    any_of,
    read_log,
    read_run,
)
from dltut.training.progress import line


class Error:
    def __init__(self, values, n_examples=None):
        self.values, self.n_calls = list(values), 0
        if n_examples is not None:
            self.n_examples = n_examples

    def mean(self):
        self.n_calls += 1
        return self.values[self.n_calls - 1]


def test_rows_exactly():
    costs = iter([1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 0.0])
    valid, test = Error([0.5, 0.5, 0.25]), Error([0.4, 0.3])
    monitor = Monitor(valid, test, every=2, twice=lambda: np.float32(2.5))
    log = Trainer(lambda index: next(costs), 3, [monitor]).run(max_epochs=2)
    first = {"train_cost": 1.5, "valid_error": 0.5, "best": True, "test_error": 0.4, "twice": 2.5}
    assert log.rows == [
        {"epoch": 1, "minibatch": 1, "iteration": 1, **first},
        {
            "epoch": 2,
            "minibatch": 0,
            "iteration": 3,
            "train_cost": 3.5,
            "valid_error": 0.5,
            "best": False,
            "twice": 2.5,
        },
        {
            "epoch": 2,
            "minibatch": 2,
            "iteration": 5,
            "train_cost": 7.0,
            "valid_error": 0.25,
            "best": True,
            "test_error": 0.3,
            "twice": 2.5,
        },
    ]
    assert test.n_calls == 2  # only at a new best


@pytest.mark.parametrize(
    ("every", "others", "expected"),
    [
        (None, [], 83),
        (7, [Patience(100)], 7),
        (None, [Patience(5000)], 83),
        (None, [Patience(100)], 50),
        (None, [Patience(1)], 1),
        (None, [any_of(NoImprovement(3), all_of(NoImprovement(3), Patience(100)))], 50),
    ],
)
def test_validation_frequency(every, others, expected):
    for extensions in ([monitor := Monitor(lambda: 0.5, every=every), *others], [*others, monitor]):
        log = Trainer(lambda index: 1.0, 83, extensions).run(max_epochs=1)
        assert log.validation_frequency == expected
        rows = [row["iteration"] + 1 for row in log.rows]
        assert rows == [*range(expected, log.iteration + 2, expected)]


def test_two_monitors_measure_each_at_its_own_time():
    often, seldom = Monitor(a=lambda: 1.0, every=2), Monitor(b=lambda: 1.0)
    log = Trainer(lambda index: 1.0, 4, [often, seldom]).run(max_epochs=1)
    assert [[*row][-1] for row in log.rows] == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("options", "lower", "best"),
    [
        ({"watch": "valid_f1"}, False, [True, True, False, False]),
        ({"watch": "valid_cost"}, True, [True, False, False, True]),
        ({"watch": "valid_cost", "lower": False}, False, [True, True, False, False]),
        ({}, True, None),
    ],
)
def test_what_is_watched_is_written_in_the_log(options, lower, best):
    values = [0.5, 0.75, 0.75, 0.25]
    test = Error([0.1] * 4)
    monitor = Monitor(
        {"valid_cost": Error(values), "valid_f1": Error(values), "test_f1": test}, **options
    )
    log = Trainer(lambda index: 1.0, 1, [monitor]).run(max_epochs=4)
    assert (log.watched, log.lower) == (options.get("watch"), lower)
    assert [row.get("best") for row in log.rows] == (best or [None] * 4)
    assert ["test_f1" in row for row in log.rows] == (best or [True] * 4)
    assert log.best_row == (log.rows[best.index(True, 1)] if best else None)
    names = ["epoch", "minibatch", "iteration", "train_cost"]
    if best:
        other = ({"valid_cost", "valid_f1"} - {log.watched}).pop()
        names += [log.watched, "best", "test_f1", other]
    assert [*log.rows[0]] == names or not best


def test_what_is_measured_on_best_only():
    extra = Error([0.1] * 3)
    monitor = Monitor(Error([0.5, 0.5, 0.4]), on_best={"slow": extra}, norm=lambda: 1.0)
    log = Trainer(lambda index: 1.0, 1, [monitor]).run(max_epochs=3)
    assert ["slow" in row for row in log.rows] == [True, False, True]
    assert ["norm" in row for row in log.rows] == [True] * 3


@pytest.mark.parametrize(
    ("channels", "options", "message"),
    [
        ({"valid_error": float}, {"watch": "valid_eror"}, "'valid_eror', which is not measured ea"),
        ({"valid_a": float, "test_a": float}, {"watch": "test_a"}, "valid names: valid_a"),
        ({"test_a": float}, {"on_best": {"test_a": float}}, "the channel test_a is given twice"),
        ({"a": float}, {"every": 2.5}, "every is 2.5; it counts minibatches"),
        ({"a": float}, {"every": True}, "every is True; it counts minibatches"),
        ({"a": float}, {"every": -1}, "every is -1; it counts minibatches"),
    ],
)
def test_what_cannot_be_watched_is_refused(channels, options, message):
    with pytest.raises(InputError, match=message):
        Monitor(channels, **options)


def test_one_channel_is_watched():
    monitors = [Monitor({"valid_error": float}), Monitor({"valid_f1": float}, watch="valid_f1")]
    with pytest.raises(InputError, match="valid_error is watched already and valid_f1 would be"):
        Trainer(float, 1, monitors)


def test_examples_are_counted():
    monitor = Monitor(Error([0.5], 10000), Error([0.5], 9600))
    assert Trainer(lambda index: 1.0, 1, [monitor]).log.n_examples == {"valid": 10000, "test": 9600}
    monitor = Monitor({"valid_error": Error([0.5], 70), "valid_norm": Error([0.5], 1)})
    assert Trainer(lambda index: 1.0, 1, [monitor]).log.n_examples == {"valid": 70}


def test_without_errors_it_logs_the_cost_and_the_channels():
    log = Trainer(lambda index: index, 3, [Monitor(rate=lambda: 0.1)]).run(max_epochs=1)
    assert log.rows == [
        {"epoch": 1, "minibatch": 2, "iteration": 2, "train_cost": 1.0, "rate": 0.1}
    ]


def test_train_cost_is_a_float64_mean():
    costs = np.random.default_rng(0).random(100).astype("float32")
    log = Trainer(lambda index: costs[index], 100, [Monitor()]).run(max_epochs=1)
    assert log.rows[0]["train_cost"] == pytest.approx(costs.mean(dtype="float64"), rel=1e-14)


def test_nan_is_never_the_best():
    errors = Error([np.nan, 0.5, np.nan, 0.4])
    log = Trainer(lambda index: 1.0, 1, [Monitor(errors)]).run(max_epochs=4)
    assert [row["best"] for row in log.rows] == [False, True, False, True]


@pytest.mark.parametrize("name", ["epoch", "train_cost", "best", "seconds"])
def test_a_channel_cannot_take_the_name_of_another_number(name):
    with pytest.raises(InputError, match=f"cannot be called {name}"):
        Monitor(**{name: lambda: 1.0})


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(InputError, match=r"test_error is 0.5; give an object with mean"):
        Monitor(Quadratic(), 0.5)


def test_every_counts_minibatches():
    with pytest.raises(InputError, match="every is 0"):
        Monitor(Quadratic(), every=0)


def test_a_row_before_training_makes_n_plus_one():
    costs = iter([1.0, 2.0, 3.0, 4.0])
    valid, test = Error([0.9, 0.5, 0.7]), Error([0.8, 0.4])
    monitor = Monitor(valid, test, at_start=True, norm=lambda: 2.0)
    log = Trainer(lambda index: next(costs), 2, [monitor]).run(max_epochs=2)
    where = [(row["epoch"], row["minibatch"], row["iteration"]) for row in log.rows]
    assert where == [(0, -1, -1), (1, 1, 1), (2, 1, 3)]
    assert log.rows[0] == {
        "epoch": 0,
        "minibatch": -1,
        "iteration": -1,
        "valid_error": 0.9,
        "best": True,
        "test_error": 0.8,
        "norm": 2.0,
    }
    assert [row.get("train_cost") for row in log.rows] == [None, 1.5, 3.5]
    assert [row["best"] for row in log.rows] == [True, True, False]
    assert line(log.rows[0], log).startswith("epoch 0: validation error 90 %, test error 80 %")


def test_no_epochs_give_one_row_and_the_first_model_can_be_the_best():
    toy = Quadratic()
    worse = Error([0.1, 0.2, 0.3])
    made = Trainer(toy, extensions=[Monitor(worse, at_start=True)])
    assert len(made.run(0).rows) == 1
    assert len(made.run(2).rows) == 3  # and not again when the run goes on
    assert made.log.best_row["iteration"] == -1
    assert not toy.W.get_value().any()  # as at first
    assert made.values()["W"].any()


@pytest.mark.parametrize(
    ("criterion", "n_rows", "reason"),
    [
        (TargetReached(0.9), 1, "valid_error reached 0.9, the target being 0.9"),
        (NoImprovement(1), 2, "no improvement of valid_error in 1 validations"),
        (MaxEpochs(1), 2, "1 epochs done"),
        (Patience(1), 3, "patience ran out"),
    ],
)
def test_criteria_see_the_row_before_training(criterion, n_rows, reason):
    monitor = Monitor(lambda: 0.9, at_start=True)
    made = Trainer(lambda index: 1.0, 3, [monitor, criterion])
    log = made.run(5)
    assert log.stop_reason.startswith(reason)
    assert len(log.rows) == n_rows


def test_the_row_before_training_is_written_once_however_often_the_run_is_resumed(tmp_path):
    def run(folder, *ends, first=None):
        for end in ends:
            toy = Quadratic()
            before = list(first or [Checkpoint(folder, toy, resume=True, every_seconds=0)])
            Trainer(toy, extensions=[*before, Monitor(toy, at_start=True, every=3)]).run(end)
        return [(folder / name).read_bytes() for name in ("log.jsonl", "best.safetensors")]

    whole = run(tmp_path / "whole", 3)
    assert run(tmp_path / "parts", 0, 0, 1, 3) == whole
    rows = read_log(tmp_path / "parts")
    assert [row["iteration"] for row in rows] == [-1, 2, 5, 8, 11, 14]
    assert rows[0]["seconds"] >= 0
    assert read_run(tmp_path / "parts").rows[0]["epoch"] == 0


def test_without_it_nothing_is_measured_before_training(tmp_path):
    valid = Error([0.5])
    keep = Checkpoint(tmp_path)
    Trainer(lambda index: 1.0, 1, [Monitor(valid), keep]).run(1)
    text = '{"epoch": 1, "minibatch": 0, "iteration": 0, "train_cost": 1.0, "valid_error": 0.5, '
    assert (tmp_path / "log.jsonl").read_text() == text + '"best": true}\n'
    assert valid.n_calls == 1
