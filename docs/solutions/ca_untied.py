"""Why the weights are tied: without that, the penalty can be had for nothing."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.datasets import load
from dltut.models import cA

digits = load("digits").train.x[:20]
x = pt.matrix("x")
W, W_prime = (np.random.RandomState(seed).normal(0, 0.03, (784, 30)) for seed in (1, 2))


def cost_and_penalty(scale):
    """Of an untied linear encoder that is so many times as weak, its decoder as much stronger."""
    model = cA(
        np.random.RandomState(3),
        784,
        30,
        W=scale * W,
        W_prime=W_prime.T / scale,
        tied=False,
        encoder="linear",
    )
    measure = function([x], [model.reconstruction_cost(x, model.hidden(x)), model.penalty(x)])
    return [float(each) for each in measure(digits.astype(x.dtype))]


strong, weak = cost_and_penalty(1.0), cost_and_penalty(0.01)
print(f"as drawn: cost {strong[0]:.3f}, penalty {strong[1]:.5f}")
print(f"a hundredth: cost {weak[0]:.3f}, penalty {weak[1]:.5f}")
np.testing.assert_allclose(weak[0], strong[0], rtol=1e-4)
np.testing.assert_allclose(weak[1], strong[1] / 10_000, rtol=1e-4)
