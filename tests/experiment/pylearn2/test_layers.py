"""What the layers of Pylearn2 become: shapes, first weights, norms, rates."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.experiment.pylearn2.layers import PretrainedLayer
from dltut.models import Autoencoder

SOFTMAX = "!p:models.mlp.Softmax {layer_name: y, n_classes: 10, irange: .005}"


@pytest.mark.parametrize(
    ("kind", "activation"),
    [
        ("Linear", "linear"),
        ("Tanh", "tanh"),
        ("Sigmoid", "sigmoid"),
        ("RectifiedLinear", "relu"),
        ("Softplus", "softplus"),
    ],
)
def test_fully_connected_layers(network, kind, activation):
    layer = f"""!p:models.mlp.{kind} {{layer_name: h, dim: 7, sparse_init: 5, init_bias: .25,
        W_lr_scale: .5, max_col_norm: 2, min_col_norm: 1}}"""
    model = network(layer)
    assert model.layers[0].arguments["activation"] == activation
    W, b = (each.get_value() for each in model.layers[0].params)
    assert (b == 0.25).all() and ((W != 0).sum(axis=0) == 5).all()
    assert {each.name: factor for each, factor in model.rates.items()} == {"h.W": 0.5}
    assert {each.name: pair[:2] for each, pair in model.limits.items()} == {"h.W": (1, 2)}


def test_norms_of_rows(network):
    model = network("!p:models.mlp.Tanh {layer_name: h, dim: 7, irange: 9, max_row_norm: .5}")
    norms = np.sqrt((model.layers[0].W.get_value() ** 2).sum(axis=1))
    assert np.allclose(norms, 0.5)


def test_maxout(network):
    model = network(
        "!p:models.maxout.Maxout {layer_name: h, num_units: 6, num_pieces: 5, irange: .1}"
    )
    assert model.layers[0].out_shape((20,)) == (6,)


def test_a_softmax_may_begin_with_the_shares_of_the_classes(network):
    data = """!p:datasets.dense_design_matrix.DenseDesignMatrix {X: [[1], [2], [3], [4]],
        y: [0, 1, 1, 1], y_labels: 2}"""
    top = f"""!p:models.mlp.Softmax {{layer_name: y, n_classes: 2, irange: 0.,
        init_bias_target_marginals: {data}}}"""
    b = network(top=top).layers[-1].b.get_value()
    assert np.allclose(np.exp(b), [0.25, 0.75])


def test_a_pretrained_layer(network, made):
    coder = Autoencoder(np.random.default_rng(1), 20, 7, encoder="tanh")
    coder.bhid.set_value(np.arange(7, dtype=coder.bhid.dtype))
    layer = made("!p:models.mlp.MLP {nvis: 20, layers: [" + SOFTMAX + "]}")
    for freeze in (False, True):
        pretrained = PretrainedLayer(layer_name="h1", layer_content=coder, freeze_params=freeze)
        mlp = type(layer)(nvis=20, layers=[pretrained, *layer.layers])
        model = mlp.network()
        first = model.layers[0]
        assert (first.W.get_value() == coder.W.get_value()).all()
        assert (first.b.get_value() == np.arange(7)).all() and first.W is not coder.W
        assert ({"h1.W", "h1.b"} <= {each.name for each in model.params}) is not freeze


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("!p:models.mlp.Tanh {layer_name: h, dim: 3}", "nothing says how its weights begin"),
        (SOFTMAX.replace(": y", ": h"), "a Softmax is the last layer"),
        (
            "!p:models.mlp.RectifiedLinear {layer_name: h, dim: 3, irange: 1, left_slope: .3}",
            "left_slope is 0.3; dltut has 0",
        ),
        (
            "!p:models.mlp.Tanh {layer_name: h, dim: 3, irange: 1, include_prob: .5}",
            "layer h: include_prob is 0.5; dltut knows 1 alone",
        ),
    ],
)
def test_what_is_not_known_is_said(network, layer, message):
    with pytest.raises(InputError, match=message):
        network(layer)
