"""Pretrain a deep belief network layer by layer, then finetune it as a classifier."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_filters, draw_run
from dltut.datasets import load
from dltut.machine.config import configure
from dltut.models import DBN
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
    pretrain,
    pretraining_steps,
    read_pretrained,
    rehearse,
)


def main(
    dataset: str = "auto",
    data_dir: Path | None = None,
    run_dir: Path | None = None,
    resume: bool = False,
    pretrained: Path | None = None,
    n_hidden: tuple[int, ...] = (1000, 1000, 1000),
    k: int = 1,
    pretrain_learning_rate: float = 0.01,
    pretrain_batch_size: int = 10,
    pretrain_epochs: int = 100,
    cached: bool = False,
    learning_rate: float = 0.1,
    dropout: float | tuple[float, ...] = 0.0,
    batch_size: int = 10,
    max_epochs: int = 1000,
    patience_epochs: int = 4,
    checkpoint_seconds: float = 10.0,
    seed: int = 123,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train a deep belief network on handwritten digits.

    Parameters
    ----------
    pretrained : path
        The folder of an earlier run whose pretrained layers are taken instead of new ones.
    n_hidden : ints
        Units of each hidden layer.
    k : int
        Gibbs steps of contrastive divergence.
    pretrain_learning_rate, learning_rate : float
        Step size of pretraining, and of finetuning.
    pretrain_batch_size, batch_size : int
        Examples in a minibatch of pretraining, and of finetuning.
    pretrain_epochs : int
        Passes over the training set for each layer.
    cached : bool
        Keep what the layers below say about all examples, instead of computing it each time.
    dropout : floats
        Share of each layer's inputs dropped while finetuning, the pixels' first; one is for all but
        the pixels.
    patience_epochs : int
        Epochs of finetuning in any case before stopping early.
    checkpoint_seconds : float
        At most so many seconds of work are lost when the process is killed.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, valid, test = (shared_dataset(split) for split in data)

    rng, sizes = np.random.RandomState(seed), (data.train.n_inputs, n_hidden, data.n_classes)
    model = DBN(rng, *sizes, dropout)
    pretraining = pretrain_batch_size, pretrain_learning_rate, cached
    layers = pretraining_steps(model, train, *pretraining, k=k)
    step, valid_error, test_error = finetuning(model, train, valid, test, batch_size, learning_rate)
    if dry_run:
        for each in layers:
            rehearse(each)
        return rehearse(step, valid_error)

    run_dir = open_run(run_dir, "dbn", arguments, resume)
    if pretrained is None:
        n_epochs = 1 if quick else pretrain_epochs
        pretrain(layers, n_epochs, run_dir, resume, checkpoint_seconds)
    else:
        read_pretrained(model, pretrained)
    draw_filters(run_dir / "filters_pretrained.png", model, data.image_shape)
    extensions = [
        Monitor(valid_error, test_error),
        Patience(patience_epochs * step.n_batches),
        Progress(),
        Checkpoint(run_dir, model, resume, checkpoint_seconds, header=data.facts),
    ]
    Trainer(step, extensions=extensions).run(3 if quick else max_epochs)
    return draw_run(run_dir, data)


def finetuning(model, train, valid, test, batch_size, learning_rate):
    """A step of gradient descent on all layers, and the errors on the other two splits."""
    x, y = pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(x, train=True), y)
    updates = sgd(cost, model.params, learning_rate)
    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    wrong = errors(model(x), y)

    def error_on(split):
        return minibatch_function(wrong, [x, y], split, min(500, split.n_examples), partial="keep")

    return step, error_on(valid), error_on(test)


if __name__ == "__main__":
    run(main)
