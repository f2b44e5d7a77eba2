"""Train a multilayer perceptron by minibatch gradient descent with early stopping."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_run
from dltut.datasets import load
from dltut.machine.config import configure
from dltut.models import MLP
from dltut.nn import errors, l1, l2, negative_log_likelihood
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
    learning_rate: float = 0.01,
    n_hidden: tuple[int, ...] = (500,),
    l1_reg: float = 0.0,
    l2_reg: float = 0.0001,
    batch_size: int = 20,
    max_epochs: int = 1000,
    patience: int = 10_000,
    seed: int = 1234,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train a multilayer perceptron on handwritten digits.

    Parameters
    ----------
    learning_rate : float
        Step size of gradient descent.
    n_hidden : ints
        Units of each hidden layer.
    l1_reg, l2_reg : float
        Weight of the sum of absolute values, and of squares, of all weights.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, valid, test = (shared_dataset(split) for split in data)

    x, y = pt.matrix("x"), pt.ivector("y")
    model = MLP(np.random.RandomState(seed), data.train.n_inputs, n_hidden, data.n_classes)
    scores = model(x)
    penalty = l1_reg * l1(model.weights) + l2_reg * l2(model.weights)
    cost = negative_log_likelihood(scores, y) + penalty
    updates = sgd(cost, model.params, learning_rate)

    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    valid_error, test_error = (
        minibatch_function(errors(scores, y), [x, y], split, batch_size) for split in (valid, test)
    )
    if dry_run:
        return rehearse(step, valid_error)

    run_dir = open_run(run_dir, "mlp", arguments, resume)
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
