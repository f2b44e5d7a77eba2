"""A belief network unrolled: pictures up through all its layers, and down again."""

import tempfile

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import DBN
from dltut.training import pretrain, pretraining_steps

data = load("digits", quick=True)
model = DBN(np.random.RandomState(1), 784, (80, 30), 10)
x = pt.matrix("x")  # (batch, 784)
h = model.inputs_of(len(model.rbms), x)  # (batch, 30)
for rbm in reversed(model.rbms):
    h = rbm.propdown(h)
there_and_back = function([x], h)
pictures = data.test.x[:100].astype(x.dtype)


def loss():
    return np.square(there_and_back(pictures) - pictures).sum(axis=1).mean()


untrained = loss()
pretrain(pretraining_steps(model, shared_dataset(data.train), 20, 0.1), 5, tempfile.mkdtemp())
mean = data.train.x.mean(axis=0)
constant = np.square(mean - pictures).sum(axis=1).mean()
print(
    f"squared error {untrained:.0f} untrained, {loss():.1f} pretrained, {constant:.1f} of the mean"
)
assert loss() < 0.9 * constant < untrained
