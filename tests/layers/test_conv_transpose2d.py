"""The transposed convolution layer beside plain loops; filters that upsample linearly."""

import numpy as np
import pytensor.tensor as pt
import pytest
from oracles import conv2d as loops

from dltut import function
from dltut.layers import ConvTranspose2D
from dltut.nn import upsample2d


def test_loops(rng):
    """Steps of two, one bias a map, rectified."""
    b = np.array([0.1, -0.2])
    layer = ConvTranspose2D(rng, 3, 2, (3, 2), filter_flip=False, b=b)
    x = rng.normal(size=(2, 3, 3, 2))
    found = function([], layer(pt.as_tensor(x)), mode="FAST_COMPILE")()
    pictures = np.zeros((2, 2, 7, 4))
    _, gradient, _ = loops(pictures, layer.W.get_value().astype(float), x, (0, 0), (2, 2), False)
    np.testing.assert_allclose(found, np.maximum(gradient + b[:, None, None], 0), atol=1e-5)


@pytest.mark.parametrize("factor", [2, 3, 8])
def test_bilinear_filters_upsample(factor, rng):
    """But for the border, where there is less to add."""
    n, x = 2 * factor - factor % 2, rng.normal(size=(1, 2, 5, 4))
    kind = {"W": {"name": "bilinear"}, "activation": None, "subsample": (factor, factor)}
    layer = ConvTranspose2D(rng, 2, 2, n, (factor // 2, factor // 2), **kind)
    both = [layer(pt.as_tensor(x)), upsample2d(x, factor, "bilinear")]
    found, wanted = (each.eval(mode="FAST_COMPILE") for each in both)
    assert found.shape == wanted.shape
    inside = slice(factor, -factor)
    np.testing.assert_allclose(found[:, :, inside, inside], wanted[:, :, inside, inside], atol=1e-6)


def test_normalised(rng):
    layer = ConvTranspose2D(rng, 3, 2, batch_norm=True, activation=None, name="up")
    assert [each.name for each in layer.params] == ["up.W", "up.gamma", "up.beta"]
    assert layer.weights == [layer.W]
    out = layer(pt.as_tensor(rng.normal(size=(4, 3, 5, 5))), train=True)
    values = function([], out, mode="FAST_COMPILE")()
    np.testing.assert_allclose(values.mean(axis=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(values.std(axis=(0, 2, 3)), 1, atol=1e-2)
