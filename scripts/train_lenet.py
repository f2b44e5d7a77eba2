"""Train a convolutional network by minibatch gradient descent with early stopping."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_run
from dltut.datasets import load
from dltut.machine.config import configure
from dltut.models import LeNet
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import (
    Checkpoint,
    Monitor,
    Patience,
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
    learning_rate: float = 0.1,
    n_kernels: tuple[int, ...] = (20, 50),
    n_hidden: int = 500,
    batch_size: int = 500,
    max_epochs: int = 200,
    patience: int = 10_000,
    seed: int = 23455,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train a convolutional network on handwritten digits.

    Parameters
    ----------
    learning_rate : float
        Step size of gradient descent.
    n_kernels : ints
        Maps of each convolution.
    n_hidden : int
        Units of the fully connected layer.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, valid, test = (shared_dataset(split) for split in data)

    x, y = pt.matrix("x"), pt.ivector("y")
    rng = np.random.RandomState(seed)
    model = LeNet(rng, data.image_shape, n_kernels, n_hidden, data.n_classes)
    scores = model(x)
    cost = negative_log_likelihood(scores, y)
    updates = sgd(cost, model.params, learning_rate)

    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    valid_error, test_error = (
        minibatch_function(errors(scores, y), [x, y], split, batch_size) for split in (valid, test)
    )
    if dry_run:
        return rehearse(step, valid_error)

    run_dir = open_run(run_dir, "lenet", arguments, resume)
    extensions = [
        Monitor(valid_error, test_error),
        Patience(patience),
        Progress(),
        Checkpoint(run_dir, model, resume, header=data.facts),
    ]
    Trainer(step, extensions=extensions).run(3 if quick else max_epochs)
    return draw_run(run_dir, data)


if __name__ == "__main__":
    run(main)
