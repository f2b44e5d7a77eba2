"""Bars and stripes: fourteen pictures of nine pixels, so that the likelihood is known exactly."""

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.models import RBM
from dltut.training import minibatch_function


def every(n):
    """All states of n bits."""
    return ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype("float64")


columns = np.repeat(every(3), 3, axis=0).reshape(8, 3, 3)  # a row of the picture three times
pictures = np.unique(np.concatenate([columns, columns.swapaxes(1, 2)]).reshape(16, 9), axis=0)
assert len(pictures) == 14  # all black and all white are both

x = pt.matrix("x")
data = np.tile(pictures, (4, 1))
split = shared_dataset((data, np.zeros(len(data))))


def log_likelihood(rbm):
    """Mean over the pictures, with the sum over all 512 states for Z."""
    free_energy = function([x], rbm.free_energy(x))
    log_Z = np.log(np.exp(-free_energy(every(9))).sum())
    return -free_energy(pictures).mean() - log_Z


results = {}
for name in ("CD-1", "PCD-1"):
    rbm = RBM(np.random.RandomState(1), 9, 12)
    chain = rbm.persistent_chain(len(data)) if name == "PCD-1" else None
    value, updates = rbm.cost_updates(x, 0.05, k=1, persistent=chain)
    step = minibatch_function(value, [x], split, len(data), updates)
    for _ in range(1000):
        step(0)
    results[name] = log_likelihood(rbm)
    print(f"{name}: log-likelihood {results[name]:.3f}; the best is {-np.log(14):.3f}")
assert -np.log(14) > results["PCD-1"] > results["CD-1"] > -9 * np.log(2)
