"""The convolution layer for series beside NumPy's."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.layers import Conv1D


def test_numpy(rng):
    layer = Conv1D(rng, 2, 3, 5, "half", b=np.array([1.0, 0, -1]), activation=None)
    x = rng.normal(size=(2, 2, 9))
    found = function([], layer(pt.as_tensor(x)), mode="FAST_COMPILE")()
    W = layer.W.get_value().astype(float)
    sums = np.array([[sum(map(np.convolve, s, m)) for m in W] for s in x])
    np.testing.assert_allclose(found, sums[:, :, 2:-2] + [[1.0], [0], [-1]], atol=1e-5)
    assert layer.weights == [layer.W]
