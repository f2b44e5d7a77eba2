"""Bias before or behind the max-pool: the same for tanh, not for an activation that falls."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.nn import pool2d

rng = np.random.RandomState(0)
maps, bias = rng.normal(size=(2, 3, 6, 6)), rng.normal(size=3)
x, b = pt.dtensor4("x"), pt.dvector("b")
everywhere = b[None, :, None, None]  # one bias a map


def difference(activation):
    """How far apart the two orders are, at most."""
    behind = activation(pool2d(x, 2) + everywhere)
    before = pool2d(activation(x + everywhere), 2)
    return float(function([x, b], pt.abs(behind - before).max())(maps, bias))


assert difference(pt.tanh) < 1e-12
assert difference(pt.abs) > 0.1
print("tanh: no difference; absolute value: a difference")
