"""Rows of maps, whether their sizes are known or not."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.layers import Flatten


def test_maps_become_rows(mode):
    x = pt.tensor4("x", dtype="float64")
    maps = np.arange(24.0).reshape(2, 1, 3, 4)
    outputs = [Flatten()(x.reshape((x.shape[0], 1, 3, 4)))]
    if mode != "JAX":  # which wants to know the sizes
        outputs.append(Flatten()(x))
    assert outputs[0].type.shape[1] == 12
    for found in function([x], outputs)(maps):
        np.testing.assert_array_equal(found, np.arange(24.0).reshape(2, 12))
    assert Flatten().params == [] and Flatten().out_shape((2, 3, 4)) == (24,)
