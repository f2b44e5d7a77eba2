"""With Gaussian visible units an RBM is a mixture of Gaussians, one for each hidden state."""

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.models import RBM
from dltut.training import minibatch_function

rng = np.random.default_rng(4)
centres = np.array([[2.0, 2.0], [-2.0, -2.0]])
points = np.repeat(centres, 500, axis=0) + rng.normal(size=(1000, 2))
rng.shuffle(points)

rbm, x = RBM(rng, 2, 2, visible="gaussian"), pt.matrix("x")
value, updates = rbm.cost_updates(x, 0.05, k=5)
step = minibatch_function(value, [x], shared_dataset((points, np.zeros(1000))), 50, updates)
for _ in range(25):
    for index in range(step.n_batches):
        step(index)

W, c, b = (each.get_value() for each in rbm.params)
h = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
means = b + h @ W.T  # (4, 2)
weights = np.exp(h @ c + ((means**2).sum(axis=1) - (b**2).sum()) / 2)
weights = weights / weights.sum()
for share, mean in zip(weights, means, strict=True):
    print(f"{share:.2f} of the points around {mean.round(1)}")

# The free energy says the same, up to the constant log Z.
of_model = function([x], rbm.free_energy(x))(points)
distance = ((points[:, None] - means) ** 2).sum(axis=2)  # (1000, 4)
of_mixture = -np.log((weights * np.exp(-distance / 2)).sum(axis=1))
assert np.ptp(of_model - of_mixture) < 1e-8
for centre in centres:
    near = np.abs(means - centre).max(axis=1) < 0.6
    assert 0.35 < weights[near].sum() < 0.65
