"""Every channel against a loop over the whole set in NumPy, the last batch being smaller."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.special import log_softmax, softmax

from dltut import shared_dataset
from dltut.exceptions import InputError
from dltut.layers import Dense, Network
from dltut.models import MLP, LeNet, LogisticRegression
from dltut.nn import l2, negative_log_likelihood, squared_error
from dltut.training import Monitor, Trainer, minibatch_functions
from dltut.training.channels import channels, layer_outputs

FAST = "FAST_COMPILE"
N, SIZE, N_IN, N_OUT = 11, 4, 6, 3  # batches of 4, 4 and 3
X = np.random.default_rng(1).normal(size=(N, N_IN))
Y = np.random.default_rng(2).integers(0, N_OUT, N)


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(3)
    made = MLP(rng, N_IN, (5, 4), N_OUT, dropout=0.5)
    for param in made.params:
        param.set_value(rng.normal(size=param.get_value().shape))
    return made


def inputs_of(split):
    return [column.type(name) for column, name in zip(split, "xy", strict=True)]


@pytest.fixture(scope="module")
def measured(model):
    with pytensor.config.change_flags(floatX="float64"):
        split = shared_dataset((X, Y))
        x, y = inputs_of(split)
        penalty = l2(model.weights)
        penalty.name = "weight_decay"
        cost = negative_log_likelihood(model(x), y)
        which = ["all", "misclass", "nll"]
        found = channels(model, x, y, [cost, (0.25, penalty)], which)
        functions = minibatch_functions(
            found, [x, y], {"valid": split}, SIZE, mode=FAST, at_once=SIZE
        )
        return {name.removeprefix("valid_"): each for name, each in functions.items()}


def states(model):
    """What each layer makes of all examples, in NumPy."""
    h = [X]
    for layer in model.layers:
        sums = h[-1] @ layer.W.get_value() + layer.b.get_value()
        h.append(sums if layer is model.layers[-1] else np.tanh(sums))
    return dict(zip(["hidden0", "hidden1", "output"], h[1:], strict=True))


def over_batches(function, *arrays):
    """The mean of what batches give, weighted by their examples."""
    total = 0.0
    for start in range(0, N, SIZE):
        batch = [array[start : start + SIZE] for array in arrays]
        total += len(batch[0]) * function(*batch)
    return total / N


def expected(model):
    found, h = {}, states(model)
    nll = over_batches(lambda s, y: -log_softmax(s, 1)[range(len(y)), y].mean(), h["output"], Y)
    decay = sum((layer.W.get_value() ** 2).sum() for layer in model.layers)
    found |= {"term_0": nll, "term_1_weight_decay": decay, "objective": nll + 0.25 * decay}
    wrong = np.mean(h["output"].argmax(1) != Y)  # of all at once: the mean of means
    found |= {"nll": nll, "output_nll": nll, "misclass": wrong, "output_misclass": wrong}
    reduce = {"max": np.max, "mean": np.mean, "min": np.min}
    for extreme, f in reduce.items():
        found[f"output_{extreme}_max_class"] = over_batches(
            lambda s, f=f: f(softmax(s, 1).max(1)), h["output"]
        )
    for name, layer in zip(h, model.layers, strict=True):
        W = layer.W.get_value()
        for extreme, f in reduce.items():
            found[f"{name}_row_norms_{extreme}"] = f([np.linalg.norm(row) for row in W])
            found[f"{name}_col_norms_{extreme}"] = f([np.linalg.norm(col) for col in W.T])
    for name in ("hidden0", "hidden1"):
        for kind, over in (reduce | {"range": np.ptp}).items():
            for extreme, f in reduce.items():
                found[f"{name}_{kind}_x_{extreme}_u"] = over_batches(
                    lambda s, over=over, f=f: f(over(s, axis=0)), h[name]
                )
    return found


def test_every_channel_is_that_of_a_loop_over_all_examples(model, measured):
    wanted = expected(model)
    assert set(measured) == set(wanted)
    for name, value in wanted.items():
        assert measured[name].mean() == pytest.approx(value, rel=1e-9), name


def test_what_is_the_same_on_all_examples_is_computed_once(measured):
    norm, misclass = measured["output_col_norms_max"], measured["output_misclass"]
    assert (norm.n_batches, misclass.n_batches, misclass.n_examples) == (1, 3, N)
    assert misclass.joint is measured["hidden0_range_x_mean_u"].joint is not norm.joint
    assert float(norm(0)) == norm.mean()


def test_a_monitor_makes_one_pass_for_all(measured, monkeypatch):
    passes = []
    joint = type(measured["misclass"].joint)
    means = joint.means
    monkeypatch.setattr(joint, "means", lambda self: passes.append(self) or means(self))
    named = {f"valid_{name}": each for name, each in measured.items()}
    monitor = Monitor(named, watch="valid_misclass", on_best={"late": measured["nll"]})
    log = Trainer(lambda index: 1.0, 1, [monitor]).run(2)
    assert len(passes) == 2
    assert log.rows[0]["late"] == log.rows[0]["valid_nll"]
    assert log.n_examples["valid"] == N
    assert log.rows[0]["valid_hidden0_max_x_max_u"] == log.rows[1]["valid_hidden0_max_x_max_u"]


def test_names_and_groups(model):
    x, y = pt.matrix("x"), pt.ivector("y")
    assert list(channels(model, x, y)) == ["objective", "misclass", "nll"]
    assert list(channels(model, x, y, which=["output_misclass", "terms"])) == [
        "output_misclass",
        "term_0",
    ]
    assert len(channels(model, x, y, which=["norms"])) == 3 * 6
    assert len(channels(model, x, y, which=["activations"])) == 2 * 12
    everything = channels(model, x, y, which=["all"])
    assert len(everything) == 1 + 1 + 2 + 3 + 18 + 24
    with pytest.raises(InputError, match="no channel misclas; did you mean misclass"):
        channels(model, x, y, which=["misclas"])


def test_a_model_without_layers_is_one():
    x, y = pt.matrix("x"), pt.ivector("y")
    model = LogisticRegression(4, 3)
    assert "output_misclass" in channels(model, x, y, which=["all"])
    model = LogisticRegression(4, 3, name="y")
    assert {"y_misclass", "y_col_norms_max"} < set(channels(model, x, y, which=["all"]))


def test_numbers_instead_of_classes():
    x, y = pt.matrix("x"), pt.matrix("y")
    model = MLP(np.random.default_rng(1), 4, 3, 2)
    found = channels(model, x, y, [squared_error(model(x), y)], ["all"])
    assert "objective" in found
    assert "output_mean_x_mean_u" in found  # of real outputs this says something
    assert not [name for name in found if name.endswith(("misclass", "nll", "max_class"))]
    with pytest.raises(InputError, match="there is no channel misclass; "):
        channels(model, x, y, which=["misclass"])
    assert channels(model, x) == {}


def rates(guessed, y):
    """Precision, recall and F1 by counting; of nothing they are 0."""
    right, found, true = (guessed & y).sum(), guessed.sum(), y.sum()
    precision, recall = right / found if found else 0, right / true if true else 0
    both = precision + recall
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / both if both else 0,
    }


def test_labels_are_counted():
    rng = np.random.default_rng(5)
    labels = rng.random((N, N_OUT)) < [0.5, 0.9, 0]  # the last one never holds
    model = LogisticRegression(N_IN, N_OUT, name="y")
    for param in model.params:
        param.set_value(rng.normal(size=param.get_value().shape))
    model.b.set_value(np.array([0, 0, -100.0]))  # and is never guessed
    x, y = pt.matrix("x"), pt.imatrix("y")
    which = ["detection", "misclass", "nll", "y_misclass", "y_nll", "objective", "activations"]
    found = channels(model, x, y, which=which)
    values = pytensor.function([x, y], list(found.values()), mode=FAST)(X, labels.astype("int32"))
    got = dict(zip(found, map(float, values), strict=True))

    sums = X @ model.W.get_value() + model.b.get_value()
    guessed, probabilities = sums > 0, 1 / (1 + np.exp(-sums))
    wanted = {"01_loss": (guessed != labels).mean()} | rates(guessed, labels)
    single = [rates(guessed[:, k], labels[:, k]) for k in range(N_OUT)]
    for name in ("precision", "recall", "f1"):
        each = [rate[name] for rate in single]
        for kind, reduce in {"max": np.max, "mean": np.mean, "min": np.min}.items():
            wanted[f"per_output_{name}_{kind}"] = reduce(each)
    right = np.where(labels, probabilities, 1 - probabilities)
    wanted["kl"] = wanted["nll"] = -np.log(right).sum(axis=1).mean()
    wanted["misclass"] = (guessed != labels).any(axis=1).mean()
    wanted |= {"mean_x_mean_u": probabilities.mean(), "max_x_max_u": probabilities.max()}
    for name, value in wanted.items():
        assert got[f"y_{name}"] == pytest.approx(value, rel=1e-5, abs=1e-9), name
    assert got["objective"] == got["nll"] == got["y_kl"] and got["misclass"] == got["y_misclass"]
    assert got["y_per_output_f1_min"] == 0 < got["y_per_output_f1_max"]


def test_filters_have_norms_and_maps_have_units():
    x, y = pt.matrix("x"), pt.ivector("y")
    rng = np.random.default_rng(1)
    model = LeNet(rng, (2, 8, 8), (3, 4), 5, kernel_size=3, pool_size=1)
    found = channels(model, x, y, which=["all"])
    W, pictures = model.layers[0].W.get_value(), rng.normal(size=(6, 128))
    names = ["conv0_kernel_norms_mean", "conv0_max_x_mean_u", "hidden_row_norms_min"]
    norm, most, rows = (
        found[name].eval({x: pictures} if "_u" in name else {}, mode=FAST) for name in names
    )
    assert norm == pytest.approx(np.mean([np.linalg.norm(kernel) for kernel in W]))
    maps = model.layers[0](x.reshape((-1, 2, 8, 8))).eval({x: pictures}, mode=FAST)
    assert most == pytest.approx(maps.max(0).mean())
    weights = model.hidden.W.get_value()
    assert rows == pytest.approx(np.linalg.norm(weights, axis=1).min())


class Odd(Network):
    """Adds its input to what the layer makes of it."""

    def __post_init__(self):
        self.layers = [Dense(np.random.default_rng(1), 3, 3, name="dense")]

    def __call__(self, x, train=False):
        return x + self.layers[0](x, train)


class Telling(Odd):
    def outputs(self, x, train=False):
        inner = self.layers[0](x, train)
        return {"dense": inner, "sum": x + inner}


def test_a_model_that_is_no_chain_has_to_tell():
    x = pt.matrix("x")
    message = r"^Odd is more than a chain of its layers: give it a method outputs\(x, train=False\)"
    with pytest.raises(InputError, match=message):
        layer_outputs(Odd(), x)
    assert list(layer_outputs(Telling(), x)) == ["dense", "sum"]
    found = channels(Telling(), x, pt.ivector("y"), which=["all"])
    assert {"sum_misclass", "dense_mean_x_min_u", "dense_col_norms_max"} < set(found)
