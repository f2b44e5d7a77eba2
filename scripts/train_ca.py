"""Train a contractive autoencoder: a code that follows the data and nothing else."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_filters, draw_run
from dltut.datasets import load
from dltut.machine.config import configure
from dltut.models import cA
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


def main(
    dataset: str = "auto",
    data_dir: Path | None = None,
    run_dir: Path | None = None,
    resume: bool = False,
    learning_rate: float = 0.01,
    contraction_level: float = 0.1,
    n_hidden: int = 500,
    batch_size: int = 10,
    max_epochs: int = 20,
    seed: int = 123,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train a contractive autoencoder on handwritten digits.

    Parameters
    ----------
    learning_rate : float
        Step size of gradient descent.
    contraction_level : float
        Weight of the penalty on the code's derivatives.
    n_hidden : int
        Units of the code.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, valid = (shared_dataset(split) for split in (data.train, data.valid))

    x = pt.matrix("x")
    model = cA(np.random.RandomState(seed), data.train.n_inputs, n_hidden)
    cost, updates = model.cost_updates(x, learning_rate, contraction_level)
    step = minibatch_function(cost, [x], train, batch_size, updates)
    parts = {"reconstruction_cost": model.reconstruction_cost(x, model(x))}
    parts["penalty"] = model.penalty(x)
    channels = {
        name: minibatch_function(part, [x], valid, batch_size) for name, part in parts.items()
    }
    if dry_run:
        return rehearse(step)

    run_dir = open_run(run_dir, "ca", arguments, resume)

    def draw(log):
        draw_filters(run_dir / f"filters_at_epoch_{log.epoch}.png", model, data.image_shape)

    extensions = [
        Monitor(**channels),
        Progress(),
        EachEpoch(draw),
        Checkpoint(run_dir, model, resume, header=data.facts),
    ]
    Trainer(step, extensions=extensions).run(3 if quick else max_epochs)
    draw_filters(run_dir / "cae_filters.png", model, data.image_shape)
    return draw_run(run_dir, data)


if __name__ == "__main__":
    run(main)
