"""What the pretrained features know by themselves: only the logistic regression learns."""

import tempfile

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import load
from dltut.models import SdA
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import Trainer, minibatch_function, pretrain, pretraining_steps

data = load("digits", quick=True)
train, valid = shared_dataset(data.train), shared_dataset(data.valid)
model = SdA(np.random.RandomState(1), 784, (100, 100), 10, corruption_levels=0.3)
pretrain(pretraining_steps(model, train, 20, 0.1), 3, tempfile.mkdtemp())
before = [each.get_value() for each in model.params]

x, y = pt.matrix("x"), pt.ivector("y")
scores = model(x)
cost = negative_log_likelihood(scores, y)
updates = sgd(cost, model.layers[-1].params, learning_rate=0.1)  # W and b of the last layer
step = minibatch_function(cost, [x, y], train, 20, updates)
Trainer(step).run(max_epochs=10)
error = minibatch_function(errors(scores, y), [x, y], valid, 100).mean()
print(f"{100 * error:.1f} % wrong, with the hidden layers as pretraining left them")

changed = [
    (each.get_value() != values).any() for each, values in zip(model.params, before, strict=True)
]
assert changed == [False, False, False, False, True, True]
assert error < 0.25
