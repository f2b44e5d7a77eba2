"""Train denoising autoencoders, without noise and with it, to compare what they look for."""

from dltut.commands import flags
from dltut.commands.run import Run

from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import check_range
from dltut.machine.arguments import Count, Seed
from dltut.models import dA
from dltut.training import Monitor, minibatch_function


def main(
    run: Run,
    learning_rate: float = 0.1,
    corruption_level: tuple[float, ...] = (0.0, 0.3),
    corruption: Literal["masking", "salt_and_pepper", "gaussian"] = "masking",
    n_hidden: int = 500,
    batch_size: int = 20,
    max_epochs: Count = 15,
    seed: Seed = 123,
):
    """Train denoising autoencoders on handwritten digits.

    Parameters
    ----------
    corruption_level : floats
        How much noise the inputs get; each level is a model of its own, in a folder of its own.
    corruption : str
        Kind of noise: masking and salt_and_pepper change a share of the pixels, gaussian adds
        normal noise with the level as its standard deviation.
    n_hidden : int
        Units of the code.
    """
    data = run.data()
    check_range(data, of="a denoising autoencoder")
    train, x = shared_dataset(data.train), pt.matrix("x")

    models, steps = {}, {}
    for level in corruption_level:
        rng = np.random.RandomState(seed)
        models[level] = dA(rng, data.train.n_inputs, n_hidden, corruption=corruption)
        cost, updates = models[level].cost_updates(x, learning_rate, level)
        steps[level] = minibatch_function(cost, [x], train, batch_size, updates)

    for level, model in models.items():
        part = f"corruption_{100 * level:g}"
        extensions = [Monitor(), run.filters_each_epoch(model, part)]
        log = run.train(steps[level], model, max_epochs, extensions, part, corruption_level=level)
        run.draw_filters(model, f"filters_{part}.png")
        if log.stop_reason == "interrupted":
            break
    return log


if __name__ == "__main__":
    flags.run(main)
