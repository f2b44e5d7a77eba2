import numpy as np
import pytest
from training.toy import Quadratic

from dltut.exceptions import InputError
from dltut.training import Monitor, NoImprovement, Patience, Trainer, all_of, any_of


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
    monitor = Monitor(lambda: 0.5, every=every)
    log = Trainer(lambda index: 1.0, 83, [monitor, *others]).log
    assert log.validation_frequency == expected


def test_examples_are_counted():
    monitor = Monitor(Error([0.5], 10000), Error([0.5], 9600))
    assert Trainer(lambda index: 1.0, 1, [monitor]).log.n_examples == {"valid": 10000, "test": 9600}


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
