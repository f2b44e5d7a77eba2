"""The multilayer perceptron with dropout: noise in the cost, none in the errors."""

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import MLP
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import Monitor, Trainer, minibatch_function

data = load("digits", quick=True)
train, valid = shared_dataset(data.train[:600]), shared_dataset(data.valid)
x, y = pt.matrix("x"), pt.ivector("y")
model = MLP(np.random.RandomState(1234), 784, 40, 10, dropout=0.5)

cost = negative_log_likelihood(model(x, train=True), y)  # the 40 hidden outputs are thinned
error = errors(model(x), y)
updates = sgd(cost, model.params, learning_rate=0.1)
step = minibatch_function(cost, [x, y], train, 20, updates=updates)
valid_error = minibatch_function(error, [x, y], valid, 20)
log = Trainer(step, extensions=[Monitor(valid_error)]).run(max_epochs=3)
for row in log.rows:
    print(f"epoch {row['epoch']}, validation error {100 * row['valid_error']:.2f} %")

noisy, quiet = function([x], model(x, train=True)), function([x], model(x))
digit = data.test.x[:1].astype(x.dtype)
assert (noisy(digit) != noisy(digit)).any()
assert (quiet(digit) == quiet(digit)).all()
assert log.rows[-1]["valid_error"] < 0.3
