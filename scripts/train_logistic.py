"""Train logistic regression by minibatch gradient descent with early stopping."""

from pathlib import Path
from typing import Literal

import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_run
from dltut.datasets import load
from dltut.machine.config import configure
from dltut.models import LogisticRegression
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
    learning_rate: float = 0.13,
    batch_size: int = 600,
    max_epochs: int = 1000,
    patience: int = 5000,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train logistic regression on handwritten digits.

    Parameters
    ----------
    learning_rate : float
        Step size of gradient descent.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, valid, test = (shared_dataset(split) for split in data)

    x, y = pt.matrix("x"), pt.ivector("y")
    model = LogisticRegression(data.train.n_inputs, data.n_classes)
    scores = model(x)
    cost = negative_log_likelihood(scores, y)
    updates = sgd(cost, model.params, learning_rate)

    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    valid_error, test_error = (
        minibatch_function(errors(scores, y), [x, y], split, batch_size) for split in (valid, test)
    )
    if dry_run:
        return rehearse(step, valid_error)

    run_dir = open_run(run_dir, "logistic", arguments, resume)
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
