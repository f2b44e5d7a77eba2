"""The tutorials' layer: convolution, pool, then bias and tanh."""

import numpy as np
import pytensor.tensor as pt
import pytest
from oracles import conv2d, pool2d

from dltut import function
from dltut.exceptions import InputError
from dltut.layers import ConvPool


def test_loops(rng):
    b = rng.normal(size=3)
    layer, x = ConvPool(rng, 2, 3, 2, (2, 3), b=b), rng.normal(size=(2, 2, 6, 8))
    found = function([], layer(pt.as_tensor(x)), mode="FAST_COMPILE")()
    maps, _, _ = conv2d(
        x, layer.W.get_value().astype(float), np.zeros((2, 3, 5, 7)), (0, 0), (1, 1), True
    )
    pooled, _ = pool2d(maps, np.zeros((2, 3, 2, 2)), (2, 3), (2, 3), True, (0, 0), "max")
    np.testing.assert_allclose(found, np.tanh(pooled + b[:, None, None]), atol=1e-5)


def test_bounds_are_lenets():
    """The pool counts as fewer outputs, so the two layers start within .2 and .08596 (B7)."""
    for channels, maps, bound in ((1, 20, 0.2), (20, 50, 0.08596)):
        W = ConvPool(np.random.RandomState(23455), channels, maps).W.get_value()
        assert W.shape == (maps, channels, 5, 5)
        assert 0.98 * bound < np.abs(W).max() <= 1.0001 * bound


def test_sizes(rng):
    assert ConvPool(rng, 1, 2, kernel_size=3, pool_size=4).pool_size == (4, 4)
    with pytest.raises(InputError, match=r"^pool_size is 0; it is one or two whole numbers of at"):
        ConvPool(rng, 1, 2, pool_size=0)
