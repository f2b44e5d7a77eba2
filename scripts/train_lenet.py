"""Train a convolutional network by minibatch gradient descent with early stopping."""

from dltut.commands import flags
from dltut.commands.run import Run

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.machine.arguments import Count, Seed
from dltut.models import LeNet
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import Monitor, Patience, minibatch_function, minibatch_functions


def main(
    run: Run,
    learning_rate: float = 0.1,
    n_kernels: tuple[int, ...] = (20, 50),
    n_hidden: int = 500,
    batch_size: int = 500,
    max_epochs: Count = 200,
    patience: Count = 10_000,
    seed: Seed = 23455,
):
    """Train a convolutional network on handwritten digits.

    Parameters
    ----------
    n_kernels : ints
        Maps of each convolution.
    n_hidden : int
        Units of the fully connected layer.
    """
    data = run.data()
    train, valid, test = map(shared_dataset, data)

    x, y = pt.matrix("x"), pt.ivector("y")
    rng = np.random.RandomState(seed)
    model = LeNet(rng, data.image_shape, n_kernels, n_hidden, data.n_classes)
    scores = model(x)
    cost = negative_log_likelihood(scores, y)
    updates = sgd(cost, model.params, learning_rate)

    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    splits, wrong = {"valid": valid, "test": test}, {"error": errors(scores, y)}
    measured = minibatch_functions(wrong, [x, y], splits, batch_size, run.partial)
    return run.train(step, model, max_epochs, [Monitor(measured), Patience(patience)])


if __name__ == "__main__":
    flags.run(main)
