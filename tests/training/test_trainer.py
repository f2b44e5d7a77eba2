import time

import numpy as np
import pytest
from training.toy import Quadratic, Variable

from dltut.exceptions import InputError
from dltut.training import Extension, LossHistory, MaxEpochs, Monitor, Trainer


class Calls(Extension):
    """Notes every hook with the place where it was called."""

    def __init__(self):
        self.calls = []

    def note(self, name, log):
        self.calls.append((name, log.epoch, log.minibatch, log.iteration))

    def attach(self, trainer):
        self.note("attach", trainer.log)

    def before_training(self, trainer):
        self.note("before_training", trainer.log)

    def before_epoch(self, trainer):
        self.note("before_epoch", trainer.log)

    def after_batch(self, trainer):
        self.note("after_batch", trainer.log)

    def after_epoch(self, trainer):
        self.note("after_epoch", trainer.log)

    def should_stop(self, log):
        self.note("should_stop", log)

    def between_batches(self, trainer):
        self.note("between_batches", trainer.log)

    def after_training(self, trainer):
        self.note("after_training", trainer.log)


def test_hooks_are_called_in_their_order_and_place():
    calls = Calls()
    Trainer(lambda index: 1.0, n_batches=2, extensions=[calls]).run(max_epochs=1)
    assert calls.calls == [
        ("attach", 0, -1, -1),
        ("before_training", 0, -1, -1),
        ("before_epoch", 1, -1, -1),
        ("after_batch", 1, 0, 0),
        ("should_stop", 1, 0, 0),
        ("between_batches", 1, 0, 0),
        ("after_batch", 1, 1, 1),
        ("after_epoch", 1, 1, 1),
        ("should_stop", 1, 1, 1),
        ("between_batches", 1, 1, 1),
        ("after_training", 1, 1, 1),
    ]


def test_minibatches_come_in_order_every_epoch():
    seen = []
    log = Trainer(lambda index: seen.append(index) or 0.5, n_batches=3).run(max_epochs=2)
    assert seen == [0, 1, 2, 0, 1, 2]
    assert (log.epoch, log.minibatch, log.iteration, log.cost) == (2, 2, 5, 0.5)
    assert log.stop_reason == "max_epochs = 2 reached"
    assert log.epoch_ended


def test_no_epochs_do_nothing():
    log = Trainer(pytest.fail, n_batches=3).run(max_epochs=0)
    assert log.iteration == -1
    assert log.rows == []


@pytest.mark.parametrize("max_epochs", [-1, 2.0, "3", None, True])
def test_max_epochs_must_be_a_whole_number(max_epochs):
    with pytest.raises(InputError, match=r"max_epochs is .*; it counts epochs: a whole number, 0"):
        Trainer(float, n_batches=3).run(max_epochs)


def test_a_batch_larger_than_the_split_is_refused():
    with pytest.raises(InputError, match=r"n_batches is 0.*choose a batch_size"):
        Trainer(float, n_batches=0)


def test_the_number_of_minibatches_must_be_known():
    with pytest.raises(InputError, match="give n_batches"):
        Trainer(float)


@pytest.mark.parametrize("wrong", [Monitor, "patience", object()])
def test_what_is_no_extension_is_refused(wrong):
    with pytest.raises(InputError, match=r"is no extension: .*not a class"):
        Trainer(float, n_batches=1, extensions=[wrong])


@pytest.mark.parametrize(
    ("step", "extensions", "message"),
    [
        (3, [], "^the step is 3; expected a function of a minibatch's number"),
        (float, Monitor(), "^extensions is one Monitor: give a list of them"),
        (lambda index: None, [], "^the step gives a NoneType; the cost is one number"),
        (lambda index: np.ones(3), [], r"^the step gives shape \(3,\); the cost is one number"),
    ],
)
def test_steps_and_extensions_that_cannot_be_used(step, extensions, message):
    with pytest.raises(InputError, match=message):
        Trainer(step, n_batches=1, extensions=extensions).run(max_epochs=1)


def test_an_object_with_one_hook_is_an_extension():
    class Stop:
        def should_stop(self, log):
            return "enough" if log.iteration == 4 else None

    log = Trainer(float, n_batches=3, extensions=[Stop()]).run(max_epochs=9)
    assert (log.iteration, log.stop_reason, log.final) == (4, "enough", False)


@pytest.mark.parametrize(
    "hook",
    ["before_training", "before_epoch", "after_batch", "after_epoch", "between_batches"],
)
@pytest.mark.parametrize("raises", [True, False])
def test_any_hook_may_stop(hook, raises):
    class Stop(LossHistory):
        pass

    def stop(self, trainer):
        if hook == "after_batch":
            LossHistory.after_batch(self, trainer)
        if not raises:
            trainer.stop("enough")
        elif raises:
            raise StopIteration("enough")

    setattr(Stop, hook, stop)
    later = LossHistory()
    made = Trainer(lambda index: 1.0, n_batches=3, extensions=[Stop(), later])
    log = made.run(max_epochs=5)
    begun = {"before_training": -1, "before_epoch": -1, "after_epoch": 2}
    assert log.iteration == begun.get(hook, 0)
    assert log.stop_reason == "enough"
    assert len(later.costs) == log.iteration + 1  # the extensions behind it had their turn
    assert made.run(max_epochs=9).iteration == log.iteration  # for good


def test_stop_iteration_without_words_names_the_extension():
    class Tired(Extension):
        def after_batch(self, trainer):
            raise StopIteration

    log = Trainer(float, n_batches=3, extensions=[Tired()]).run(max_epochs=5)
    assert log.stop_reason == "Tired asked to stop"


def test_the_best_values_are_in_the_variables_and_the_last_are_kept():
    errors = [0.5, 0.3, 0.3, 0.4]
    W = Variable(0.0, "W")
    step = lambda index: W.set_value(W.value + 1) or 0.0  # noqa: E731
    monitor = Monitor(lambda: errors[int(W.value) - 1])
    made = Trainer(step, 1, [monitor], state={"W": W})
    log = made.run(max_epochs=4)
    assert [row["best"] for row in log.rows] == [True, True, False, False]
    assert W.value == 2
    assert made.values()["W"] == 4
    assert made.best["W"] == 2


def test_the_best_may_be_the_highest():
    accuracies = [0.5, 0.75, 0.75, 0.25]
    W = Variable(0.0, "W")
    step = lambda index: W.set_value(W.value + 1) or 0.0  # noqa: E731
    monitor = Monitor({"valid_f1": lambda: accuracies[int(W.value) - 1]}, watch="valid_f1")
    log = Trainer(step, 1, [monitor], state={"W": W}).run(max_epochs=4)
    assert (W.value, log.best_row["epoch"]) == (2, 2)


def test_a_step_that_cannot_go_on_ends_the_run_with_the_minibatch_before():
    costs = iter([3.0, 2.0, 1.0])
    made = Trainer(lambda index: next(costs), 2, [Monitor()])
    log = made.run(max_epochs=9)
    assert (log.epoch, log.minibatch, log.iteration, log.cost) == (2, 0, 2, 1.0)
    assert (log.stop_reason, log.final) == ("the step cannot go on", True)
    assert not made.broken_off and made.run(9).iteration == 2


@pytest.mark.parametrize("n_batches", [-1, 2.5, "3", True])
def test_the_number_of_minibatches_is_a_count(n_batches):
    with pytest.raises(InputError, match=r"n_batches is .*; it counts minibatches"):
        Trainer(float, n_batches)


def test_the_state_is_made_of_variables():
    with pytest.raises(InputError, match="W in the state is 3, which is no variable"):
        Trainer(float, 1, state={"W": 3})


def test_copies_are_safe_from_steps_that_work_in_place():
    class InPlace(Variable):
        def get_value(self, borrow=False):
            return self.value

        def set_value(self, value):
            self.value = value

    errors = [0.5, 0.3, 0.4, 0.4, 0.4]
    W = InPlace(np.zeros(1), "W")

    def step(index):
        W.value += 1
        return 0.0

    made = Trainer(step, 1, [Monitor(lambda: errors[int(W.value[0]) - 1])], state={"W": W})
    for max_epochs in (3, 5):
        made.run(max_epochs)
        assert (W.value, made.best["W"], made.values()["W"]) == (2, 2, max_epochs)


def test_without_state_nothing_is_restored():
    W = Variable(0.0, "W")
    step = lambda index: W.set_value(W.value + 1) or 0.0  # noqa: E731
    Trainer(step, 1, [Monitor(lambda: W.value)]).run(max_epochs=4)
    assert W.value == 4


@pytest.mark.parametrize("first", [0, 1, 5])
def test_running_twice_is_running_once(first):
    def made():
        toy = Quadratic()
        return toy, Trainer(toy, extensions=[Monitor(toy, every=2)])

    one, once = made()
    once.run(max_epochs=10)
    other, twice = made()
    twice.run(max_epochs=first)
    log = twice.run(max_epochs=10)
    assert log.rows == once.log.rows
    assert np.array_equal(one.W.value, other.W.value)
    for name, value in once.values().items():
        assert np.array_equal(value, twice.values()[name])


def test_a_criterion_that_has_spoken_speaks_again():
    made = Trainer(lambda index: 1.0, n_batches=4, extensions=[MaxEpochs(2)])
    made.run(max_epochs=9)
    assert made.run(max_epochs=9).iteration == 7
    assert made.log.stop_reason == "2 epochs done"


def test_a_cost_that_is_not_finite_names_the_parameter_and_stops_at_once():
    toy = Quadratic()

    def step(index):
        if made.log.iteration == 6:
            toy.velocity.value[1, 1] = np.nan
            return np.nan
        return toy(index)

    history = LossHistory()
    made = Trainer(step, 5, [history, Monitor(toy)], state=toy.state)
    log = made.run(max_epochs=9)
    assert log.stop_reason == (
        "W.velocity is not finite after epoch 2 (3 of 5 minibatches): lower the learning rate"
    )
    assert log.iteration == 7
    assert len(history.costs) == 7
    assert np.array_equal(toy.W.value, made.best["W"])  # the good ones
    assert made.run(max_epochs=9).iteration == 7


@pytest.mark.parametrize("cost", [np.inf, -np.inf, np.float32("nan")])
def test_a_cost_that_is_not_finite_with_sound_parameters(cost):
    log = Trainer(lambda index: cost, n_batches=2).run(max_epochs=9)
    assert log.stop_reason.startswith("the cost is not finite after epoch 1 (1 of 2 minibatches)")


def test_keyboard_interrupt_inside_a_step_returns_the_log():
    def step(index):
        if made.log.iteration == 6:
            raise KeyboardInterrupt
        return 1.0

    made = Trainer(step, n_batches=5)
    log = made.run(max_epochs=9)
    assert (log.iteration, log.stop_reason, log.final) == (6, "interrupted", False)
    assert made.broken_off


def test_an_error_inside_a_step_is_passed_on_with_the_best_values_in_place():
    toy = Quadratic()

    def step(index):
        return toy(index) if made.log.iteration < 8 else 1 / 0

    ended = Calls()
    made = Trainer(step, 5, [Monitor(toy, every=1), ended], state=toy.state)
    with pytest.raises(ZeroDivisionError):
        made.run(max_epochs=9)
    assert made.log.stop_reason == "broken off by an error"
    assert ended.calls[-1][0] == "after_training"
    assert np.array_equal(toy.W.value, made.best["W"])


def test_overhead_is_microseconds():
    toy = Quadratic()
    made = Trainer(lambda index: 0.5, 1000, [Monitor(toy), MaxEpochs(1000), LossHistory()])
    best = min(_seconds(made, epochs) for epochs in range(1, 6)) / 1000
    assert best < 20e-6  # a few in truth; the bound is for busy machines


def _seconds(made, epochs):
    start = time.perf_counter()
    made.run(max_epochs=epochs)
    return time.perf_counter() - start
