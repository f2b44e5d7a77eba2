"""Train a restricted Boltzmann machine by contrastive divergence, then let it dream of digits."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_filters, draw_run
from dltut.datasets import load
from dltut.exceptions import InputError
from dltut.machine.config import configure
from dltut.models import RBM, gibbs_samples, scattered_bits
from dltut.training import (
    Checkpoint,
    EachEpoch,
    Monitor,
    Progress,
    Trainer,
    minibatch_function,
    open_run,
    rehearse,
)
from dltut.viz import chain_picture, save_picture


def main(
    dataset: str = "auto",
    data_dir: Path | None = None,
    run_dir: Path | None = None,
    resume: bool = False,
    learning_rate: float = 0.1,
    n_hidden: int = 500,
    k: int = 15,
    persistent: bool = True,
    batch_size: int = 20,
    max_epochs: int = 15,
    n_chains: int = 20,
    n_samples: int = 10,
    n_steps: int = 1000,
    checkpoint_seconds: float = 10.0,
    seed: int = 123,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train a restricted Boltzmann machine on handwritten digits.

    Parameters
    ----------
    learning_rate : float
        Step size of gradient descent.
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
    checkpoint_seconds : float
        At most so many seconds of work are lost when the process is killed.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, valid, x = shared_dataset(data.train), shared_dataset(data.valid), pt.matrix("x")

    rng = np.random.RandomState(seed)
    model = RBM(rng, data.train.n_inputs, n_hidden)
    chain = model.persistent_chain(batch_size) if persistent else None
    watched, updates = model.cost_updates(x, learning_rate, k, chain)
    step = minibatch_function(watched, [x], train, batch_size, updates)
    guesses = pseudo_likelihood_on(valid, model, x)
    if dry_run:
        return rehearse(step)

    starts = some_digits(rng, data.test.x, n_chains)
    run_dir = open_run(run_dir, "rbm", arguments, resume)

    def draw(log):
        path = run_dir / f"filters_at_epoch_{log.epoch}.png"
        draw_filters(path, model, data.image_shape)

    extensions = [
        Monitor(valid_pseudo_likelihood=guesses),
        Progress(),
        EachEpoch(draw),
        Checkpoint(run_dir, model, resume, checkpoint_seconds, header=data.facts),
    ]
    Trainer(step, extensions=extensions).run(3 if quick else max_epochs)
    samples = gibbs_samples(model, starts, n_samples, n_steps)
    save_picture(run_dir / "samples.png", chain_picture(samples, data.image_shape))
    return draw_run(run_dir, data)


def pseudo_likelihood_on(split, model, x):
    """Measured on batches in which each example is asked for another bit."""
    size = min(model.n_visible, split.n_examples)
    bits = pytensor.shared(scattered_bits(np.arange(size), model.n_visible), name="bits")
    return minibatch_function(model.pseudo_likelihood(x, bits), [x], split, size)


def some_digits(rng, x, n):
    """So many digits, one after the other, from a place that is drawn."""
    if not 1 <= n <= len(x):
        raise InputError(f"n_chains is {n}; there are {len(x)} test digits to start from")
    start = rng.randint(max(1, len(x) - n))
    return x[start : start + n]


if __name__ == "__main__":
    run(main)
