"""Costs against NumPy; what is dropped of which layer."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut.exceptions import InputError

MLP = """!p:models.mlp.MLP {nvis: 3, layers: [
    !p:models.mlp.Tanh {layer_name: h, dim: 4, irange: .5, init_bias: 3},
    !p:models.mlp.Softmax {layer_name: y, n_classes: 2, irange: .5}]}"""


@pytest.fixture
def value(made):
    """``value(cost, model)``: of a cost's first term."""

    def value(cost, model, **context):
        network = model.network()
        [(coefficient, term)] = made(cost).terms
        scalar = term.part(model)(model=network, train=False, **context)
        return float(coefficient * scalar.eval(mode="FAST_COMPILE")), network

    return value


@pytest.mark.parametrize(("kind", "norm"), [("WeightDecay", np.square), ("L1WeightDecay", abs)])
@pytest.mark.parametrize("coeffs", ["[.5, .25]", "{h: .5, y: .25}", "{y: .25}"])
def test_penalties_of_the_weights_alone(made, value, kind, norm, coeffs):
    found, network = value(f"!p:costs.mlp.{kind} {{coeffs: {coeffs}}}", made(MLP))
    h, y = (norm(each.get_value()).sum() for each in network.weights)
    assert found == pytest.approx(0.25 * y + (0.5 * h if ".5" in coeffs else 0), rel=1e-5)


def test_no_coefficient_no_penalty(made, value):
    assert value("!p:costs.mlp.WeightDecay {coeffs: [0, 0]}", made(MLP))[0] == 0


@pytest.mark.parametrize(
    ("coeffs", "message"),
    [
        ("[1]", r"coeffs has 1 numbers for 2 layers \(h, y\): give one for each"),
        ("{hh: 1}", r"coeffs: there is no layer hh; did you mean h\?|valid names: h, y"),
        ("[-1, 0]", "expected a list, each a number, 0 or above"),
    ],
)
def test_coefficients_that_do_not_fit(made, value, coeffs, message):
    with pytest.raises(InputError, match=message):
        value(f"!p:costs.mlp.WeightDecay {{coeffs: {coeffs}}}", made(MLP))


def test_dropout_drops_the_inputs_of_every_layer(made):
    cost = made("!p:costs.mlp.dropout.Dropout {}").dropped
    assert cost.of(["h", "y"]) == {name: {"dropout": 0.5, "dropout_scale": 2} for name in "hy"}
    text = "{input_include_probs: {h: .8, y: 1.}, input_scales: {h: 1.25}}"
    cost = made(f"!p:costs.mlp.dropout.Dropout {text}").dropped
    assert cost.of(["h", "y"]) == {"h": {"dropout": 0.2, "dropout_scale": 1.25}}
    with pytest.raises(InputError, match="Dropout: there is no layer x; "):
        made("!p:costs.mlp.dropout.Dropout {input_scales: {x: 1}}").dropped.of(["h"])


def test_a_sum_has_the_terms_of_its_costs(made):
    text = """!p:costs.cost.SumOfCosts {costs: [!p:costs.mlp.dropout.Dropout {},
        [.5, !p:costs.cost.SumOfCosts {costs: [[4, !p:costs.mlp.WeightDecay {coeffs: {}}]]}]]}"""
    cost = made(text)
    assert [(number, term.label) for number, term in cost.terms] == [(1, ""), (2, "weight_decay")]
    assert cost.dropped is cost.terms[0][1]
    with pytest.raises(InputError, match="costs holds costs, and"):
        made("!p:costs.cost.SumOfCosts {costs: [[1, 2]]}").terms  # noqa: B018


CODER = """!p:models.autoencoder.DenoisingAutoencoder {nvis: 3, nhid: 5, irange: .5, act_enc: tanh,
    act_dec: null, corruptor: !p:corruption.BinomialCorruptor {corruption_level: %g}}"""


def test_reconstruction(made, value):
    x = np.array([[0.5, -1, 2], [0, 1, 1]], dtype=pytensor.config.floatX)
    cost = "!p:costs.autoencoder.MeanSquaredReconstructionError {}"
    found, network = value(cost, made(CODER % 0), x=pt.as_tensor(x))
    W, bhid, bvis, W_prime = (each.get_value() for each in network.params)
    given_back = np.tanh(x @ W + bhid) @ W_prime + bvis
    assert found == pytest.approx(((given_back - x) ** 2).sum(axis=1).mean(), rel=1e-5)
    noisy, _ = value(cost, made(CODER % 0.9), x=pt.as_tensor(x))
    assert noisy != pytest.approx(found)


def test_sparse_activation(made, value):
    model = made(CODER.replace("tanh", "sigmoid") % 0)
    x = np.ones((2, 3), dtype=pytensor.config.floatX)
    cost = "!p:costs.autoencoder.SparseActivation {coeff: 2., p: .1}"
    found, network = value(cost, model, x=pt.as_tensor(x))
    mean = (1 / (1 + np.exp(-x @ network.W.get_value()))).mean(axis=0)
    expected = 2 * (0.1 * np.log(0.1 / mean) + 0.9 * np.log(0.9 / (1 - mean))).sum()
    assert found == pytest.approx(expected, rel=1e-5)
