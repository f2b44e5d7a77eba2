"""Networks from descriptions: beside models written out, their limits, rates, frozen layers."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import Network
from dltut.machine.shared import shared_zeros
from dltut.models import MLP, Autoencoder, Sequential, load_model, save_model
from dltut.nn import init, negative_log_likelihood
from dltut.optim import momentum, sgd


def compiled(inputs, outputs=None, updates=None):
    return function(inputs, outputs, updates, mode="FAST_COMPILE")


def test_a_multilayer_perceptron_bit_for_bit():
    """Weights and masks are those of the class that is written out."""
    mlp = MLP(np.random.RandomState(7), 6, (5, 4), 3, "relu", dropout=(0.2, 0.5, 0.5))
    hidden = [
        {"name": "Dense", "n_out": n, "activation": "relu", "dropout": p}
        for n, p in ((5, 0.2), (4, 0.5))
    ]
    output = {"name": "Dense", "activation": None, "W": 0, "dropout": 0.5}
    model = Sequential(np.random.RandomState(7), [*hidden, output], n_in=6, n_out=3)
    for one, other in zip(mlp.params, model.params, strict=True):
        np.testing.assert_array_equal(one.get_value(), other.get_value())
    for each in (mlp, model):
        each.params[-2].set_value(np.arange(12.0).reshape(4, 3).astype(each.params[-2].dtype))
    x = pt.matrix("x")
    found = compiled([x], [each(x, train) for train in (False, True) for each in (mlp, model)])
    quiet, same, noisy, again = found(np.random.RandomState(1).rand(20, 6))
    np.testing.assert_array_equal(quiet, same)
    np.testing.assert_array_equal(noisy, again)
    assert (noisy != quiet).any()


CONV_NET = [
    {"name": "Conv2D", "n_out": 3, "kernel_size": 5, "W": {"name": "uniform", "limit": 0.05}},
    {"name": "Pool2D", "ws": 4, "stride": 2, "ignore_border": False},
    {"name": "Conv2D", "n_out": 4, "kernel_size": 5, "layer_name": "h3"},
    {"name": "Pool2D", "ws": 4, "stride": 2, "ignore_border": False},
    {"name": "Dense", "activation": None, "W": {"name": "normal", "deviation": 0.05}},
]


def test_shapes_of_a_convolutional_network(rng):
    """28, 24, 11 (the last window is cut), 7, 3; the output takes the maps as a row."""
    model = Sequential(rng, CONV_NET, image_shape=(1, 28, 28), n_out=10)
    x = pt.matrix("x")
    outputs = model.outputs(x)
    assert {name: each.type.shape[1:] for name, each in outputs.items()} == {
        "conv2d0": (3, 24, 24),
        "pool2d0": (3, 11, 11),
        "h3": (4, 7, 7),
        "pool2d1": (4, 3, 3),
        "dense0": (10,),
    }
    assert [each.name for each in model.params] == [
        "conv2d0.W", "conv2d0.b", "h3.W", "h3.b", "dense0.W", "dense0.b"
    ]  # fmt: skip
    assert model.n_in == 784 and model.layers[-1].n_in == 36
    assert np.abs(model.params[0].get_value()).max() <= 0.05
    pixels = rng.random((2, 784))
    *found, scores = compiled([x], [*outputs.values(), model(x)])(pixels)
    np.testing.assert_array_equal(found[-1], scores)
    images = pt.tensor4("images")
    np.testing.assert_allclose(
        compiled([images], model(images))(pixels.reshape(2, 1, 28, 28)), scores
    )
    maps, pooled = found[:2]
    for row, column in np.ndindex(11, 11):
        window = maps[:, :, 2 * row : 2 * row + 4, 2 * column : 2 * column + 4]
        np.testing.assert_array_equal(pooled[:, :, row, column], window.max(axis=(2, 3)))


def test_untied_biases_and_pooled_features(rng):
    """The size of the pictures is filled in; penalties leave the biases alone."""
    layers = [
        {"name": "Conv2D", "n_out": 6, "kernel_size": 2, "untie_biases": True, "b": 0.1},
        {"name": "FeaturePool", "pool_size": 3},
        {"name": "GlobalPool", "mode": "max"},
        {"name": "Maxout", "n_pieces": 4, "max_norm": 1},
    ]
    model = Sequential(rng, layers, image_shape=(1, 4, 5), n_out=3)
    assert model.layers[0].b.get_value().shape == (6, 3, 4)
    assert [each.name for each in model.weights] == ["conv2d0.W", "maxout0.W"]
    assert [*model.limits] == [model.layers[3].W]
    found = compiled([], [*model.outputs(pt.ones((2, 20))).values()])()
    assert [each.shape[1:] for each in found] == [(6, 3, 4), (2, 3, 4), (2,), (3,)]


def trained(model, rule=sgd, n_steps=3, **settings):
    """Every parameter before the first step and after each."""
    x, y = pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(x, train=True), y)
    step = compiled([x, y], cost, model.limited(rule(cost, model.params, **settings)))
    rs = np.random.RandomState(3)

    def values():
        return {each.name: each.get_value() for each in [*model.params, *model.frozen]}

    history = [values()]
    for _ in range(n_steps):
        inputs = 3 * rs.normal(size=(20, 6)).astype(pytensor.config.floatX)
        step(inputs, rs.randint(3, size=20).astype("int32"))
        history.append(values())
    return history


def test_norms_stay_within_their_limits(floatX):
    layers = [
        {"name": "Dense", "n_out": 8, "max_norm": 0.7, "min_norm": 0.6},
        {"name": "Dense", "n_out": 5, "max_norm": 0.5, "norm_axes": 1},
        {"name": "Dense", "activation": None, "min_norm": 2.0},
    ]
    model = Sequential(np.random.RandomState(1), layers, n_in=6, n_out=3)
    W = [each for each in model.params if each.ndim == 2]
    assert model.limits == {
        W[0]: (0.6, 0.7, None),
        W[1]: (0.0, 0.5, 1),
        W[2]: (2.0, np.inf, None),
    }
    for values in trained(model, learning_rate=2.0):
        columns = np.linalg.norm(values["dense0.W"], axis=0)
        rows = np.linalg.norm(values["dense1.W"], axis=1)
        assert columns.min() >= 0.6 - 1e-6 and columns.max() <= 0.7 + 1e-6
        assert rows.max() <= 0.5 + 1e-6
        assert np.linalg.norm(values["dense2.W"], axis=0).min() >= 2 - 1e-5
        assert values["dense0.W"].dtype == floatX


def test_a_step_on_jax_is_that_of_the_reference():
    """Every kind of layer in one network: the sizes that JAX must know are known."""
    found, wanted = (after_two_steps(mode) for mode in ("JAX", "FAST_COMPILE"))
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def after_two_steps(mode):
    """The parameters of a network."""
    layers = [
        {"name": "Conv2D", "n_out": 4, "kernel_size": 3, "untie_biases": True, "max_norm": 0.5},
        {"name": "Pool2D", "ws": 3, "stride": 2, "ignore_border": False},
        {"name": "FeaturePool", "pool_size": 2},
        {"name": "Flatten"},
        {"name": "Maxout", "n_out": 5, "max_norm": 0.8},
        {"name": "Dropout", "p": 0.0},
        {"name": "BatchNorm"},
        {"name": "Activation", "activation": "tanh"},
        {"name": "Dense", "activation": None, "rate": {"b": 2}},
    ]
    model = Sequential(np.random.RandomState(1), layers, image_shape=(1, 8, 8), n_out=3)
    x, y = pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(x, train=True), y)
    updates = model.limited(momentum(cost, model.params, 0.1, 0.5))
    step = function([x, y], cost, updates, mode=mode)
    pixels = np.random.RandomState(2).rand(6, 64).astype(pytensor.config.floatX)
    for _ in range(2):
        step(pixels, np.arange(6, dtype="int32") % 3)
    return [np.asarray(each.get_value()) for each in model.params]


def test_kernels_are_limited_as_wholes(rng):
    model = Sequential(
        rng,
        [{"name": "Conv2D", "n_out": 3, "kernel_size": 2, "max_norm": 0.1, "W": 1.0}],
        image_shape=(2, 3, 3),
    )
    W = model.params[0].get_value()
    np.testing.assert_allclose(np.sqrt((W**2).sum(axis=(1, 2, 3))), 0.1, rtol=1e-5)


def test_a_rate_multiplies_the_step():
    """With a rule that remembers, too; the limit comes behind the rate."""
    for rule, settings in ((sgd, {}), (momentum, {"momentum": 0.5})):
        moved = []
        for rate in (1.0, {"b": 2.0, "W": 0.5}):
            layers = [{"name": "Dense", "n_out": 3, "activation": None, "rate": rate}]
            model = Sequential(np.random.RandomState(1), layers, n_in=6)
            before, after = trained(model, rule, 1, learning_rate=0.1, **settings)
            moved.append({name: after[name] - before[name] for name in after})
        np.testing.assert_allclose(moved[1]["dense0.b"], 2 * moved[0]["dense0.b"], rtol=1e-4)
        np.testing.assert_allclose(moved[1]["dense0.W"], 0.5 * moved[0]["dense0.W"], rtol=1e-3)
    assert sorted(model.rates.values()) == [0.5, 2.0]


def test_frozen_layers_stay_bit_for_bit():
    """Their averages, too; others learn."""
    first = np.random.RandomState(5).rand(6, 5)
    layers = [
        {"name": "Dense", "n_out": 5, "W": first, "frozen": True, "max_norm": 0.1, "rate": 3},
        {"name": "BatchNorm", "frozen": True},
        {"name": "Dense", "activation": None},
    ]
    model = Sequential(np.random.RandomState(1), layers, n_in=6, n_out=3)
    assert [each.name for each in model.params] == ["dense1.W", "dense1.b"]
    assert not model.limits and not model.rates
    before, *_, after = trained(model, learning_rate=0.5)
    assert before["dense0.W"].tobytes() == after["dense0.W"].tobytes()
    np.testing.assert_array_equal(after["dense0.W"], first.astype(after["dense0.W"].dtype))
    assert (before["dense1.W"] != after["dense1.W"]).any()
    assert model.layers[1].mean.get_value().tolist() == [0.0] * 5
    assert {each.name for each in model.kept} == {
        "dense0.W", "dense0.b", "batchnorm0.gamma", "batchnorm0.beta", "batchnorm0.mean",
        "batchnorm0.variance",
    }  # fmt: skip


def test_dropout_of_inputs_with_a_scale_of_its_own():
    """The numbers of Pylearn2: half of the pixels stay, doubled; another scale is another mean."""
    for scale, mean in ((None, 1.0), (2.0, 1.0), (1.0, 0.5)):
        layers = [{"name": "Activation", "dropout": 0.5, "dropout_scale": scale}]
        model = Sequential(np.random.RandomState(1), layers, n_in=50)
        quiet, noisy = compiled([], [model(pt.ones((400, 50)), train) for train in (False, True)])()
        assert (quiet == 1).all() and {*np.unique(noisy)} == {0.0, 2 * mean}
        assert abs(noisy.mean() - mean) < 0.03


class Shifted(Network):
    """A layer of one's own, with a parameter and a number of inputs."""

    n_in: int
    by: float = 1.0
    settings: dict = None
    name: str = ""

    def __post_init__(self):
        self.shift = shared_zeros((self.n_in,), f"{self.name}.shift")

    def __call__(self, x, train=False):
        return x + self.by + self.shift


class Folded(Network):
    """A layer whose expression does not tell its shape."""

    def out_shape(self, shape):
        return (shape[0] // 2,)

    def __call__(self, x, train=False):
        return x[:, ::2][:, : x.shape[1] // 2]


def test_files_hold_the_descriptions(tmp_path, rng):
    layers = [
        {"name": "Dense", "n_out": np.int64(5), "activation": pt.tanh, "W": init.uniform(0.1)},
        {"name": "Shifted", "by": 2, "rate": {"shift": 0.5}, "settings": {"a": [1, 2]}},
        "Folded",
        {"name": "Dense", "activation": None, "b": rng.random(3), "frozen": True, "max_norm": 2.0},
    ]
    model = Sequential(rng, layers, n_in=6, n_out=3, names=[Shifted, Folded])
    assert model.arguments == {
        "layers": [
            {"name": "Dense", "n_out": 5, "activation": "tanh"},
            {"name": "Shifted", "by": 2, "rate": {"shift": 0.5}, "settings": {"a": [1, 2]}},
            {"name": "Folded"},
            {"name": "Dense", "activation": None, "frozen": True, "max_norm": 2.0},
        ],
        "n_in": 6,
        "image_shape": None,
        "n_out": 3,
    }
    for each in (*model.params, *model.kept):
        each.set_value(rng.normal(size=each.get_value().shape).astype(each.dtype))
    path = tmp_path / "model.safetensors"
    save_model(path, model)
    loaded = load_model(path, names=[Shifted, Folded])
    assert loaded.arguments == model.arguments and loaded.places == model.places
    x = pt.as_tensor(rng.random((4, 6)))
    np.testing.assert_array_equal(*compiled([], [model(x), loaded(x)])())
    with pytest.raises(InputError, match=r"layers\[1\]: there is no layer Shifted: valid names"):
        load_model(path)
    network = Sequential(rng, CONV_NET, image_shape=np.array([1, 28, 28]), n_out=10)
    save_model(path, network)
    assert load_model(path).arguments == network.arguments


def test_an_autoencoder_as_a_layer(rng, tmp_path):
    """It begins as the encoder ended, by itself: training one leaves the other alone."""
    below = Autoencoder(rng, 6, 4, encoder="tanh")
    layers = [below.as_layer(layer_name="h0", frozen=True), {"name": "Dense", "activation": None}]
    model = Sequential(rng, layers, n_in=6, n_out=3)
    x = pt.as_tensor(rng.random((5, 6)))
    code, same = compiled([], [below(x), model.outputs(x)["h0"]])()
    np.testing.assert_array_equal(code, same)
    assert model.layers[0].W is not below.W
    below.W.set_value(0 * below.W.get_value())
    assert model.layers[0].W.get_value().any()
    save_model(tmp_path / "stack.safetensors", model)
    again = load_model(tmp_path / "stack.safetensors")
    np.testing.assert_array_equal(*compiled([], [model(x), again(x)])())


def test_nothing_is_drawn_for_noise_that_is_not_there():
    rs = np.random.RandomState(7)
    Sequential(rs, [{"name": "Dense", "n_out": 3}], n_in=4)
    expected = np.random.RandomState(7)
    expected.uniform(size=(4, 3))
    assert rs.randint(2**30) == expected.randint(2**30)
    model = Sequential(np.random.RandomState(7), [{"name": "Dropout", "p": 0.5}], n_in=4)
    assert model.layers[0].streams.seed == np.random.RandomState(7).randint(2**30)


DENSE = {"name": "Dense", "n_out": 3}


@pytest.mark.parametrize(
    ("layers", "more", "message"),
    [
        ([{"name": "Dens"}], {}, r"layers\[0\]: there is no layer Dens: did you mean Dense\?"),
        ([DENSE | {"n_ot": 3}], {}, r"layers\[0\]: Dense: there is no n_ot; did you mean n_out\?"),
        ([DENSE | {"drop": 3}], {}, r"Dense: there is no drop; did you mean dropout\?"),
        ([DENSE, {"name": "Dense"}], {}, r"layers\[1\]: Dense: n_out is missing: give a whole"),
        ([DENSE | {"n_out": "3"}], {}, r"layers\[0\]: Dense: n_out is '3'; expected a whole numb"),
        ([DENSE | {"n_out": 0}], {}, r"layers\[0\]: dense0.W would have shape \(4, 0\)"),
        ([DENSE | {"activation": "rely"}], {}, "there is no activation 'rely': did you mean relu"),
        ([DENSE | {"n_in": 4}], {}, "Dense: n_in follows from the model: leave it out"),
        ([DENSE | {"W": {"name": "unifrm"}}], {}, "there is no initializer 'unifrm': did you mean"),
        ([DENSE | {"W": {"name": "uniform", "limt": 1}}], {}, "initializer uniform: there is no"),
        ([DENSE | {"dropout": 1.5}], {}, "the dropout probability is 1.5"),
        ([DENSE | {"dropout_scale": -1}], {}, "scale is -1; it is above 0"),
        ([DENSE | {"max_norm": -1}], {}, "the norm is to be from 0.0 to -1"),
        ([DENSE | {"max_norm": 1, "min_norm": 2}], {}, "the norm is to be from 2 to 1"),
        ([DENSE | {"max_norm": 1, "norm_axes": 2}], {}, "axes are 2: give some of the 2 axes of"),
        ([DENSE | {"rate": 0}], {}, "Dense: a rate is above 0; a layer that does not learn is fro"),
        ([DENSE | {"rate": {"w": 1.0}}], {}, "Dense: there is no parameter w; did you mean W"),
        (["Flatten", {"name": "Pool2D", "max_norm": 1}], {"image_shape": (1, 2, 2)}, "takes maps"),
        ([{"name": "Activation", "max_norm": 1}], {}, "Activation has no weights: leave out max_"),
        ([{"name": "Conv2D", "n_out": 2}], {}, r"layers\[0\]: Conv2D takes maps .* gets numb"),
        ([{"name": "Conv2D", "n_out": 2}], {"image_shape": (1, 2, 2)}, "does not fit into an"),
        ([DENSE], {"n_out": 10}, "the last layer gives 3 numbers, but n_out is 10: end with"),
        ([DENSE | {"layer_name": "a"}] * 2, {}, "two layers are called a"),
        ([DENSE | {"layer_name": 3}], {}, "Dense: layer_name is 3; expected text"),
        ([], {}, r"layers is \[\]: give a list of descriptions"),
        ("Dense", {}, "layers is 'Dense': give a list of descriptions"),
        ([3], {}, r"layers\[0\] is 3: describe it, such as"),
        ([{"n_out": 3}], {}, r"layers\[0\] is \{'n_out': 3\}: describe it"),
        ([DENSE], {"n_in": None}, "n_in is None and image_shape None: give the numbers of a row"),
        ([DENSE], {"image_shape": (1, 2, 3)}, r"n_in is 4, but pictures of \(1, 2, 3\) have 6"),
        ([DENSE], {"image_shape": (2, 2)}, r"image_shape \(2, 2\): give the numbers of a row, or"),
    ],
)  # fmt: skip
def test_refusals(layers, more, message, rng):
    with pytest.raises(InputError, match=message):
        Sequential(rng, layers, **{"n_in": 4} | more)


def test_a_layer_without_a_known_shape(rng):
    class Unknown(Network):
        def __call__(self, x, train=False):
            return x[:, : x.shape[0]]

    with pytest.raises(InputError, match=r"^layers\[0\]: what Unknown makes of \(4,\) has no kn"):
        Sequential(rng, ["Unknown"], n_in=4, names=[Unknown])
    with pytensor.config.change_flags(floatX="float64"):
        assert Sequential(rng, [DENSE], n_in=4).layers[0].out_shape((4,)) == (3,)
