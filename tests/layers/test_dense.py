"""The fully connected layer beside NumPy."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut import function
from dltut.layers import Dense


@pytest.mark.parametrize(("activation", "formula"), [(pt.tanh, np.tanh), (None, lambda x: x)])
def test_numpy(activation, formula, floatX, rng):
    b = rng.normal(size=3)
    layer, x = Dense(rng, 4, 3, b=b, activation=activation), rng.normal(size=(5, 4)).astype(floatX)
    found = function([], layer(pt.as_tensor(x)), mode="FAST_COMPILE")()
    assert found.dtype == floatX and layer.weights == [layer.W]
    np.testing.assert_allclose(found, formula(x @ layer.W.get_value() + b), rtol=1e-5)


def test_a_sigmoid_starts_four_times_as_wide():
    tanh, sigmoid = (
        Dense(np.random.RandomState(0), 784, 500, activation=name).W.get_value()
        for name in ("tanh", "sigmoid")
    )
    np.testing.assert_allclose(sigmoid, 4 * tanh)
