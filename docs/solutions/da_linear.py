"""A linear autoencoder finds the plane of the principal components."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function
from dltut.datasets import load
from dltut.models import Autoencoder
from dltut.nn import init
from dltut.optim import conjugate_gradient
from dltut.training import Trainer

digits = load("digits").train.x[:300].astype("float64")
digits -= digits.mean(axis=0)
singular = np.linalg.svd(digits, compute_uv=False)
least = (singular[5:] ** 2).sum() / len(digits)  # what five components leave over

rng, x = np.random.RandomState(123), pt.matrix("x")
model = Autoencoder(rng, 784, 5, W=init.normal(0.05), encoder="linear", decoder="linear")
cost = model.cost(x)
both = function([x], [cost, *pytensor.grad(cost, model.params)])

step = conjugate_gradient(lambda index: both(digits.astype(x.dtype)), model.params)
found = Trainer(step).run(max_epochs=40).cost
print(f"squared error {found:.3f}, of principal components {least:.3f}")
assert least < found < 1.01 * least
