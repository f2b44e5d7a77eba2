"""Train a multilayer perceptron by minibatch gradient descent with early stopping."""

from dltut.commands import flags
from dltut.commands.run import Run

import numpy as np

from dltut import shared_dataset
from dltut.machine.arguments import Amount, Count, Seed
from dltut.models import MLP
from dltut.nn import l1, l2
from dltut.optim import sgd
from dltut.tasks import task_of
from dltut.training import Monitor, Patience, minibatch_function, minibatch_functions


def main(
    run: Run,
    learning_rate: float = 0.01,
    n_hidden: tuple[int, ...] = (500,),
    l1_reg: Amount = 0.0,
    l2_reg: Amount = 0.0001,
    batch_size: int = 20,
    max_epochs: Count = 1000,
    patience: Count = 10_000,
    seed: Seed = 1234,
):
    """Train a multilayer perceptron on handwritten digits, or on data of your own.

    Parameters
    ----------
    n_hidden : ints
        Units of each hidden layer.
    l1_reg, l2_reg : float
        Weight of the sum of absolute values, and of squares, of all weights.
    """
    data = run.data()
    task = task_of(data)
    train, valid, test = map(shared_dataset, data)

    x, y = train.x.type("x"), train.y.type("y")
    model = MLP(np.random.RandomState(seed), data.train.n_inputs, n_hidden, data.n_outputs)
    scores = model(x)
    penalty = l1_reg * l1(model.weights) + l2_reg * l2(model.weights)
    cost = task.cost(scores, y) + penalty
    updates = sgd(cost, model.params, learning_rate)
    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    splits, measures = {"valid": valid, "test": test}, task.measures(scores, y)
    measured = minibatch_functions(measures, [x, y], splits, batch_size, run.partial)
    monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)
    return run.train(step, model, max_epochs, [monitor, Patience(patience)])


if __name__ == "__main__":
    flags.run(main)
