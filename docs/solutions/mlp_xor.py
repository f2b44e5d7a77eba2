"""Exclusive or: out of reach for logistic regression, learned with four hidden units."""

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.models import MLP, LogisticRegression
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function

four = shared_dataset(([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]))


def error_after_learning(model):
    """Share of the four cases that is wrong after 300 steps on all of them."""
    x, y = pt.matrix("x"), pt.ivector("y")  # (4, 2), (4,)
    scores = model(x)
    cost = negative_log_likelihood(scores, y)
    updates = sgd(cost, model.params, learning_rate=1.0)
    step = minibatch_function(cost, [x, y], four, batch_size=4, updates=updates)
    error = minibatch_function(errors(scores, y), [x, y], four, batch_size=4)
    for _ in range(300):
        step(0)
    return error.mean()


flat = error_after_learning(LogisticRegression(2, 2))
bent = error_after_learning(MLP(np.random.RandomState(1), 2, 4, 2))
print(f"logistic regression {100 * flat:.0f} % wrong, with a hidden layer {100 * bent:.0f} %")
assert flat >= 0.25
assert bent == 0
