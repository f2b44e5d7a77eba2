"""Elementary functions in single precision, as operations on scalars for elementwise graphs.

Each is PyTensor's own operation under another name: gradients and the NumPy reference are
inherited. What differs is the machine code, see `dltut.kernels.engine.elementary`.
"""

import pytensor.scalar as ps
from pytensor.scalar.math import Sigmoid, Softplus


class Exp32(ps.Exp):
    """Exponential."""


class Log32(ps.Log):
    """Natural logarithm."""


class Tanh32(ps.Tanh):
    """Hyperbolic tangent."""


class Sigmoid32(Sigmoid):
    """Logistic function."""


class Softplus32(Softplus):
    """log(1 + exp(x))."""


OURS = {kind.__base__: kind for kind in (Exp32, Log32, Tanh32, Sigmoid32, Softplus32)}
