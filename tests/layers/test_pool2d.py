"""The pooling layer keeps its settings."""

import numpy as np
from oracles import pool2d

from dltut import function
from dltut.layers import Pool2D


def test_loops(rng):
    x = rng.normal(size=(2, 3, 7, 6))
    for settings in (((2, 2), (2, 2), True, (0, 0), "max"), ((3, 2), (2, 1), True, (1, 1), "sum")):
        layer = Pool2D(*settings)
        found = function([], layer(x), mode="FAST_COMPILE")()
        np.testing.assert_allclose(found, pool2d(x, np.zeros(found.shape), *settings)[0])
        assert layer.params == layer.weights == []
    assert function([], Pool2D()(x), mode="FAST_COMPILE")().shape == (2, 3, 3, 3)
