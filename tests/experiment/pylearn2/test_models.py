"""Models of Pylearn2: what they are made with, and what is refused."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.models import Autoencoder, Sequential, cA, dA

SOFTMAX = "!p:models.mlp.Softmax {layer_name: y, n_classes: 10, irange: .005}"


def test_softmax_regression_begins_with_zeros(made):
    model = made(
        "!p:models.softmax_regression.SoftmaxRegression {nvis: 784, n_classes: 10, irange: 0.}"
    )
    network = model.network()
    assert isinstance(network, Sequential) and [layer.layer_name for layer in model.flat] == ["y"]
    assert {each.name: each.get_value().shape for each in network.params} == {
        "y.W": (784, 10),
        "y.b": (10,),
    }
    assert not any(each.get_value().any() for each in network.params)


CODER = "!p:models.autoencoder.%s {nvis: 30, nhid: 20, irange: .05, act_enc: %s, act_dec: %s%s}"
NOISE = ", corruptor: !p:corruption.%s {%s}"


def test_an_autoencoder_begins_as_in_pylearn2(made):
    network = made(CODER % ("Autoencoder", "tanh", "null", "")).network()
    assert type(network) is Autoencoder
    W, bhid, bvis, W_prime = (each.get_value() for each in network.params)
    assert W.shape == (30, 20) and 0.02 < abs(W).max() <= 0.025
    assert W_prime.shape == (20, 30) and 0.02 < abs(W_prime).max() <= 0.025
    assert not bhid.any() and not bvis.any()
    assert network.arguments["encoder"] == "tanh" and network.arguments["decoder"] == "linear"


@pytest.mark.parametrize(
    ("kind", "level", "corruption"),
    [
        ("BinomialCorruptor", "corruption_level: .2", "masking"),
        ("SaltPepperCorruptor", "corruption_level: .2", "salt_and_pepper"),
        ("GaussianCorruptor", "stdev: .2", "gaussian"),
    ],
)
def test_noise(made, kind, level, corruption):
    text = CODER % ("DenoisingAutoencoder", "sigmoid", "sigmoid", NOISE % (kind, level))
    model = made(text)
    network = model.network()
    assert isinstance(network, dA) and network.arguments["corruption"] == corruption
    assert model.level == 0.2


def test_contractive_and_tied(made):
    network = made(
        CODER % ("ContractiveAutoencoder", "sigmoid", "sigmoid", ", tied_weights: true")
    ).network()
    assert isinstance(network, cA) and len(network.params) == 3


def test_the_same_seed_the_same_network(made):
    text = "!p:models.mlp.MLP {nvis: 5, seed: %s, layers: [" + SOFTMAX + "]}"
    one, same, other = (
        made(text % seed).network().params[0].get_value() for seed in ("[1, 2]", "[1, 2]", "3")
    )
    assert (one == same).all() and (one != other).any()


def test_an_mlp_within_another(made):
    tanh = "!p:models.mlp.Tanh {layer_name: a, dim: 3, irange: .1}"
    inner = f"!p:models.mlp.MLP {{layer_name: inner, layers: [{tanh}]}}"
    model = made(f"!p:models.mlp.MLP {{nvis: 5, layers: [{inner}, {SOFTMAX}]}}")
    assert [layer.layer_name for layer in model.flat] == ["a", "y"]
    assert [each.name for each in model.network().params] == ["a.W", "a.b", "y.W", "y.b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("!p:models.mlp.MLP {layers: [%s]}", "takes nvis or input_space, one of them"),
        ("!p:models.mlp.MLP {nvis: 5, layers: [%s, %s]}", "two layers are called y"),
        ("!p:models.mlp.MLP {nvis: 5, layers: []}", "an MLP without layers"),
        ("!p:models.mlp.MLP {nvis: x, layers: []}", "nvis is 'x'; expected a whole number"),
        ("!p:models.mlp.MLP {nvis: 5, layers: [3]}", r"layers is \[3\]; expected a list"),
    ],
)
def test_what_does_not_fit(made, text, message):
    with pytest.raises(InputError, match=message):
        made(text.replace("%s", SOFTMAX)).network()


def test_an_autoencoder_takes_no_dropout(made):
    model = made(CODER % ("Autoencoder", "tanh", "null", ""))
    with pytest.raises(InputError, match="an autoencoder takes a corruptor"):
        model.network(made("!p:costs.mlp.dropout.Dropout {}"))


def test_a_generator(made):
    assert isinstance(made("!obj:numpy.random.RandomState {seed: 3}"), np.random.RandomState)
