"""``theano.tensor.nnet.sigm``: sigmoids."""

import pytensor.tensor as pt
from pytensor.scalar.math import Sigmoid as ScalarSigmoid
from pytensor.scalar.math import Softplus as ScalarSoftplus
from pytensor.scalar.math import sigmoid as scalar_sigmoid
from pytensor.scalar.math import softplus as scalar_softplus

from dltut.machine.shared import as_floats
from dltut.theano.names import passed_on


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return pt.sigmoid(as_floats(x))


def softplus(x):
    """log(1 + exp(x))."""
    return pt.softplus(as_floats(x))


def ultra_fast_sigmoid(x):
    """The sigmoid; Theano's was off by as much as 0.1."""
    return sigmoid(x)


def hard_sigmoid(x):
    """A line of slope 0.2 through (0, 0.5), cut at 0 and at 1."""
    x = as_floats(x)
    return pt.clip(x * _of_width(0.2, x) + _of_width(0.5, x), _of_width(0, x), _of_width(1, x))


def _of_width(number: float, x):
    return pt.as_tensor(number).astype(x.dtype)


sigmoid_inplace = sigmoid
__all__ = [
    "ScalarSigmoid",
    "ScalarSoftplus",
    "hard_sigmoid",
    "scalar_sigmoid",
    "scalar_softplus",
    "sigmoid",
    "sigmoid_inplace",
    "softplus",
    "ultra_fast_sigmoid",
]
__getattr__ = passed_on(__name__)
