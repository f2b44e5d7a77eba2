"""Every activation beside its formula, its gradient, its width and its name."""

import numpy as np
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient
from scipy import special

from dltut import function
from dltut.exceptions import InputError
from dltut.nn.activations import ACTIVATIONS, activation, linear

FORMULAS = {
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "relu": lambda x: np.maximum(x, 0),
    "linear": lambda x: x,
    "elu": lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "softmax": lambda x: special.softmax(x, axis=-1),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_formula(name, floatX):
    x = np.linspace(-3, 3, 12).astype(floatX)
    found = function([], activation(name)(pt.as_tensor(x)), mode="FAST_COMPILE")()
    assert found.dtype == floatX
    np.testing.assert_allclose(found, FORMULAS[name](x), rtol=1e-6, atol=1e-7)
    assert_gradient(activation(name), np.linspace(-3, 3, 12))


def test_names():
    for name, function_ in ACTIVATIONS.items():
        assert activation(name) is function_ and ACTIVATIONS.name(function_) == name
    assert activation(None) is linear and activation(pt.cos) is pt.cos
    for wrong in ("tan", 5, ["tanh"]):
        with pytest.raises(InputError, match=r"^there is no activation .*: (did you mean tan|val)"):
            activation(wrong)
