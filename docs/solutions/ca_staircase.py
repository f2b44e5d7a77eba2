"""One character too many: the penalty with // has no gradient, and no check of it says so."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function
from dltut.datasets import load
from dltut.models import cA

digits = load("digits").train.x[:10].astype(pytensor.config.floatX)
model = cA(np.random.RandomState(123), n_visible=784, n_hidden=30)
x = pt.matrix("x")
total = 10 * model.penalty(x)  # over the minibatch


def value_and_slope(penalty):
    """The penalty, its gradient by the first unit's bias, and central differences beside it."""
    value = function([x], penalty)
    slope = function([x], pytensor.grad(penalty, model.bhid)[0])
    bias, ends = model.bhid.get_value(), []
    for change in (1e-4, -1e-4):
        moved = bias.copy()
        moved[0] += change
        model.bhid.set_value(moved)
        ends.append(float(value(digits)))
    model.bhid.set_value(bias)
    return float(value(digits)), float(slope(digits)), (ends[0] - ends[1]) / 2e-4


smooth, stairs = value_and_slope(total / 10), value_and_slope(total // 10)
for name, found in (("/", smooth), ("//", stairs)):
    print(f"{name:<2}: value {found[0]:.4f}, gradient {found[1]:.4f}, differences {found[2]:.4f}")
assert abs(smooth[1] - smooth[2]) < 1e-3 * abs(smooth[1]) and abs(smooth[1]) > 0.01
assert stairs[0] == np.floor(smooth[0]) and stairs[1:] == (0, 0)
