"""The convolution layer without a pool beside plain loops."""

import numpy as np
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


def test_sizes(rng):
    assert Conv2D(rng, 2, 3, 5).W.get_value().shape == (3, 2, 5, 5)
    with pytest.raises(
        InputError, match=r"^kernel_size is \(3, 0\); it is one or two whole numbers"
    ):
        Conv2D(rng, 2, 3, (3, 0))
