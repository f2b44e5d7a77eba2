"""A configuration file becomes the objects that it names, or an error that says what is wrong."""

import re
import textwrap
from pathlib import Path

import numpy as np
import pytensor
import pytest

from dltut.commands.run import Run
from dltut.datasets import Dataset, Split
from dltut.exceptions import InputError, at
from dltut.experiment.plan import Experiment, experiment_of, located, read_experiment
from dltut.experiment.reading import parsed
from dltut.experiment.roles import roles
from dltut.experiment.train import Train
from dltut.models import Autoencoder

GIVEN = {"model": {"name": "LogisticRegression"}, "rule": {"name": "sgd", "learning_rate": 0.5}}
FILES = sorted(Path(__file__).parents[2].glob("scripts/experiments/*.yaml"))
SMALL = Split(np.zeros((8, 784)), np.arange(8) % 4)
DATA = Dataset(SMALL, SMALL, SMALL, "eight zeros", (1, 28, 28), tuple("abcd"))


def small(size: int = 8):
    """A data set of zeros."""
    return Dataset(SMALL[:size], SMALL, SMALL, "zeros", (1, 28, 28), tuple("abcd"))


def halved(data, by: float = 2.0):
    """Inputs that are divided."""
    parts = [Split(split.x / by, split.y) for split in data]
    return Dataset(*parts, data.name, data.inputs, data.targets)


def steepness(model, x, y):
    """A channel."""
    return abs(model(x)).max()


ALL = roles(
    {
        "dataset": {"small": small},
        "transform": {"halved": halved},
        "channel": {"steepness": steepness},
    }
)


@pytest.fixture
def read(tmp_path):
    def read(**changes):
        path = tmp_path / "my.yaml"
        kept = {key: value for key, value in (GIVEN | changes).items() if value is not None}
        path.write_text("\n".join(f"{key}: {flow(value)}" for key, value in kept.items()))
        return read_experiment(path, ALL)

    return read


@pytest.fixture
def prepared(read):
    """The step, the model and the extensions of an experiment on few examples, not compiled far."""

    def prepared(**changes):
        plan = read(**{"dataset": "small", "batch_size": 4} | changes)
        with pytensor.config.change_flags(mode="FAST_COMPILE"):
            return plan.training(Run(dry_run=True)).prepared(Run(dry_run=True))

    return prepared


def flow(value):
    """A value as YAML writes it in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_that_come_along(path):
    assert isinstance(read_experiment(path), Experiment)


def test_the_example_of_the_page(repository):
    page = (repository / "docs/howto/experiments.rst").read_text()
    examples = re.findall(r"code-block:: yaml\n\n((?:    .*\n|\n)+)", page)
    assert examples
    for text in examples:
        assert experiment_of(parsed(textwrap.dedent(text), "page"))


def test_the_tutorials_and_the_slides_have_theirs():
    published = "lenet logistic mlp mlp_dropout walkthrough"
    slides = "conv_net conv_net_dropout conv_net_small dae_l1 dae_l2 dae_mlp softmax_regression"
    assert {*published.split(), *slides.split()} <= {path.stem for path in FILES}


def test_defaults(read):
    plan = read()
    assert plan == Experiment(**GIVEN)
    assert (plan.dataset, plan.batch_size, plan.max_epochs, plan.seed) == ("auto", 20, 1000, 1234)
    assert plan.stopping == ({"name": "Patience"},) and plan.cost == "default"


def test_it_comes_down_to_one_training(read):
    given = {
        "dataset": {"name": "small", "size": 6},
        "seed": 5,
        "batch_size": 3,
        "max_epochs": 7,
        "iteration": "shuffled_sequential",
        "stopping": ["Diverged", {"name": "all_of", "criteria": [{"name": "MaxEpochs", "n": 2}]}],
        "extensions": ["LossHistory"],
        "schedules": {"learning_rate": {"name": "step", "every": 2, "per": "minibatch"}},
        "monitor": {"datasets": ["train", "valid"], "channels": ["error", "objective"]},
        "cost": ["default", {"name": "l2", "coefficient": 0.5, "layers": ["W"]}],
        "penalties": {"l1": 2},
    }
    train = read(**given).training(Run())
    assert isinstance(train, Train) and len(train.data.train) == 6
    assert (train.seed, train.batch_size, train.max_epochs) == (5, 3, 7)
    assert train.iteration == "shuffled_sequential"
    assert [each.name for each in train.stopping] == ["Diverged", "all_of"]
    assert [each.name for each in train.extensions] == ["LossHistory"]
    [(name, (schedule, per))] = train.schedules.items()
    assert (name, schedule.name, schedule.arguments, per) == (
        "learning_rate",
        "step",
        {"every": 2},
        "minibatch",
    )
    assert {name: len(each) for name, each in train.monitored.items()} == {"train": 6, "valid": 8}
    assert train.channels == ["error", "objective"]
    assert [each.name for each in train.costs] == ["default", "l2", "penalties"]
    assert train.costs[1].coefficient == 0.5 and train.costs[1].layers == ["W"]
    assert train.rule.arguments == {"learning_rate": 0.5}
    assert train.algorithm.name == "minibatch"


def test_parts_of_the_data(monkeypatch, tmp_path):
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path))
    given = {
        "name": "digits",
        "train": {"start": 10, "stop": 40},
        "test": {"stop": 5},
        "transform": ["halved", {"name": "halved", "by": 4}],
    }
    whole = Experiment(**GIVEN, dataset="digits", roles=ALL).data(Run())
    data = Experiment(**GIVEN, dataset=given, roles=ALL).data(Run())
    assert [len(each) for each in data] == [30, len(whole.valid), 5]
    assert (data.train.x == whole.train.x[10:40] / 8).all()
    assert (data.test.y == whole.test.y[:5]).all()
    mine = {"name": "small", "size": 6, "train": {"stop": 4}, "transform": ["halved"]}
    assert len(Experiment(**GIVEN, dataset=mine, roles=ALL).data(Run()).train) == 4
    quick = Experiment(**GIVEN, dataset=given, roles=ALL).data(Run(quick=True))
    assert len(quick.train) == 1200  # a quick run has examples of its own


def test_the_model_gets_what_the_data_say(prepared):
    _, model, _ = prepared(model={"name": "MLP", "n_hidden": [5, 3], "activation": "relu"})
    assert model.arguments == {
        "n_in": 784,
        "n_hidden": [5, 3],
        "n_out": 4,
        "activation": "relu",
        "dropout": 0.0,
        "batch_norm": False,
    }


def test_an_autoencoder_is_a_model_too(prepared):
    step, model, (monitor, *_) = prepared(
        model={"name": "Autoencoder", "n_hidden": 3}, cost={"name": "reconstruction"}
    )
    assert isinstance(model, Autoencoder) and model.n_visible == 784
    assert set(monitor.channels) == {"valid_cost", "test_cost"} and step(0) > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"modle": "x"}, r"the experiment: there is no modle; did you mean model\?"),
        ({"model": None}, "the experiment: model is missing: give keys with values"),
        ({"rule": None}, "the experiment: rule is missing: give {name: sgd, ...}"),
        ({"model": "MLP"}, "the experiment: model is 'MLP'; expected keys with values"),
        ({"model": {"n_hidden": 5}}, "model has no name: write {name: Autoencoder, ...}"),
        ({"model": {"name": "MPL"}}, r"model: there is no MPL; did you mean MLP\?"),
        ({"model": {"name": ["MLP"]}}, r"model: there is no \['MLP'\]; "),
        (
            {"model": {"name": "os.system"}},
            "model: there is no os.system; valid names: Autoencoder, ",
        ),
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
        ({"penalties": {"l3": 1}}, "penalty: there is no l3; valid names: l1, l2"),
        (
            {"penalties": {"l2": -1}},
            "the experiment: penalties is {'l2': -1}; expected keys, each with a number, 0 or a",
        ),
        ({"penalties": {"l2": "x"}}, "the experiment: penalties is {'l2': 'x'}; expected keys, e"),
        (
            {"schedule": {"name": "constant", "per": "day"}},
            "schedule: per is 'day'; expected epoch or",
        ),
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
        (
            {"dataset": {"name": "digits", "trian": {}}},
            r"dataset: there is no trian; did you mean t",
        ),
        ({"dataset": {"name": "digits", "train": {"stop": 0}}}, "train: stop is 0; expected"),
        ({"dataset": {"train": {}}}, "dataset: name is missing: give text"),
        ({"dataset": {"name": "x", "transform": ["zcaa"]}}, "transform: there is no zcaa; "),
        ({"cost": "defalt"}, r"cost: there is no defalt; did you mean default\?"),
        ({"cost": [{"name": "l2", "coefficient": "x"}]}, "cost: coefficient is 'x'; expected a nu"),
        ({"cost": []}, "cost is empty: write default"),
        ({"extensions": [{"name": "SaveEvery", "path": "../x"}]}, "'../x' leads out of the folder"),
        ({"extensions": [{"name": "SaveBest", "path": "/x"}]}, "'/x' leads out of the folder"),
        ({"algorithm": "minibach"}, r"algorithm: there is no minibach; did you mean minibatch\?"),
        ({"extensions": ["Monitor"]}, "extension: there is no Monitor; "),
        (
            {"extensions": "LossHistory"},
            "the experiment: extensions is 'LossHistory'; expected a l",
        ),
        ({"monitor": {"dataset": []}}, r"monitor: there is no dataset; did you mean datasets\?"),
        ({"monitor": {"datasets": ["tset"]}}, r"monitor: datasets is \['tset'\]; expected a list"),
        ({"schedules": {"learning_rate": {"name": "stepp"}}}, "schedule: there is no stepp; "),
        (
            {"stopping": [{"name": "any_of", "criteria": "x"}]},
            "criteria is x; expected a list of p",
        ),
        ({"stopping": [{"name": "any_of", "criteria": [5]}]}, "criteria is 5; expected {name: ..."),
    ],
)
def test_what_cannot_be_is_named_with_its_file_and_key(read, changes, message):
    with pytest.raises(InputError, match=rf"my\.yaml:\d+:\d+: {message}") as caught:
        read(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rule": {"name": "sgd", "learning_rate": -1}}, "learning_rate is -1; it is above 0"),
        ({"schedule": {"name": "step", "every": 0}}, "every is 0; it counts steps"),
        ({"stopping": [{"name": "NoImprovement", "n": 0}]}, "n is 0; it counts validations"),
    ],
)
def test_values_out_of_range_are_named_when_the_objects_are_made(prepared, changes, message):
    with pytest.raises(InputError, match=message):
        prepared(**changes)


def test_the_place_is_that_of_the_value(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("model: {name: MLP, n_hidden: 5}\nrule:\n  name: sgd\n  learning_rat: 1\n")
    with pytest.raises(InputError, match=r"my\.yaml:4:3: rule sgd: there is no learning_rat; "):
        read_experiment(path)
    path.write_text("model: {name: MLP, n_hidden: x}\nrule: {name: sgd}")
    with pytest.raises(InputError, match=r"my\.yaml:1:20: model MLP: n_hidden is 'x'"):
        read_experiment(path)
    path.write_text(
        "model: {name: LogisticRegression}\n"
        "rule: {name: adam}\n"
        "stopping:\n"
        "  - name: MaxEpochs\n"
        "    m: 1\n"
    )
    with pytest.raises(InputError, match=r"my\.yaml:5:5: stopping MaxEpochs: there is no m; "):
        read_experiment(path)
    path.write_text("- 1")
    with pytest.raises(InputError, match=r"my\.yaml:1:1: this is \[1\]; expected keys with values"):
        read_experiment(path)


def test_a_mistake_in_the_target_is_placed_at_the_target(tmp_path):
    """And one in what else is said of the data there, at the nearest key."""
    table = tmp_path / "a.csv"
    table.write_text("a,b,c\n" + "".join(f"{k},{k % 7},{k % 2}\n" for k in range(40)))
    rest = "model: {name: LogisticRegression}\nrule: {name: adam}\n"
    for said, place in {
        f"dataset: {table}\ntarget: d\n": "2:1: .*a.csv has no column 'd'",
        f"dataset: {table}\ntarget: [a, d]\n": "2:1: .*a.csv has no column 'd'",
        f"target: a\ndataset:\n  name: {table}\n  ignore: [d]\n": "4:3: .*no column 'd'",
        f"target: a\ndataset:\n  name: {table}\n  task: multilabel\n": "1:1: .*labels of their",
        f"\ndataset: {tmp_path / 'b.csv'}\ntarget: a\n": "2:1: ",
    }.items():
        node = parsed(said + rest, "my.yaml")
        with pytest.raises(InputError, match=rf"^my\.yaml:{place}"), located(node):
            experiment_of(node).data(Run(run_dir=tmp_path / "run", pictures=False))


def test_the_place_of_a_layer(tmp_path, read):
    path = tmp_path / "my.yaml"
    path.write_text(
        "dataset: small\n"
        "rule: {name: adam}\n"
        "model:\n"
        "  name: Sequential\n"
        "  layers:\n"
        "    - {name: Dense, n_out: 3}\n"
        "    - {name: Dens, activation: null}\n"
    )
    plan, run = read_experiment(path, ALL), Run(dry_run=True)
    with (
        pytest.raises(InputError, match=r"my\.yaml:7:7: layers\[1\]: there is no layer Dens: "),
        located(parsed(path.read_text(), path)),
    ):
        plan.training(run).prepared(run)


def test_the_place_of_a_data_set(tmp_path, monkeypatch):
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path))
    path = tmp_path / "my.yaml"
    start = "model: {name: LogisticRegression}\nrule: {name: sgd, learning_rate: 1}\n"
    for dataset in ("my_digits", "{name: my_digits, header: true}"):
        path.write_text(f"{start}dataset: {dataset}")
        with (
            pytest.raises(InputError, match=r"my\.yaml:3:1: no data set or file 'my_digits'"),
            located(parsed(path.read_text(), path)),
        ):
            read_experiment(path).training(Run(dry_run=True))


def test_what_is_made_says_the_place():
    node = parsed("model: {name: MLP}\nrule: x", "a.yaml")
    with pytest.raises(InputError, match=r"^a\.yaml:2:1: too much"), located(node), at("rule"):
        raise InputError("too much")
    with pytest.raises(InputError, match=r"^disk full"), located(node):  # nothing of the file's
        raise InputError("disk full")
