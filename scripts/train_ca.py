"""Train a contractive autoencoder: a code that follows the data and nothing else."""

from dltut.commands import flags
from dltut.commands.run import Run

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import check_range
from dltut.machine.arguments import Amount, Count, Seed
from dltut.models import cA
from dltut.training import Monitor, minibatch_function


def main(
    run: Run,
    learning_rate: float = 0.01,
    contraction_level: Amount = 0.1,
    n_hidden: int = 500,
    batch_size: int = 10,
    max_epochs: Count = 20,
    seed: Seed = 123,
):
    """Train a contractive autoencoder on handwritten digits.

    Parameters
    ----------
    contraction_level : float
        Weight of the penalty on the code's derivatives.
    n_hidden : int
        Units of the code.
    """
    data = run.data()
    check_range(data, of="a contractive autoencoder")
    train, valid, x = shared_dataset(data.train), shared_dataset(data.valid), pt.matrix("x")

    model = cA(np.random.RandomState(seed), data.train.n_inputs, n_hidden)
    cost, updates = model.cost_updates(x, learning_rate, contraction_level)
    step = minibatch_function(cost, [x], train, batch_size, updates)
    parts = {"reconstruction_cost": model.reconstruction_cost(x, model(x))}
    parts["penalty"] = model.penalty(x)
    channels = {
        name: minibatch_function(part, [x], valid, batch_size) for name, part in parts.items()
    }
    log = run.train(step, model, max_epochs, [Monitor(**channels), run.filters_each_epoch(model)])
    run.draw_filters(model, "cae_filters.png")
    return log


if __name__ == "__main__":
    flags.run(main)
