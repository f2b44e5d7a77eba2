"""The lower half of a digit, filled in: Gibbs sampling with the upper half held."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import RBM
from dltut.training import minibatch_function
from dltut.viz import comparison_picture, save_picture

data = load("digits", quick=True)
rbm, x = RBM(np.random.RandomState(1), 784, 100), pt.matrix("x")
value, updates = rbm.cost_updates(x, 0.1, k=1)
step = minibatch_function(value, [x], shared_dataset(data.train), 20, updates)
for _ in range(4):
    for index in range(step.n_batches):
        step(index)

known = np.arange(784) < 392
seen = np.where(known, data.test.x[:12], 0).astype(x.dtype)

v = pytensor.shared(seen, name="v")
sample = rbm.gibbs_vhv(v)
one_step = function([], rbm.mean(sample.v_scores), updates={v: pt.where(known, seen, sample.v)})
for _ in range(30):
    means = one_step()
filled = np.where(known, seen, means)
rows = {"input": data.test.x[:12], "upper half": seen, "filled in": filled}
save_picture("completion.png", comparison_picture(rows))

below = data.test.x[:12, ~known]
usual = data.train.x.mean(axis=0)[~known]
error, blind = (((each - below) ** 2).mean() for each in (filled[:, ~known], usual))
print(f"squared error of a pixel {error:.3f}; of the average digit {blind:.3f}")
assert error < 1.3 * blind and filled[:, ~known].std(axis=0).mean() > 0.05
