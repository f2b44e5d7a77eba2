"""Not the best weights but all plausible ones: logistic regression with its uncertainty."""

import numpy as np
import pytensor.tensor as pt

from dltut.machine.shared import as_floatX
from dltut.samplers import HMC

rng = np.random.RandomState(0)
x = as_floatX(rng.normal(size=30))
y = as_floatX(rng.uniform(size=30) < 1 / (1 + np.exp(-(2 * x - 1))))


def energy(w):
    """Minus the logarithm of likelihood times prior N(0, 3^2), for rows of (slope, bias)."""
    scores = w[:, :1] * x + w[:, 1:]  # (chains, examples)
    return (pt.softplus(scores) - y * scores).sum(axis=1) + (w**2).sum(axis=1) / 18


sampler = HMC(np.zeros((10, 2)), energy, n_steps=10, initial_stepsize=0.2)
sampler.sample(50)
slope, bias = sampler.sample(150).reshape(-1, 2).T
print(f"slope {slope.mean():.2f} +- {slope.std():.2f}, bias {bias.mean():.2f} +- {bias.std():.2f}")


def probability(x):
    """Of y = 1, averaged over all plausible weights."""
    return (1 / (1 + np.exp(-(slope * x + bias)))).mean()


print({place: round(float(probability(place)), 2) for place in (-3.0, 0.0, 3.0)})

# In two dimensions a sum over a grid is exact.
grid = np.stack(np.meshgrid(np.linspace(-4, 12, 200), np.linspace(-8, 6, 200)), axis=-1)
weights = np.exp(-energy(pt.as_tensor(as_floatX(grid.reshape(-1, 2)))).eval())
exact = weights @ grid.reshape(-1, 2) / weights.sum()
np.testing.assert_allclose([slope.mean(), bias.mean()], exact, atol=0.2)
