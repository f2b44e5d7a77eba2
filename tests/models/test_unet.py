"""The U-Net: sizes that stay, its parameters, one beside plain NumPy, a file."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import conv2d as loops

from dltut import function
from dltut.exceptions import InputError
from dltut.models import UNet, load_model, save_model


@pytest.fixture(scope="module")
def small():
    """A network of two sizes, and what it says of pictures of any size."""
    model, x = UNet(np.random.RandomState(1), (2, 6, 6), 3, n_filters=2, depth=2), pt.tensor4("x")
    return model, function([x], model(x), mode="FAST_COMPILE")


@settings(max_examples=20, deadline=None)
@given(rows=st.integers(1, 19), columns=st.integers(1, 19))
def test_as_many_scores_as_pixels(small, rows, columns):
    """Even or odd, known before or only when called."""
    model, scores = small
    x = np.ones((1, 2, rows, columns), dtype=pytensor.config.floatX)
    assert model(pt.as_tensor(x)).type.shape == scores(x).shape == (1, 3, rows, columns)


def test_published_sizes():
    """As the tutorial's: ten blocks of two, 1,024 maps at the bottom, doubled maps stay as many."""
    model = UNet(np.random.RandomState(1))
    assert model.widths == [64, 128, 256, 512, 1024]
    shapes = {each.name: each.get_value(borrow=True).shape for each in model.params}
    assert shapes["up3.W"] == (1024, 1024, 2, 2) and shapes["joined3_1.W"] == (512, 1536, 3, 3)
    assert shapes["joined0_2.W"] == (64, 64, 3, 3) and shapes["output.W"] == (2, 64, 1, 1)
    names = [each.name for each in model.params]
    assert names[:3] == ["down0_1.W", "down0_1.gamma", "down0_1.beta"]
    assert len(model.kept) == 2 * (18 + 4) and len(names) == 3 * 22 + 2
    W = dict(zip(names, model.params, strict=True))["joined3_1.W"].get_value()
    np.testing.assert_allclose(W.std(), np.sqrt(2 / (1536 * 9)), rtol=1e-2)  # He's rule


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def test_numpy(rng):
    """One step down, step by step; while training, each map with the batch's mean and variance."""
    model = UNet(rng, (1, 5, 4), 2, n_filters=2, depth=1)
    x = rng.normal(size=(2, 1, 5, 4))
    found = function([], model(pt.as_tensor(x), train=True), mode="FAST_COMPILE")()
    W = {each.name: each.get_value().astype(float) for each in model.weights}

    def normalised(maps):
        mean, spread = (f(maps, axis=(0, 2, 3), keepdims=True) for f in (np.mean, np.var))
        return elu((maps - mean) / np.sqrt(spread + 1e-4))

    def convolved(maps, name):
        up = np.zeros((2, len(W[name]), *maps.shape[2:]))
        return loops(maps, W[name], up, (1, 1) if W[name].shape[2] == 3 else (0, 0), (1, 1), True)[
            0
        ]

    def block(maps, name):
        for i in (1, 2):
            maps = normalised(convolved(maps, f"{name}_{i}.W"))
        return maps

    seen = block(x, "down0")
    padded = np.pad(seen, ((0, 0), (0, 0), (0, 1), (0, 0)), constant_values=-np.inf)
    pooled = padded.reshape(2, 2, 3, 2, 2, 2).max(axis=(3, 5))
    deep = block(pooled, "bottom")
    _, doubled, _ = loops(np.zeros((2, 4, 6, 4)), W["up0.W"], deep, (0, 0), (2, 2), True)
    both = np.concatenate([normalised(doubled)[:, :, :5], seen], axis=1)
    wanted = convolved(block(both, "joined0"), "output.W")
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)


def test_without_normalisation():
    """Filters and biases alone: what a picture gets does not depend on the others."""
    model = UNet(np.random.RandomState(1), (1, 6, 6), n_filters=2, depth=1, batch_norm=False)
    assert [each.name for each in model.params][:2] == ["down0_1.W", "down0_1.b"]
    assert model.kept == [] and len(model.params) == 2 * (4 + 1 + 2 + 1)
    x = pt.tensor4("x")
    scores = function([x], model(x, train=True), mode="FAST_COMPILE")
    a = np.random.default_rng(1).normal(size=(3, 1, 6, 6)).astype(x.dtype)
    np.testing.assert_allclose(scores(a)[1:2], scores(a[1:2]), rtol=1e-5)


@pytest.mark.parametrize("backend", ["NUMBA", "JAX"])
def test_backends_agree(backend, rng):
    """Scores and gradients, of rows and of pictures whose size is known only when called.

    In double precision, where what is left of rounding says that nothing else differs.
    """
    with pytensor.config.change_flags(floatX="float64"):
        model = UNet(np.random.RandomState(1), (1, 5, 6), 2, n_filters=2, depth=1)
        x = pt.tensor4("x")
        scores = model(x, train=True)
        outputs = [scores, *pytensor.grad((scores**2).mean(), model.params[:3])]
        a = rng.normal(size=(2, 1, 7, 9))
        plain = function([x], outputs, mode="FAST_COMPILE")(a)
        found = function([x], outputs, mode=backend)(a)
    for one, other in zip(found, plain, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)


def test_a_file(tmp_path, small):
    model, scores = small
    save_model(tmp_path / "unet.safetensors", model)
    x = pt.tensor4("x")
    a = np.random.default_rng(1).normal(size=(1, 2, 9, 8)).astype(x.dtype)
    loaded = load_model(tmp_path / "unet.safetensors")
    f = function([x], loaded(x), mode="FAST_COMPILE")
    np.testing.assert_array_equal(f(a), scores(a))
    assert loaded.arguments["n_filters"] == 2 and loaded.widths == [2, 4, 8]


@pytest.mark.parametrize(
    "arguments", [{"depth": 0}, {"depth": 2.5}, {"depth": 2, "widths": (3, 4)}]
)
def test_refusals(arguments, rng):
    with pytest.raises(InputError, match=r"^depth is .* and widths .*; expected one step down or"):
        UNet(rng, **arguments)
