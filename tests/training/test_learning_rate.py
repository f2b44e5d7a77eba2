import numpy as np
import pytest
from training.toy import Quadratic, Variable

from dltut.exceptions import InputError
from dltut.training import (
    Checkpoint,
    HalveOnNoImprovement,
    Monitor,
    MonitorBasedRate,
    Scheduled,
    Trainer,
)


def rate_variable(value=1.0, dtype="float32"):
    return Variable(np.asarray(value, dtype), "learning_rate")


def rates(variable, extensions, n_batches, max_epochs):
    """The learning rate at every minibatch, and the log."""
    seen = []
    step = lambda index: seen.append(float(variable.value)) or 1.0  # noqa: E731
    return seen, Trainer(step, n_batches, extensions).run(max_epochs)


def test_schedule_by_epoch_starts_at_zero():
    variable = rate_variable(0, "float64")
    inverse = Scheduled(variable, lambda epoch: 0.5 / (1 + 0.001 * epoch))
    seen, _ = rates(variable, [inverse], 1, 1001)
    assert [seen[epoch] for epoch in (0, 1, 100, 1000)] == pytest.approx(
        [0.5, 0.4995005, 0.4545455, 0.25], abs=1e-7
    )


def test_schedule_by_minibatch_equals_exponential_decay():
    variable = rate_variable(0, "float64")
    decay = Scheduled(variable, lambda step: 0.05 / 1.00004**step, per="minibatch")
    seen, _ = rates(variable, [decay], 5000, 6)
    assert seen[25000] == pytest.approx(0.0183943, abs=1e-7)
    assert seen[0] == 0.05


def test_schedule_keeps_the_dtype():
    variable = rate_variable(1.0, "float32")
    rates(variable, [Scheduled(variable, lambda epoch: 0.1)], 1, 1)
    assert variable.value.dtype == "float32"
    assert variable.value == np.float32(0.1)


def test_schedule_counts_epochs_or_minibatches():
    with pytest.raises(InputError, match="per is 'step'"):
        Scheduled(rate_variable(), float, per="step")


def test_constant_error_gives_exactly_ten_halvings():
    variable = rate_variable(0.5)
    halve = HalveOnNoImprovement(variable, n_epochs=3)
    seen, log = rates(variable, [Monitor(lambda: 0.2), halve], 2, 1000)
    assert variable.value == 0.5 / 1024
    assert log.epoch == 1 + 10 * 3
    assert log.stop_reason == "the learning rate was cut 10 times without improvement"
    assert seen == [0.5] * 2 * 4 + [0.5 / 2**k for k in range(1, 10) for _ in range(2 * 3)]


def test_factor_and_floor():
    variable = rate_variable(1.0)
    halve = HalveOnNoImprovement(variable, n_epochs=1, factor=0.1, floor=1e-3)
    _, log = rates(variable, [Monitor(lambda: 0.2), halve], 1, 1000)
    assert variable.value == pytest.approx(1e-3)
    assert log.epoch == 4


def test_an_improvement_begins_the_count_again():
    errors = iter([0.5, 0.5, 0.4, 0.4, 0.4, 0.3, 0.3])
    variable = rate_variable(1.0)
    halve = HalveOnNoImprovement(variable, n_epochs=2)
    seen, _ = rates(variable, [Monitor(lambda: next(errors)), halve], 1, 7)
    assert seen == [1, 1, 1, 1, 1, 0.5, 0.5]


def test_the_order_of_the_extensions_does_not_matter():
    def seen(reverse):
        variable = rate_variable(1.0)
        extensions = [Monitor(lambda: 0.2), HalveOnNoImprovement(variable, n_epochs=1)]
        return rates(variable, extensions[::-1] if reverse else extensions, 1, 5)[0]

    assert seen(True) == seen(False)


def test_an_accuracy_that_rises_is_an_improvement():
    accuracies = iter([0.5, 0.6, 0.7, 0.7, 0.7])
    variable = rate_variable(1.0)
    monitor = Monitor({"valid_accuracy": lambda: next(accuracies)}, watch="valid_accuracy")
    seen, _ = rates(variable, [monitor, HalveOnNoImprovement(variable, n_epochs=1)], 1, 5)
    assert seen == [1, 1, 1, 1, 0.5]


def test_each_further_epoch_without_improvement_may_cut():
    errors = iter([0.5] * 6 + [0.4] * 4)
    variable = rate_variable(1.0)
    halve = HalveOnNoImprovement(variable, n_epochs=2, again=1)
    seen, _ = rates(variable, [Monitor(lambda: next(errors)), halve], 1, 10)
    assert seen == [1, 1, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16, 1 / 16, 1 / 32]


class Climber:
    """Goes up by the rate at each step; the stream only counts."""

    def __init__(self):
        self.W, self.stream = Variable(np.zeros(1), "W"), Variable(np.zeros(1, "uint32"), "stream")
        self.rate = rate_variable(1.0, "float64")
        self.state, self.seen = {"W": self.W, "stream": self.stream}, []

    def __call__(self, index):
        self.W.set_value(self.W.value + self.rate.value)
        self.stream.set_value(self.stream.value + 1)
        self.seen.append(float(self.W.value[0]))
        return 1.0


def climbed(errors, run_dir=None, stops=(7,), first=False):
    """Where a climber was after each step, in as many sessions as there are stops."""
    seen = []
    for stop in stops:
        step, errors_left = Climber(), iter(errors[len(seen) :])
        halve = HalveOnNoImprovement(step.rate, n_epochs=2, again=1, back_to_best=True)
        keep = [Checkpoint(run_dir, resume=True, every_seconds=0)] if run_dir else []
        extensions = [*keep, halve] if first else [halve, *keep]
        monitor = Monitor({"valid_error": lambda left=errors_left: next(left)})
        trainer = Trainer(step, 1, [monitor, *extensions], step.state)
        trainer.run(stop)
        seen += step.seen
    return seen, trainer


def test_back_to_the_best():
    # The best is the second; two epochs later the rate is halved, and it goes on from 2.
    seen, trainer = climbed([0.5, 0.4, 0.5, 0.5, 0.5, 0.3, 0.3])
    assert seen == [1, 2, 3, 4, 2.5, 2.25, 2.5]
    assert trainer.values()["stream"] == [7]  # random draws do not come again


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("stop", range(1, 7))
def test_a_resumed_run_goes_back_as_one_in_peace(tmp_path, stop, first):
    errors = [0.5, 0.4, 0.5, 0.5, 0.5, 0.3, 0.3]
    assert climbed(errors, tmp_path, (stop, 7), first)[0] == climbed(errors)[0]


@pytest.mark.parametrize("schedule", [0.1, None])
def test_a_schedule_is_a_function(schedule):
    with pytest.raises(InputError, match=r"the schedule is .*; it is a function from a step"):
        Scheduled(rate_variable(), schedule)


def test_a_rate_that_is_no_number_is_refused():
    nowhere = Scheduled(rate_variable(), lambda epoch: float("nan"))
    with pytest.raises(InputError, match="the schedule gives nan at step 0"):
        Trainer(float, 1, [nowhere]).run(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_epochs": 0}, "n_epochs is 0"),
        ({"n_epochs": 1.5}, "n_epochs is 1.5"),
        ({"factor": float("nan")}, "factor is nan; it is a fraction"),
        ({"factor": 1.0}, "factor is 1.0; it is a fraction"),
        ({"floor": 0.0}, "floor is 0.0; it is a fraction"),
    ],
)
def test_numbers_out_of_range_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        HalveOnNoImprovement(rate_variable(), **options)


# A rise, no change of 1 % or more, a fall of less than 1 %, a large fall, NaN twice, a tie.
COSTS = [1.0, 1.5, 1.495, 1.2, float("nan"), 1.0, 1.0, 2.0]
FACTORS = [1, 0.99, 1.01, 1, 1, 1, 1.01, 0.99]


@pytest.mark.parametrize("first", [True, False])
def test_the_rate_follows_the_channel(first):
    costs = iter(COSTS)
    variable = rate_variable(0.1, "float64")
    extensions = [Monitor({"cost": lambda: next(costs)}), MonitorBasedRate(variable, "cost")]
    seen, _ = rates(variable, extensions[::-1] if first else extensions, 1, len(COSTS))
    expected = 0.1 * np.cumprod(FACTORS)
    np.testing.assert_allclose([*seen[1:], float(variable.value)], expected, rtol=1e-14)


def test_the_rate_stays_between_its_ends_and_other_numbers_can_be_given():
    costs = iter([1.0, 2.0, 4.0, 8.0, 7.0, 6.0, 5.0, 5.0])
    variable = rate_variable(1.0, "float64")
    change = MonitorBasedRate(
        variable, "cost", shrink=0.25, low_trigger=0.5, grow=2.0, minimum=0.125, maximum=0.5
    )
    seen, _ = rates(variable, [Monitor({"cost": lambda: next(costs)}), change], 1, 8)
    assert [*seen[1:], float(variable.value)] == [1.0, 0.25, 0.125, 0.125, 0.25, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_the_rate_resumes_exactly(tmp_path, order):
    def log_of(folder, *ends):
        for end in ends:
            toy = Quadratic()
            made = [
                Monitor(toy, every=2, at_start=True),
                MonitorBasedRate(toy.learning_rate, shrink=0.5, grow=1.25),
                Checkpoint(folder, toy, resume=True),
            ]
            Trainer(toy, extensions=[made[i] for i in order]).run(end)
        return (folder / "log.jsonl").read_bytes(), toy.learning_rate.value

    assert log_of(tmp_path / "parts", 1, 2, 4) == log_of(tmp_path / "whole", 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shrink": 1.5}, "shrink is 1.5; it is above 0 and at most 1"),
        ({"grow": 0.5}, "grow is 0.5; it is 1 or above"),
        ({"low_trigger": 0}, "low_trigger is 0; it is a number above 0"),
        ({"maximum": 1e-9}, "maximum is 1e-09; it is at least the minimum, 1e-07"),
        ({"minimum": float("nan")}, "minimum is nan; it is a number above 0"),
    ],
)
def test_changes_that_mean_nothing_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        MonitorBasedRate(rate_variable(), **options)
