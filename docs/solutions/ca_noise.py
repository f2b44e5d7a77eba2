"""What the penalty measures: how far the code moves when the input trembles."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.datasets import load
from dltut.machine.rng import Streams
from dltut.models import cA
from dltut.nn import corruption

digits = load("digits").train.x[:200]
model, streams = cA(np.random.RandomState(123), 784, 50), Streams(7)
x, sigma = pt.matrix("x"), pt.scalar("sigma")

moved = model.hidden(corruption.gaussian(streams, x, sigma)) - model.hidden(x)
measured = function([x, sigma], (moved**2).sum(axis=1).mean() / sigma**2)
penalty = float(function([x], model.penalty(x))(digits.astype(x.dtype)))

ratios = {each: float(measured(digits.astype(x.dtype), each)) for each in (1.0, 0.3, 0.1, 0.01)}
for each, found in ratios.items():
    print(f"noise of deviation {each:<4}: squared movement / variance {found:7.3f}")
print(f"penalty {penalty:.3f}")
assert abs(ratios[0.01] - penalty) < 0.02 * penalty < 0.1 * abs(ratios[1.0] - penalty)
