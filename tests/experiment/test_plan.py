"""A configuration file becomes the objects that it names, or an error that says what is wrong."""

from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import optim, training
from dltut.datasets import Dataset, Split
from dltut.exceptions import InputError
from dltut.experiment.plan import Experiment, located, read_experiment
from dltut.optim import schedules

GIVEN = {"model": {"name": "LogisticRegression"}, "rule": {"name": "sgd", "learning_rate": 0.5}}
FILES = sorted(Path(__file__).parents[2].glob("scripts/experiments/*.yaml"))
SMALL = Split(np.zeros((4, 784)), np.arange(4))
DATA = Dataset(SMALL, SMALL, SMALL, "four zeros", (1, 28, 28), tuple("abcd"))


@pytest.fixture
def read(tmp_path):
    def read(**changes):
        path = tmp_path / "my.yaml"
        kept = {key: value for key, value in (GIVEN | changes).items() if value is not None}
        path.write_text("\n".join(f"{key}: {flow(value)}" for key, value in kept.items()))
        return read_experiment(path)

    return read


def flow(value):
    """A value as YAML writes it in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_that_come_along(path):
    plan = read_experiment(path)
    model = plan.built_model(DATA)
    cost = sum((each**2).sum() for each in model.params)
    rate = plan.learning_rate()
    assert set(model.params) <= set(plan.updates(cost, model.params, rate))
    assert plan.extensions(model.params, rate)


def test_there_are_four_of_them():
    assert [path.stem for path in FILES] == ["lenet", "logistic", "mlp", "mlp_dropout"]


def test_defaults(read):
    plan = read()
    assert plan == Experiment(**GIVEN)
    assert (plan.dataset, plan.batch_size, plan.max_epochs, plan.seed) == ("auto", 20, 1000, 1234)
    (patience,) = plan.extensions([], plan.learning_rate())
    assert isinstance(patience, training.Patience) and patience.initial == 10_000
    assert plan.learning_rate() == 0.5 and not plan.penalty([])


def test_models_get_what_the_data_says(read):
    model = read(model={"name": "MLP", "n_hidden": [5, 3], "activation": "relu"}).built_model(DATA)
    assert model.arguments == {
        "n_in": 784,
        "n_hidden": [5, 3],
        "n_out": 4,
        "activation": "relu",
        "dropout": 0.0,
        "batch_norm": False,
    }
    lenet = read(model={"name": "LeNet", "n_kernels": [2, 3], "n_hidden": 5}).built_model(DATA)
    assert lenet.arguments["image_shape"] == [1, 28, 28] and lenet.arguments["n_out"] == 4


def test_the_seed_decides(read):
    model = {"name": "MLP", "n_hidden": 3}
    one, same, other = (read(model=model, seed=s).built_model(DATA) for s in (1, 1, 2))
    values = [each.params[0].get_value() for each in (one, same, other)]
    assert (values[0] == values[1]).all() and (values[0] != values[2]).any()


def test_penalties_add_up(read):
    w = pt.as_tensor(np.array([[3.0, -4.0]]))
    assert read(penalties={"l1": 0.5, "l2": 2}).penalty([w]).eval() == 0.5 * 7 + 2 * 25


def test_rules_get_their_arguments(read):
    w = pytensor.shared(np.array([1.0]), name="w")
    plan = read(rule={"name": "momentum", "learning_rate": 0.1, "momentum": 0.25})
    ours = plan.updates((w**2).sum(), [w], plan.learning_rate())
    theirs = optim.momentum((w**2).sum(), [w], 0.1, momentum=0.25)
    assert ours[w].eval() == theirs[w].eval()
    assert [each.name for each in ours] == [each.name for each in theirs]


def test_a_rule_s_own_learning_rate_is_the_default(read):
    assert read(rule={"name": "adam"}).learning_rate() == 0.001


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"name": "constant"}, schedules.constant(0.5)),
        ({"name": "inverse_time", "decay": 0.25}, schedules.inverse_time(0.5, 0.25)),
        ({"name": "inverse", "start": 2}, schedules.inverse(0.5, 2)),
        ({"name": "exponential", "factor": 2}, schedules.exponential(0.5, 2)),
        (
            {"name": "linear", "final": 0.25, "start": 1, "saturate": 3},
            schedules.linear(0.5, 0.25, 1, 3),
        ),
        ({"name": "step", "every": 2, "per": "minibatch"}, schedules.step(0.5, 2)),
    ],
)
def test_schedules_begin_at_the_rule_s_rate(read, schedule, expected):
    plan = read(schedule=schedule)
    rate = plan.learning_rate()
    made, _ = plan.extensions([], rate)
    assert isinstance(made, training.Scheduled) and made.variable is rate
    assert made.per == schedule.get("per", "epoch")
    assert [made.schedule(step) for step in range(5)] == [expected(step) for step in range(5)]


def test_criteria(read):
    stopping = [
        {"name": "Patience", "patience": 50, "increase": 3},
        {"name": "NoImprovement", "n": 4},
        {"name": "MaxEpochs", "n": 5},
        {"name": "TargetReached", "channel": "valid_error", "target": 0.02},
        {"name": "TimeLimit", "seconds": 60},
        {"name": "Diverged"},
        {"name": "HalveOnNoImprovement", "n_epochs": 3},
    ]
    plan = read(stopping=stopping)
    rate, params = plan.learning_rate(), plan.built_model(DATA).params
    patience, no_improvement, *_, diverged, halve = plan.extensions(params, rate)
    assert (patience.initial, patience.increase, no_improvement.n) == (50, 3, 4)
    assert diverged.params == params and halve.learning_rate is rate and halve.n_epochs == 3
    assert rate.get_value() == 0.5


def test_nothing_but_max_epochs_need_stop_a_run(read):
    assert read(stopping=[]).extensions([], 0.5) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"modle": "x"}, r"the experiment: there is no modle; did you mean model\?"),
        ({"model": None}, "the experiment: model is missing: give keys with values"),
        ({"model": "MLP"}, "the experiment: model is 'MLP'; expected keys with values"),
        ({"model": {"n_hidden": 5}}, "model has no name: write {name: DBN, ...}"),
        ({"model": {"name": "MPL"}}, r"model: there is no MPL; did you mean MLP\?"),
        ({"model": {"name": ["MLP"]}}, r"model: there is no \['MLP'\]; "),
        ({"model": {"name": "os.system"}}, "model: there is no os.system; valid names: DBN, LeNet"),
        ({"model": {"name": "MLP"}}, "model MLP: n_hidden is missing: give a whole number or a l"),
        (
            {"model": {"name": "MLP", "n_hiden": 5}},
            r"model MLP: there is no n_hiden; did you mean n_hidden\?",
        ),
        (
            {"model": {"name": "MLP", "n_hidden": "many"}},
            "model MLP: n_hidden is 'many'; expected a whole number or a list, each a whole num",
        ),
        ({"model": {"name": "MLP", "n_hidden": 5, "n_in": 9}}, "model MLP: there is no n_in; "),
        ({"rule": {"name": "sdg"}}, r"rule: there is no sdg; did you mean sgd\?"),
        ({"rule": {"name": "sgd"}}, "rule sgd: learning_rate is missing: give a number"),
        (
            {"rule": {"name": "sgd", "learning_rate": "fast"}},
            "rule sgd: learning_rate is 'fast'; expected a number",
        ),
        ({"rule": {"name": "sgd", "cost": 1}}, "rule sgd: there is no cost; valid names: learni"),
        ({"penalties": {"l3": 1}}, "penalties: there is no l3; valid names: l1, l2"),
        (
            {"penalties": {"l2": -1}},
            "the experiment: penalties is {'l2': -1}; expected keys, each with a number, 0 or a",
        ),
        ({"penalties": {"l2": "x"}}, "the experiment: penalties is {'l2': 'x'}; expected keys, e"),
        ({"schedule": {"name": "stop"}}, r"schedule: there is no stop; did you mean step\?"),
        ({"schedule": {"name": "step"}}, "schedule step: every is missing: give a whole number"),
        ({"stopping": {"name": "Patience"}}, "the experiment: stopping is .*; expected a list"),
        ({"stopping": [{"name": "patience"}]}, r"stopping: there is no patience; did you mean Pat"),
        (
            {"stopping": [{"name": "Patience", "patience": 0.5}]},
            "stopping Patience: patience is 0.5; expected a whole number",
        ),
        (
            {"schedule": {"name": "constant"}, "stopping": [{"name": "HalveOnNoImprovement"}]},
            "two parts change the learning rate: keep one schedule or halving",
        ),
        ({"batch_size": 1.5}, "the experiment: batch_size is 1.5; expected a whole number"),
        ({"seed": -1}, "the experiment: seed is -1; expected a whole number, from 0 to 4294967295"),
        (
            {"max_epochs": -1},
            "the experiment: max_epochs is -1; expected a whole number, 0 or above",
        ),
        ({"floatX": "float16"}, "the experiment: floatX is 'float16'; expected float32 or float64"),
        ({"dataset": 5}, "the experiment: dataset is 5; expected text"),
    ],
)
def test_what_cannot_be_is_named_with_its_file_and_key(read, changes, message):
    with pytest.raises(InputError, match=rf"my\.yaml: {message}") as caught:
        read(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rule": {"name": "sgd", "learning_rate": -1}}, "learning_rate is -1; it is above 0"),
        ({"schedule": {"name": "step", "every": 0}}, "every is 0; it counts steps"),
        ({"schedule": {"name": "constant", "per": "day"}}, "per is 'day'; it is 'epoch' or"),
        ({"stopping": [{"name": "NoImprovement", "n": 0}]}, "n is 0; it counts validations"),
    ],
)
def test_values_out_of_range_are_named_when_the_objects_are_made(read, changes, message):
    plan = read(**changes)
    with pytest.raises(InputError, match=message):
        plan.extensions([], plan.learning_rate())


def test_what_is_made_says_the_file():
    with pytest.raises(InputError, match=r"a\.yaml: too much"), located("a.yaml"):
        raise InputError("too much")
