"""What are the codes worth? Logistic regression reads pixels, random codes, and learned ones."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function, shared_dataset
from dltut.datasets import load
from dltut.models import LogisticRegression, dA
from dltut.nn import errors, l2, negative_log_likelihood
from dltut.optim import conjugate_gradient
from dltut.training import Trainer, minibatch_function

data = load("digits")
learned = data.train[:600]
x, y = pt.matrix("x"), pt.ivector("y")


def error_of(encode):
    """Test error of logistic regression by conjugate gradients, on centred codes."""
    known, new = encode(learned.x), encode(data.test.x)
    known, new = known - known.mean(axis=0), new - known.mean(axis=0)
    reader = LogisticRegression(known.shape[1], 10)
    cost = negative_log_likelihood(reader(x), y) + 0.0005 * l2(reader.weights)
    both = function([x, y], [cost, *pytensor.grad(cost, reader.params)])
    step = conjugate_gradient(lambda index: both(known, learned.y.astype("int32")), reader.params)
    Trainer(step).run(max_epochs=30)
    return float(function([x, y], errors(reader(x), y))(new, data.test.y.astype("int32")))


def codes_of(model):
    """The encoder as a function of arrays."""
    encode = function([x], model.hidden(x))
    return lambda pictures: np.asarray(encode(pictures.astype(x.dtype)))


def trained(corruption_level, n_epochs=15):
    """A denoising autoencoder of 100 units."""
    model = dA(np.random.RandomState(123), 784, 100)
    cost, updates = model.cost_updates(x, 0.1, corruption_level)
    step = minibatch_function(cost, [x], shared_dataset(learned), 20, updates)
    for _ in range(n_epochs):
        for index in range(step.n_batches):
            step(index)
    return model


found = {
    "pixels": error_of(lambda pictures: pictures.astype(x.dtype)),
    "random codes": error_of(codes_of(dA(np.random.RandomState(123), 784, 100))),
    "no noise": error_of(codes_of(trained(0.0))),
    "noise 0.3": error_of(codes_of(trained(0.3))),
}
for name, error in found.items():
    print(f"{name:<12} {100 * error:5.2f} %")
assert found["noise 0.3"] < found["no noise"] < found["random codes"]
