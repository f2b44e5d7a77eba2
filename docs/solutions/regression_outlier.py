"""Mean and median: what the squared and the absolute error make of one slip of the keyboard."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.optim import sgd
from dltut.training import Trainer, minibatch_function

targets = np.random.RandomState(1).normal(5.0, 1.0, size=101)
targets[0] *= 100
train = shared_dataset((np.zeros((101, 1)), targets))
x, y = pt.matrix("x"), pt.vector("y")

for name, cost_of in {"mean": pt.square, "median": abs}.items():
    guess = pytensor.shared(np.array(0.0), name="guess")
    cost = cost_of(guess + 0 * x[:, 0] - y).mean()
    step = minibatch_function(cost, [x, y], train, 101, sgd(cost, [guess], 0.05))
    Trainer(step).run(max_epochs=500)
    learned, expected = float(guess.get_value()), getattr(np, name)(targets)
    print(f"{name}: learned {learned:.2f}, exact {expected:.2f}")
    assert abs(learned - expected) < 0.1
