"""The second-order penalty: the Jacobian itself should change little from place to place."""

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import load
from dltut.machine.rng import Streams
from dltut.models import cA
from dltut.nn import corruption
from dltut.optim import sgd
from dltut.training import minibatch_function

train = shared_dataset(load("digits").train[:200])
x = pt.matrix("x")
model, streams = cA(np.random.RandomState(123), 784, 50), Streams(7)


def slopes(x):
    """h (1 - h), shape (batch, n_hidden)."""
    h = model.hidden(x)
    return h * (1 - h)


# J = slope times W, so two Jacobians differ by the difference of their slopes times W.
change = slopes(x) - slopes(corruption.gaussian(streams, x, 0.1))
bend = (change * change @ (model.W * model.W).sum(axis=0)).mean()
cost = model.cost(x, contraction_level=0.1) + 10 * bend
updates = sgd(cost, model.params, learning_rate=0.01)
step = minibatch_function([cost, bend], [x], train, 10, updates)

epochs = [np.mean([step(index) for index in range(step.n_batches)], axis=0) for _ in range(4)]
for cost_of_epoch, bend_of_epoch in epochs:
    print(f"cost {cost_of_epoch:.2f}, squared change of the Jacobian {bend_of_epoch:.4f}")
assert epochs[-1][0] < epochs[0][0] and epochs[-1][1] < epochs[0][1]
