"""Learn digits to 99 % in seconds: a small network, Adam, a rate that rises and falls."""

from dltut.commands import flags
from dltut.commands.run import Run

import numpy as np
import pytensor.tensor as pt
from pytensor import shared

from dltut import shared_dataset
from dltut.machine.arguments import Count, Seed
from dltut.models import Sequential
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import adam, schedules
from dltut.training import Monitor, Order, Scheduled, minibatch_function, minibatch_functions


def main(
    run: Run,
    learning_rate: float = 0.006,
    n_kernels: tuple[int, ...] = (8, 16),
    n_hidden: tuple[int, ...] = (64,),
    batch_size: int = 100,
    max_epochs: Count = 3,
    beta2: float = 0.99,
    constant: bool = False,
    seed: Seed = 1234,
):
    """Train a small convolutional network on all training and validation digits.

    Parameters
    ----------
    learning_rate : float
        The highest: the rate rises from 0 during a fifth of the steps and falls to 0 in the others.
    n_kernels : ints
        Maps of each convolution.
    n_hidden : ints
        Units of each fully connected layer.
    beta2 : float
        How long Adam remembers the squares of gradients: 0.99 is a hundred minibatches.
    constant : bool
        Keep the rate as it is instead.
    """
    data = run.data()
    both = [np.concatenate(pair) for pair in zip(data.train, data.valid, strict=True)]
    train, test = shared_dataset(both), shared_dataset(data.test)

    x, y = pt.matrix("x"), pt.ivector("y")
    layers = [{"name": "ConvPool", "n_out": n, "W": "he_normal"} for n in n_kernels]
    layers += [{"name": "Dense", "n_out": n, "W": "he_normal"} for n in n_hidden]
    layers = [layer | {"activation": "relu"} for layer in layers]
    layers += [{"name": "Dense", "activation": None, "n_out": data.n_classes}]
    model = Sequential(np.random.RandomState(seed), layers, image_shape=data.image_shape)
    scores = model(x)
    cost = negative_log_likelihood(scores, y)

    order = Order(train, "even_shuffled_sequential", batch_size, seed)
    rate = shared(np.asarray(learning_rate, x.dtype), name="learning_rate")
    updates, rows = adam(cost, model.params, rate, beta2=beta2), order.rows
    step = minibatch_function(cost, [x, y], train, batch_size, updates, order=rows)
    wrong = {"error": errors(scores, y)}
    measured = minibatch_functions(wrong, [x, y], {"test": test}, 1000, run.partial)

    extensions = [order, Monitor(measured)]
    if not constant:
        n_steps = max_epochs * step.n_batches
        rise = schedules.linear(0, learning_rate, 0, n_steps // 5)
        fall = schedules.linear(learning_rate, 0, 0, n_steps - n_steps // 5)
        extensions.append(
            Scheduled(rate, schedules.join([rise, fall], [n_steps // 5]), "minibatch")
        )
    return run.train(step, model, max_epochs, extensions)


if __name__ == "__main__":
    flags.run(main)
