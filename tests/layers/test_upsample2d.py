"""The upsampling layer, also in a network that is described."""

import numpy as np
import pytensor.tensor as pt

from dltut.layers import Upsample2D
from dltut.models import Sequential


def test_values_and_in_a_sequential():
    x = np.arange(4.0).reshape(1, 1, 2, 2)
    found = Upsample2D((2, 1))(pt.as_tensor(x)).eval(mode="FAST_COMPILE")
    np.testing.assert_array_equal(found[0, 0], [[0, 1], [0, 1], [2, 3], [2, 3]])
    rng = np.random.RandomState(1)
    model = Sequential(rng, [{"name": "Upsample2D"}], image_shape=(1, 3, 3))
    assert model(pt.zeros((5, 9))).type.shape[1:] == (1, 6, 6)
