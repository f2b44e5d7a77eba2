"""The convolution layer without a pool beside plain loops."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from oracles import conv2d as loops

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import Conv2D


def test_loops(rng):
    """Half a border, steps of two, one bias a map, rectified."""
    b = np.array([0.1, -0.2, 0.3])
    layer = Conv2D(rng, 2, 3, (3, 2), "half", (2, 1), filter_flip=False, b=b)
    x = rng.normal(size=(2, 2, 5, 4))
    found = function([], layer(pt.as_tensor(x)), mode="FAST_COMPILE")()
    maps, _, _ = loops(
        x, layer.W.get_value().astype(float), np.zeros(found.shape), (1, 1), (2, 1), False
    )
    np.testing.assert_allclose(found, np.maximum(maps + b[:, None, None], 0), atol=1e-5)


def test_untied_biases(mode, floatX, rng):
    """One for each place of each map; no weights, so that no penalty touches them."""
    layer = Conv2D(rng, 2, 3, (3, 2), name="c", activation=None, untie_biases=True, sides=(5, 4))
    b = rng.normal(size=(3, 3, 3))
    layer.b.set_value(b.astype(floatX))
    assert layer.weights == [layer.W] and layer.biases == [layer.b]
    x = rng.normal(size=(2, 2, 5, 4)).astype(floatX)
    maps, _, _ = loops(x, layer.W.get_value(), np.zeros((2, 3, 3, 3)), (0, 0), (1, 1), True)
    symbol = pt.tensor4("x")
    outputs = layer(symbol)
    up = rng.normal(size=(2, 3, 3, 3)).astype(floatX)
    gradient = pytensor.grad(None, layer.b, known_grads={outputs: pt.as_tensor(up)})
    found, of_b = function([symbol], [outputs, gradient])(x)
    tolerance = 1e-4 if floatX == "float32" else 1e-10
    np.testing.assert_allclose(found, maps + b, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(of_b, up.sum(axis=0), rtol=tolerance, atol=tolerance)
    with pytest.raises(InputError, match=r"^untied biases need the size of the pictures: give sid"):
        Conv2D(rng, 2, 3, untie_biases=True)


def test_sizes(rng):
    assert Conv2D(rng, 2, 3, 5).W.get_value().shape == (3, 2, 5, 5)
    with pytest.raises(
        InputError, match=r"^kernel_size is \(3, 0\); it is one or two whole numbers"
    ):
        Conv2D(rng, 2, 3, (3, 0))
