"""Many pictures, few labels: finetuning after pretraining, and from random weights."""

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
pictures, labelled = shared_dataset(data.train), shared_dataset(data.train[:100])
valid = shared_dataset(data.valid)


def valid_error_after(pretraining_epochs):
    """Of a stack that saw 1,200 pictures without labels, and 100 with."""
    model = SdA(np.random.RandomState(1), 784, (100, 100), 10, corruption_levels=0.3)
    layers = pretraining_steps(model, pictures, batch_size=40, learning_rate=0.2)
    pretrain(layers, pretraining_epochs, tempfile.mkdtemp())
    x, y = pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(x), y)
    step = minibatch_function(cost, [x, y], labelled, 10, sgd(cost, model.params, 0.1))
    Trainer(step).run(max_epochs=40)
    return minibatch_function(errors(model(x), y), [x, y], valid, 100).mean()


random, pretrained = valid_error_after(0), valid_error_after(5)
print(f"from random weights {100 * random:.1f} %, after pretraining {100 * pretrained:.1f} %")
assert pretrained < random - 0.02
