"""Train a stacked LSTM to forecast the power of a household, or any series, and compare it."""

from dltut.commands import flags
from dltut.commands.run import Run

from typing import Literal

import numpy as np

from dltut import shared_dataset
from dltut.datasets import series
from dltut.machine.arguments import Amount, Count, Seed, Size
from dltut.machine.notices import say
from dltut.models import RecurrentNetwork
from dltut.optim import rmsprop
from dltut.tasks import task_of
from dltut.training import Monitor, Order, minibatch_function, minibatch_functions


def main(
    run: Run,
    steps: Size = 50,
    ahead: Size = 1,
    ratio: float = 0.1,
    n_hidden: tuple[int, ...] = (50, 100),
    cell: Literal["lstm", "gru", "elman"] = "lstm",
    dropout: Amount = 0.2,
    differences: bool = False,
    learning_rate: float = 0.001,
    batch_size: int = 512,
    max_epochs: Count = 10,
    seed: Seed = 1234,
):
    """Train a recurrent network on the windows of a series.

    The data set is auto, power, rhythm or a CSV file, of which --target names the columns.

    Parameters
    ----------
    steps, ahead : int
        How many values the network sees, and how many of the next it tells.
    ratio : float
        The share of all windows that is used, spread evenly.
    n_hidden : ints
        Units of each recurrent layer.
    cell : str
        lstm, gru or elman.
    dropout : float
        Share of what each recurrent layer gives out that is dropped while training.
    differences : bool
        Tell how far the next values are from the last, and not what they are.
    """
    names = run.dataset, steps, ahead, run.target or (), ratio, run.data_dir, run.quick
    data = run.own_data(lambda: series.load(*names), uses=("dataset", "target", "data_dir"))
    task = task_of(data).with_linear(data.train)
    train, valid, test = map(shared_dataset, data)

    x, y = train.x.type("x"), train.y.type("y")
    rng = np.random.RandomState(seed)
    sizes = data.inputs.shape, n_hidden, data.n_outputs
    model = RecurrentNetwork(rng, *sizes, cell, dropout, differences=differences)
    cost, predicted = task.cost(model(x, train=True), y), model(x)

    batch_size = min(batch_size, len(data.train))
    order = Order(train, "even_shuffled_sequential", batch_size, seed)
    updates, rows = rmsprop(cost, model.params, learning_rate), order.rows
    step = minibatch_function(cost, [x, y], train, batch_size, updates, order=rows)
    splits, measures = {"valid": valid, "test": test}, task.measures(predicted, y)
    measured = minibatch_functions(measures, [x, y], splits, batch_size, run.partial)
    monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)
    log = run.train(step, model, max_epochs, [order, monitor], task=task)
    if not run.dry_run:
        for name, (rmse, mae) in task.errors(model, data.test).items():
            say(f"{name}: {rmse:.4f} root mean square, {mae:.4f} mean error on the test windows")
    return log


if __name__ == "__main__":
    flags.run(main)
