"""The representations below a layer, computed once, or again for each minibatch."""

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import SdA
from dltut.training import minibatch_function

train = shared_dataset(load("digits", quick=True).train)
x = pt.matrix("x")


def costs_of_layer_1(cached):
    """An epoch of the second layer on what the first one, untrained here, says."""
    model = SdA(np.random.RandomState(1), 784, (50, 40), 10, corruption_levels=0.3)
    split = train
    if cached:
        hidden = function([x], model.inputs_of(1, x))  # (1200, 784) -> (1200, 50)
        split = shared_dataset((hidden(train.x.get_value()), train.y.get_value()))
    cost, updates = model.pretraining(1, x, 0.1, start=1 if cached else 0)
    step = minibatch_function(cost, [x], split, 20, updates)
    return [float(step(index)) for index in range(step.n_batches)]


again, once = costs_of_layer_1(cached=False), costs_of_layer_1(cached=True)
print(f"cost from {once[0]:.2f} to {once[-1]:.2f}")
np.testing.assert_allclose(once, again, rtol=1e-6)
assert once[-1] < once[0]
