"""A belief network whose top layer learns on with persistent chains, and then dreams."""

import tempfile

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import DBN, gibbs_samples
from dltut.training import minibatch_function, pretrain, pretraining_steps
from dltut.viz import chain_picture, save_picture

data = load("digits", quick=True)
train = shared_dataset(data.train)
model = DBN(np.random.RandomState(1), 784, (80, 60), 10)
pretrain(pretraining_steps(model, train, batch_size=20, learning_rate=0.1), 5, tempfile.mkdtemp())

below, top = model.rbms
x, h = pt.matrix("x"), pt.matrix("h")
up, down = function([x], below(x)), function([h], below.propdown(h))
codes = up(train.x.get_value())  # (1200, 80): what the top layer sees

chains = top.persistent_chain(20)
guess, updates = top.cost_updates(h, 0.02, k=5, persistent=chains)
step = minibatch_function(guess, [h], shared_dataset((codes, data.train.y)), 20, updates)
guesses = [np.mean([step(index) for index in range(step.n_batches)]) for epoch in range(4)]
print("log pseudo-likelihood of the top layer:", np.round(guesses, 2))

dreams = np.stack([down(each) for each in gibbs_samples(top, codes[:10], 4, n_steps=20)])
save_picture("dreams.png", chain_picture(dreams))  # (4, 10, 784)

# Ink where digits have it, and not the same in each chain.
assert np.corrcoef(dreams.mean(axis=(0, 1)), data.train.x.mean(axis=0))[0, 1] > 0.7
assert dreams[-1].std(axis=0).mean() > 0.03
