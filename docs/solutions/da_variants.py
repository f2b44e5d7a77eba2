"""An autoencoder for numbers that are not shares of 1: linear decoder, Gaussian noise, untied."""

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import load
from dltut.models import dA
from dltut.training import minibatch_function

digits = load("digits").train.x[:300]
standard = (digits - digits.mean()) / digits.std()  # below 0 and above 1
train = shared_dataset((standard, np.zeros(len(digits), "int64")))

x = pt.matrix("x")
rng = np.random.RandomState(123)
model = dA(rng, 784, 40, corruption="gaussian", encoder="tanh", decoder="linear", tied=False)
cost, updates = model.cost_updates(x, learning_rate=0.003, corruption_level=0.5)
step = minibatch_function(cost, [x], train, 30, updates)

costs = [np.mean([step(index) for index in range(step.n_batches)]) for _ in range(5)]
print(" ".join(f"{each:.0f}" for each in costs))
print([each.name for each in model.params])
assert costs[-1] < 0.75 * costs[0] and costs[-1] < 0.6 * 784  # the mean picture costs 784
