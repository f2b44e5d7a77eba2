"""Every activation beside its formula, its gradient, its width and its name."""

import numpy as np
import pytensor.tensor as pt
import pytest
from oracles import assert_gradient

from dltut import function
from dltut.exceptions import InputError
from dltut.nn.activations import activation, by_name, linear, name_of

FORMULAS = {
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "relu": lambda x: np.maximum(x, 0),
    "linear": lambda x: x,
    "elu": lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
}


@pytest.mark.parametrize("name", by_name())
def test_formula(name, floatX):
    x = np.linspace(-3, 3, 12).astype(floatX)
    found = function([], activation(name)(pt.as_tensor(x)), mode="FAST_COMPILE")()
    assert found.dtype == floatX
    np.testing.assert_allclose(found, FORMULAS[name](x), rtol=1e-6, atol=1e-7)
    assert_gradient(activation(name), np.linspace(-3, 3, 12))


def test_names():
    for name, function_ in by_name().items():
        assert activation(name) is function_ and name_of(function_) == name
    assert activation(None) is linear and activation(pt.cos) is pt.cos
    with pytest.raises(InputError, match=r"^there is no activation 'tan': did you mean tanh"):
        activation("tan")


def test_names_of_others_are_never_ours():
    def relu(x):
        return x

    for other in (relu, pt.cos, lambda x: x):
        assert name_of(other) not in by_name() and "." in name_of(other)
