"""Pretrain stacked denoising autoencoders layer by layer, then finetune them as a classifier."""

from dltut.commands import flags
from dltut.commands.run import Run

from pathlib import Path

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import check_range
from dltut.machine.arguments import Count, Seed
from dltut.models import SdA
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import (
    Monitor,
    Patience,
    minibatch_function,
    minibatch_functions,
    pretraining_steps,
)


def main(
    run: Run,
    pretrained: Path | None = None,
    n_hidden: tuple[int, ...] = (1000, 1000, 1000),
    corruption_levels: tuple[float, ...] = (0.1, 0.2, 0.3),
    pretrain_learning_rate: float = 0.001,
    pretrain_batch_size: int = 1,
    pretrain_epochs: Count = 15,
    cached: bool = False,
    learning_rate: float = 0.1,
    dropout: float | tuple[float, ...] = 0.0,
    batch_size: int = 1,
    max_epochs: Count = 1000,
    patience_epochs: Count = 10,
    seed: Seed = 89677,
):
    """Train stacked denoising autoencoders on handwritten digits.

    Parameters
    ----------
    n_hidden : ints
        Units of each hidden layer.
    corruption_levels : floats
        Share of inputs set to 0 while pretraining: one for each hidden layer, or one for all.
    """
    data = run.data()
    check_range(data, of="a denoising autoencoder")
    train, valid, test = map(shared_dataset, data)

    rng, sizes = np.random.RandomState(seed), (data.train.n_inputs, n_hidden, data.n_classes)
    model = SdA(rng, *sizes, corruption_levels, dropout=dropout)
    pretraining = pretrain_batch_size, pretrain_learning_rate, cached
    layers = pretraining_steps(model, train, *pretraining)

    x, y = pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(x, train=True), y)
    updates = sgd(cost, model.params, learning_rate)
    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    splits, wrong = {"valid": valid, "test": test}, {"error": errors(model(x), y)}
    measured = minibatch_functions(wrong, [x, y], splits, batch_size=500)
    run.pretrain(layers, pretrain_epochs, pretrained)
    patience = Patience(patience_epochs * step.n_batches)
    return run.train(step, model, max_epochs, [Monitor(measured), patience])


if __name__ == "__main__":
    flags.run(main)
