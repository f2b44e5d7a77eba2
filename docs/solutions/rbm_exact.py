"""Contrastive divergence beside the exact gradient, which all states of a small machine give."""

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.models import RBM

rng = np.random.default_rng(3)
biases = {"hbias": rng.normal(size=3), "vbias": rng.normal(size=4)}
rbm = RBM(rng, 4, 3, W=rng.normal(size=(4, 3)), **biases)

every_v = ((np.arange(16)[:, None] >> np.arange(4)) & 1).astype("float64")  # (16, 4)
data = every_v[[3, 12, 5, 14]]

# Exact: mean F(data) - sum over all v of p(v) F(v), with p held constant.
free_energy = function([], rbm.free_energy(pt.as_tensor(every_v)))()
p = np.exp(-free_energy) / np.exp(-free_energy).sum()
cost = rbm.free_energy(pt.as_tensor(data)).mean() - (p * rbm.free_energy(every_v)).sum()
exact = function([], pt.grad(cost, rbm.W))()

# CD-k: the mean over many chains.
x = pt.matrix("x")
many = np.tile(data, (10_000, 1))
errors = {}
for k in (1, 3, 10):
    gradient = function([x], pt.grad(rbm.cost(x, k), rbm.W))(many)
    errors[k] = np.abs(gradient - exact).max()
    print(f"CD-{k}: off by {errors[k]:.4f} of {np.abs(exact).max():.4f}")
assert errors[1] > 2 * errors[3] > 2 * errors[10]
