"""Train a recurrent network on the adding problem, which asks for a long memory."""

from dltut.commands import flags
from dltut.commands.run import Run

from typing import Literal

import numpy as np
import pytensor

from dltut import shared_dataset
from dltut.datasets import adding
from dltut.machine.arguments import Count, Seed, Size
from dltut.models import RecurrentNetwork
from dltut.optim import adam, clip_gradient_norm
from dltut.tasks import Regression
from dltut.training import (
    Extension,
    Monitor,
    TargetReached,
    minibatch_function,
    minibatch_functions,
)


class NewExamples(Extension):
    """Other sequences in each epoch, so that none can be learned by heart."""

    def __init__(self, split, length, seed):
        self.split, self.length, self.seed = split, length, seed

    def before_epoch(self, trainer):
        """Draw them; the epoch's number is the seed, so that a resumed run draws the same."""
        rng = np.random.default_rng([self.seed, trainer.log.epoch])
        drawn = adding.examples(rng, self.split.n_examples, self.length)
        for column, values in zip(self.split, drawn, strict=True):
            column.set_value(values.astype(column.dtype))


def main(
    run: Run,
    length: Size = 50,
    cell: Literal["lstm", "gru", "elman"] = "lstm",
    n_hidden: tuple[int, ...] = (64,),
    forget_bias: float = 1.0,
    memory: int | None = None,
    learning_rate: float = 0.002,
    clip_norm: float = 1.0,
    n_train: Size = 5000,
    batch_size: int = 50,
    max_epochs: Count = 40,
    stop_at: float = 0.005,
    seed: Seed = 1234,
):
    """Train a recurrent network to add the two marked numbers of a sequence.

    Parameters
    ----------
    length : int
        Steps of a sequence.
    cell : str
        lstm, gru or elman.
    n_hidden : ints
        Units of each recurrent layer.
    forget_bias : float
        Of an LSTM: at log(T) its memory begins by lasting about T steps.
    memory : int
        Steps for which the units of an LSTM or a GRU begin by remembering, at most, each for a
        time of its own.
    clip_norm : float
        The largest norm of a gradient.
    n_train : int
        New sequences in each epoch.
    stop_at : float
        The validation error at which training ends; always answering 1 gives 0.167.
    """
    n_train, length = (min(n_train, 500), min(length, 20)) if run.quick else (n_train, length)
    data = run.own_data(lambda: adding.load(length, n_train, seed=seed))
    task = Regression(data.inputs, data.targets)
    train, valid, test = map(shared_dataset, data)

    x, y = train.x.type("x"), train.y.type("y")
    rng = np.random.RandomState(seed)
    sizes = data.inputs.shape, n_hidden, data.n_outputs
    model = RecurrentNetwork(rng, *sizes, cell, forget_bias=forget_bias, memory=memory)
    predicted = model(x)
    cost = task.cost(predicted, y)
    slopes = clip_gradient_norm(pytensor.grad(cost, model.params), clip_norm)
    updates = adam(slopes, model.params, learning_rate)
    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    splits, measures = {"valid": valid, "test": test}, task.measures(predicted, y)
    measured = minibatch_functions(measures, [x, y], splits, batch_size, run.partial)
    monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)
    extensions = [NewExamples(train, length, seed), monitor, TargetReached(stop_at)]
    return run.train(step, model, max_epochs, extensions, task=task)


if __name__ == "__main__":
    flags.run(main)
