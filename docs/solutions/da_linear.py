"""A linear autoencoder finds the plane of the principal components."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function
from dltut.datasets import load
from dltut.models import Autoencoder
from dltut.nn import init
from dltut.optim import minimise

digits = load("digits").train.x[:300].astype("float64")
digits -= digits.mean(axis=0)
singular = np.linalg.svd(digits, compute_uv=False)
least = (singular[5:] ** 2).sum() / len(digits)  # what five components leave over

rng, x = np.random.RandomState(123), pt.matrix("x")
model = Autoencoder(rng, 784, 5, W=init.normal(0.05), encoder="linear", decoder="linear")
cost = model.cost(x)
both = function([x], [cost, *pytensor.grad(cost, model.params)])


def cost_and_gradients():
    """Over all digits."""
    found, *gradients = both(digits.astype(x.dtype))
    return float(found), gradients


found = minimise(cost_and_gradients, model.params, n_iterations=40)
print(f"squared error {found:.3f}, of principal components {least:.3f}")
assert least < found < 1.01 * least
