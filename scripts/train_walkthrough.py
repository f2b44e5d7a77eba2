"""Train the network of the Keras and Lasagne walk-throughs, and keep the loss of every batch."""

from dltut.commands import flags
from dltut.commands.run import Run

import numpy as np

from dltut import shared_dataset
from dltut.machine.arguments import Amount, Count, Seed
from dltut.models import Sequential
from dltut.optim import rmsprop
from dltut.tasks import task_of
from dltut.training import LossHistory, Monitor, Order, minibatch_function, minibatch_functions
from dltut.viz import learning_curves


def main(
    run: Run,
    learning_rate: float = 0.001,
    n_hidden: tuple[int, ...] = (500, 300),
    dropout: Amount = 0.4,
    batch_size: int = 500,
    max_epochs: Count = 20,
    seed: Seed = 1234,
):
    """Train a network with dropout on handwritten digits, or on data of your own.

    Parameters
    ----------
    n_hidden : ints
        Units of each hidden layer.
    dropout : float
        Share of each hidden layer's outputs that is dropped while training.
    """
    data = run.data()
    task = task_of(data)
    train, valid, test = map(shared_dataset, data)

    x, y = train.x.type("x"), train.y.type("y")
    layers = [{"name": "Dense", "n_out": n, "activation": "relu"} for n in n_hidden]
    layers += [{"name": "Dense", "activation": None}]
    for layer in layers[1:]:  # all pixels stay
        layer["dropout"] = dropout
    rng = np.random.RandomState(seed)
    model = Sequential(rng, layers, n_in=data.train.n_inputs, n_out=data.n_outputs)
    cost, scores = task.cost(model(x, train=True), y), model(x)

    order = Order(train, "shuffled_sequential", batch_size, seed)
    updates, rows = rmsprop(cost, model.params, learning_rate), order.rows
    step = minibatch_function(cost, [x, y], train, batch_size, updates, "keep", order=rows)
    splits, measures = {"valid": valid, "test": test}, task.measures(scores, y)
    measured = minibatch_functions(measures, [x, y], splits, batch_size, run.partial)
    monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)

    history = LossHistory()
    log = run.train(step, model, max_epochs, [order, monitor, history])
    if not run.dry_run:
        losses = {"iteration": np.arange(len(history.costs)), "Loss per batch": history.costs}
        run.draw("losses.png", learning_curves({"": losses}, x="batch", smooth=True))
    return log


if __name__ == "__main__":
    flags.run(main)
