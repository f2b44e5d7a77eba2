"""Batch normalisation as an expression: any activation, whether fused or not."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.nn.activations import elu
from dltut.nn.normal import batch_normalised


def test_fused_or_behind(rng):
    x = rng.normal(2, 3, size=(4, 2, 5))
    outputs = []
    for activation in (elu, pt.tanh):
        maps, mean, variance = batch_normalised(x, [1.0, 2.0], [0.5, 0.0], 1e-6, activation)
        outputs += [maps, mean, variance]
    found = function([], outputs, mode="FAST_COMPILE")()
    mean, variance = x.mean((0, 2)), x.var((0, 2))
    y = np.array([[1.0], [2.0]]) * (x - mean[:, None]) / np.sqrt(variance[:, None] + 1e-6)
    y += [[0.5], [0.0]]
    np.testing.assert_allclose(found[0], np.where(y > 0, y, np.expm1(np.minimum(y, 0))), atol=1e-9)
    np.testing.assert_allclose(found[3], np.tanh(y), atol=1e-9)
    np.testing.assert_allclose(found[1], mean)
    np.testing.assert_allclose(found[5], variance)
