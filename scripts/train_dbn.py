"""Pretrain a deep belief network layer by layer, then finetune it as a classifier."""

from dltut.commands import flags
from dltut.commands.run import Run

from pathlib import Path

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.datasets import check_range
from dltut.machine.arguments import Count, Seed, Size
from dltut.models import DBN
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
    k: Size = 1,
    pretrain_learning_rate: float = 0.01,
    pretrain_batch_size: int = 10,
    pretrain_epochs: Count = 100,
    cached: bool = False,
    learning_rate: float = 0.1,
    dropout: float | tuple[float, ...] = 0.0,
    batch_size: int = 10,
    max_epochs: Count = 1000,
    patience_epochs: Count = 4,
    seed: Seed = 123,
):
    """Train a deep belief network on handwritten digits.

    Parameters
    ----------
    n_hidden : ints
        Units of each hidden layer.
    k : int
        Gibbs steps of contrastive divergence.
    """
    data = run.data()
    check_range(data, of="a Boltzmann machine of bits")
    train, valid, test = map(shared_dataset, data)

    rng, sizes = np.random.RandomState(seed), (data.train.n_inputs, n_hidden, data.n_classes)
    model = DBN(rng, *sizes, dropout)
    pretraining = pretrain_batch_size, pretrain_learning_rate, cached
    layers = pretraining_steps(model, train, *pretraining, k=k)

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
