"""Stacks: Theano's costs, two views of the same weights, one layer learning at a time."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import assert_golden, golden

from dltut import function, shared_dataset
from dltut.exceptions import InputError
from dltut.machine.rng import Streams, seed_from
from dltut.machine.serialize import named_values
from dltut.models import DBN, MLP, RBM, SdA, dA
from dltut.models.saved import variables_of
from dltut.nn import negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function

MAKE = {
    "SdA": lambda rng: SdA(rng, 12, (7, 6, 5), 3, corruption_levels=(0.1, 0.2, 0.3)),
    "DBN": lambda rng: DBN(rng, 12, (7, 6, 5), 3),
}


@pytest.fixture(params=MAKE)
def model(request):
    return MAKE[request.param](np.random.RandomState(1))


@pytest.fixture
def values():
    return np.random.RandomState(2).rand(4, 12).astype(pytensor.config.floatX)


def as_numbers(variable):
    return np.asarray(variable.get_value(), dtype="float64")


def learned(model, layer, values, **arguments):
    """The cost of one step of pretraining."""
    x = pt.matrix("x")
    cost, updates = model.pretraining(layer, x, 0.1, **arguments)
    return function([x], cost, updates, mode="FAST_COMPILE")(values)


def means_below(model, layer, values):
    """The inputs of a layer, in NumPy."""
    for each in model.layers[:layer]:
        values = 1 / (1 + np.exp(-(values @ as_numbers(each.W) + as_numbers(each.b))))
    return values.astype(pytensor.config.floatX)


def test_finetuning_costs_are_theanos(floatX, mode):
    arrays, settings = golden()
    facts, rs = settings["sda"], np.random.RandomState(0)
    split = shared_dataset((rs.rand(400, 784), rs.randint(0, 10, 400)))
    model = SdA(np.random.RandomState(89677), 784, facts["hidden"], 10)
    x, y = pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(x), y)
    updates = sgd(cost, model.params, facts["learning_rate"])
    step = minibatch_function(cost, [x, y], split, facts["batch_size"], updates)
    costs = [float(step(i % step.n_batches)) for i in range(facts["steps"])]
    assert_golden(costs, arrays["sda_finetune_cost"])
    sums = [np.abs(as_numbers(each)).sum() for each in model.params]
    for found, wanted in zip(sums, arrays["sda_final_abs_sums"], strict=True):
        assert_golden(found, wanted)


def test_both_views_have_the_same_weights(model, values):
    for layer, block in zip(model.layers[:-1], model.blocks, strict=True):
        assert block.W is layer.W
        assert getattr(block, "bhid", None) is layer.b or getattr(block, "hbias", None) is layer.b
    for layer in range(3):
        learned(model, layer, values)
    x, inputs = pt.matrix("x"), values
    for layer, block in zip(model.layers[:-1], model.blocks, strict=True):
        inputs, theirs = function([x], [layer(x), block(x)], mode="FAST_COMPILE")(inputs)
        np.testing.assert_array_equal(inputs, theirs)


@pytest.mark.parametrize("layer", range(3))
def test_pretraining_changes_one_layer_alone(model, values, layer):
    before = {name: each.tobytes() for name, each in named_values(variables_of(model)).items()}
    learned(model, layer, values)
    after = {name: each.tobytes() for name, each in named_values(variables_of(model)).items()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {each.name for each in model.blocks[layer].params}
    assert len(changed) == 3 and all(name.startswith(f"hidden{layer}.") for name in changed)


def assert_learns_like(lone, model, values, **arguments):
    """Layer 1 of a stack takes the step that the lone model takes on the means of layer 0."""
    x = pt.matrix("x")
    cost = learned(model, 1, values)
    outputs, updates = lone.cost_updates(x, 0.1, **arguments)
    wanted = function([x], outputs, updates, mode="FAST_COMPILE")(means_below(model, 1, values))
    np.testing.assert_allclose(cost, wanted, rtol=1e-5)
    for found, alone in zip(model.blocks[1].params, lone.params, strict=True):
        np.testing.assert_allclose(as_numbers(found), as_numbers(alone), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "kind", "arguments"),
    [
        ("SdA", dA, {"corruption_level": 0.2}),
        ("DBN", RBM, {"k": 1}),
    ],
)
def test_a_layer_learns_like_a_model_alone_on_the_means_below(name, kind, arguments, values):
    model = MAKE[name](np.random.RandomState(1))
    W, streams = as_numbers(model.layers[1].W), Streams(model.blocks[1].streams.seed)
    lone = kind(np.random.RandomState(0), 7, 6, W=W, streams=streams)
    assert_learns_like(lone, model, values, **arguments)


@pytest.mark.parametrize("start", range(3))
def test_what_a_layer_sees_are_the_clean_means_below(model, values, start):
    x = pt.matrix("x")
    inputs = means_below(model, start, values)
    found = function([x], model.inputs_of(2, x, start), mode="FAST_COMPILE")(inputs)
    np.testing.assert_allclose(found, means_below(model, 2, values), rtol=1e-5)


def test_the_cost_is_the_same_from_representations(model, values):
    other = type(model)(np.random.RandomState(1), **model.arguments)
    inputs = means_below(other, 2, values)
    cost = learned(other, 2, inputs, start=2)
    np.testing.assert_allclose(cost, learned(model, 2, values), rtol=1e-5)


def test_the_seed_of_the_draws_comes_first_and_then_the_weights(model):
    rng = np.random.RandomState(1)
    seed = seed_from(rng)
    plain = MLP(rng, 12, (7, 6, 5), 3, activation="sigmoid")
    assert {each.streams.seed for each in model.blocks} == {seed}
    assert len({id(each.streams) for each in model.blocks}) == 1
    for found, wanted in zip(model.params, plain.params, strict=True):
        assert found.name == wanted.name
        np.testing.assert_array_equal(found.get_value(), wanted.get_value())


def test_dropout_is_for_finetuning(values):
    rng, x = np.random.RandomState, pt.matrix("x")
    plain, thinned = (SdA(rng(1), 12, (7, 6), 3, dropout=p) for p in (0.0, 0.5))
    thinned.weights[-1].set_value(np.ones((6, 3), dtype=pytensor.config.floatX))
    assert learned(plain, 1, values) == learned(thinned, 1, values)
    outputs = [thinned(x), thinned(x, train=True)]
    whole, part = function([x], outputs, mode="FAST_COMPILE")(values)
    assert (whole != part).any()


def test_only_the_first_machine_sees_real_numbers(values):
    model = DBN(np.random.RandomState(1), 12, (7, 6), 3, visible="gaussian")
    assert [each.visible for each in model.rbms] == ["gaussian", "binary"]
    lone = RBM(np.random.RandomState(0), 12, 7, as_numbers(model.layers[0].W), visible="gaussian")
    lone.streams.seed = model.rbms[0].streams.seed
    x = pt.matrix("x")
    cost, updates = lone.cost_updates(x, 0.1)
    wanted = function([x], cost, updates, mode="FAST_COMPILE")(values)
    np.testing.assert_allclose(learned(model, 0, values), wanted, rtol=1e-5)
    for found, alone in zip(model.rbms[0].params, lone.params, strict=True):
        np.testing.assert_allclose(as_numbers(found), as_numbers(alone), rtol=1e-5, atol=1e-7)
    with pytest.raises(InputError, match="real"):
        DBN(np.random.RandomState(1), 12, 7, 3, visible="real")


def test_one_corruption_level_is_for_all_layers(rng):
    assert SdA(rng, 12, (7, 6), 3, corruption_levels=0.25).corruption_levels == [0.25, 0.25]
    assert SdA(rng, 12, (7, 6), 3, corruption_levels=(0.25,)).corruption_levels == [0.25, 0.25]
    assert SdA(rng, 12, 7, 3, corruption_levels=0.25).arguments["n_hidden"] == [7]
    with pytest.raises(InputError) as caught:
        SdA(rng, 12, (7, 6), 3, corruption_levels=(0.1, 0.2, 0.3))
    assert str(caught.value) == (
        "3 corruption levels for 2 hidden layers: give one each, or one for all"
    )
