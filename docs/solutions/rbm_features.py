"""Logistic regression with 200 labels: on pixels, and on features learned from 1,200 pictures."""

import numpy as np
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import RBM, LogisticRegression
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import minibatch_function

train, _, test = load("digits", quick=True)
x, y = pt.matrix("x"), pt.ivector("y")

rbm = RBM(np.random.RandomState(123), 784, 150)
value, updates = rbm.cost_updates(x, 0.1, k=1)
step = minibatch_function(value, [x], shared_dataset(train), 40, updates)
for _ in range(6):
    for index in range(step.n_batches):
        step(index)
features = function([x], rbm(x))


def error_with_labels(of):
    """Share of the test digits that are wrong after 60 epochs on 200 labelled ones."""
    labelled = shared_dataset((of(train.x[:200]), train.y[:200]))
    unseen = shared_dataset((of(test.x), test.y))
    model = LogisticRegression(labelled.x.get_value().shape[1], 10)
    cost = negative_log_likelihood(model(x), y)
    learn = minibatch_function(cost, [x, y], labelled, 20, sgd(cost, model.params, 0.1))
    wrong = minibatch_function(errors(model(x), y), [x, y], unseen, 100)
    for _ in range(60):
        for index in range(learn.n_batches):
            learn(index)
    return wrong.mean()


pixels = error_with_labels(lambda pictures: pictures)
learned = error_with_labels(lambda pictures: features(pictures.astype(x.dtype)))
print(f"{100 * pixels:.1f} % wrong from pixels, {100 * learned:.1f} % from features")
assert learned < pixels
