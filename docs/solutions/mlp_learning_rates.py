"""A learning rate found on a logarithmic grid, with one compiled function for all of them."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import load
from dltut.machine.shared import as_floatX
from dltut.models import MLP
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function

train, valid, _ = (shared_dataset(split) for split in load("digits", quick=True))
x, y = pt.matrix("x"), pt.ivector("y")
model = MLP(np.random.RandomState(1234), 784, 50, 10)
scores = model(x)
cost = negative_log_likelihood(scores, y)

learning_rate = pytensor.shared(as_floatX(0.0), name="learning_rate")
updates = sgd(cost, model.params, learning_rate)
step = minibatch_function(cost, [x, y], train, 20, updates=updates)
valid_error = minibatch_function(errors(scores, y), [x, y], valid, 20)
start = [np.array(each.get_value()) for each in model.params]


def error_with(rate, n_epochs=3):
    """Validation error after a few epochs from the same initial weights."""
    for param, value in zip(model.params, start, strict=True):
        param.set_value(value.copy())
    learning_rate.set_value(as_floatX(rate))
    for _ in range(n_epochs):
        for index in range(step.n_batches):
            step(index)
    return valid_error.mean()


found = {rate: error_with(rate) for rate in (10, 1, 0.1, 0.01, 0.001)}
for rate, error in found.items():
    print(f"learning rate {rate:<6} validation error {100 * error:5.2f} %")
assert min(found, key=found.get) == 0.1
