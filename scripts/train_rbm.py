"""Train a restricted Boltzmann machine by contrastive divergence, then let it dream of digits."""

from dltut.commands import flags
from dltut.commands.run import Run

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import check_range
from dltut.exceptions import InputError
from dltut.machine.arguments import Count, Seed, Size
from dltut.models import RBM, gibbs_samples, scattered_bits
from dltut.training import Monitor, minibatch_function
from dltut.viz import chain_picture


def main(
    run: Run,
    learning_rate: float = 0.1,
    n_hidden: int = 500,
    k: Size = 15,
    persistent: bool = True,
    batch_size: int = 20,
    max_epochs: Count = 15,
    n_chains: Size = 20,
    n_samples: Size = 10,
    n_steps: Size = 1000,
    seed: Seed = 123,
):
    """Train a restricted Boltzmann machine on handwritten digits.

    Parameters
    ----------
    n_hidden : int
        Units of the hidden layer.
    k : int
        Gibbs steps from one update to the next.
    persistent : bool
        Let the chains go on from one update to the next (PCD); with --no-persistent they start
        from the digits each time (CD).
    n_chains, n_samples, n_steps : int
        The picture samples.png: so many chains from test digits, one a column; so many rows; Gibbs
        steps from row to row.
    """
    data = run.data()
    check_range(data, of="a Boltzmann machine of bits")
    train, valid, x = shared_dataset(data.train), shared_dataset(data.valid), pt.matrix("x")

    rng = np.random.RandomState(seed)
    model = RBM(rng, data.train.n_inputs, n_hidden)
    chain = model.persistent_chain(batch_size) if persistent else None
    watched, updates = model.cost_updates(x, learning_rate, k, chain)
    step = minibatch_function(watched, [x], train, batch_size, updates)
    starts = some_digits(rng, data.test.x, n_chains)

    size = min(model.n_visible, valid.n_examples)  # each example is asked for another bit
    bits = pytensor.shared(scattered_bits(np.arange(size), model.n_visible), name="bits")
    guesses = minibatch_function(model.pseudo_likelihood(x, bits), [x], valid, size)
    name = "pseudo-likelihood" if persistent else "cost"
    monitor = Monitor(valid_pseudo_likelihood=guesses, cost_name=name)
    log = run.train(step, model, max_epochs, [monitor, run.filters_each_epoch(model)])
    if run.has_pictures:
        samples = gibbs_samples(model, starts, n_samples, n_steps)
        run.draw("samples.png", chain_picture(samples, data.image_shape))
    return log


def some_digits(rng, x, n):
    """Take n digits, one after the other, from a place that is drawn."""
    if n > len(x):
        raise InputError(f"n_chains is {n}; there are {len(x)} test digits to start from")
    start = rng.randint(max(1, len(x) - n))
    return x[start : start + n]


if __name__ == "__main__":
    flags.run(main)
