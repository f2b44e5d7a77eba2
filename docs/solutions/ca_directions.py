"""In how many directions does the code move? The singular values of the Jacobian say it."""

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import cA
from dltut.training import minibatch_function

data = load("digits")
x = pt.matrix("x")


def spectrum(contraction_level, n_epochs=4):
    """Mean singular values over 20 test digits, largest first."""
    model = cA(np.random.RandomState(123), 784, 60)
    cost, updates = model.cost_updates(x, 0.02, contraction_level)
    step = minibatch_function(cost, [x], shared_dataset(data.train[:300]), 10, updates)
    for _ in range(n_epochs):
        for index in range(step.n_batches):
            step(index)
    h = function([x], model.hidden(x))(data.test.x[:20].astype(x.dtype))
    jacobians = model.W.get_value() * (h * (1 - h))[:, None, :]  # (20, 784, 60)
    return np.linalg.svd(jacobians, compute_uv=False).mean(axis=0)


free, contracted = spectrum(0.0), spectrum(1.0)
print("place         1     5    10    20    40")
for name, values in (("level 0", free), ("level 1", contracted)):
    print(name, " ".join(f"{values[place - 1]:5.2f}" for place in (1, 5, 10, 20, 40)))
shrunk = contracted / free
assert shrunk[0] > 1.5 * shrunk[19]  # the first directions are kept, the later ones are not
