"""The largest of linear pieces, beside loops."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from oracles import assert_gradient

from dltut import function
from dltut.layers import Maxout


def test_loops(mode, floatX, rng):
    layer = Maxout(rng, 4, 3, n_pieces=2, b=rng.normal(size=6), name="h0")
    W, b = (each.get_value() for each in layer.params)
    x = rng.normal(size=(5, 4)).astype(floatX)
    symbol = pt.matrix("x")
    outputs = layer(symbol)
    gradient = pytensor.grad((outputs**2).sum(), layer.W)
    found, slopes = function([symbol], [outputs, gradient])(x)
    wanted, of_W = np.zeros((5, 3)), np.zeros(W.shape)
    for i, unit in np.ndindex(5, 3):
        sums = [x[i] @ W[:, 2 * unit + piece] + b[2 * unit + piece] for piece in range(2)]
        wanted[i, unit] = max(sums)
        of_W[:, 2 * unit + np.argmax(sums)] += 2 * max(sums) * x[i]
    tolerance = 1e-4 if floatX == "float32" else 1e-10
    np.testing.assert_allclose(found, wanted, rtol=tolerance)
    np.testing.assert_allclose(slopes, of_W, rtol=tolerance, atol=tolerance)
    assert found.dtype == slopes.dtype == floatX
    assert [each.name for each in layer.params] == ["h0.W", "h0.b"]


def test_finite_differences(rng):
    layer = Maxout(rng, 3, 2, n_pieces=3)
    assert_gradient(lambda x: layer(x).sum() ** 2, rng.normal(size=(4, 3)))
