"""Train a multilayer perceptron once for each fold, and tell the mean of what was measured."""

from dltut.commands import flags

import numpy as np

from dltut import shared_dataset
from dltut.datasets import cross_validated, load, mean_and_deviation
from dltut.machine.arguments import Seed, Size
from dltut.machine.config import configure
from dltut.machine.notices import say
from dltut.models import MLP
from dltut.optim import sgd
from dltut.tasks import task_of
from dltut.training import Monitor, Trainer, minibatch_function, minibatch_functions


def main(
    dataset: str = "auto",
    n_folds: Size = 5,
    n_hidden: int | tuple[int, ...] = 100,
    learning_rate: float = 0.1,
    batch_size: Size = 20,
    max_epochs: Size = 10,
    seed: Seed = 1234,
):
    """Cross-validate a multilayer perceptron.

    Parameters
    ----------
    dataset : str
        As `dltut.datasets.load` takes it.
    n_folds : int
        Each fold of the training and validation examples is the validation part once.
    n_hidden : int
        Units of each hidden layer.
    learning_rate : float
        The length of a step.
    batch_size : int
        Examples a step.
    max_epochs : int
        Of each training, whose best epoch counts.
    seed : int
        Of the folds and of the weights.
    """
    configure()

    def train(fold):
        task = task_of(fold)
        columns = {part: shared_dataset(getattr(fold, part)) for part in ("train", "valid", "test")}
        x, y = columns["train"].x.type("x"), columns["train"].y.type("y")
        rng = np.random.RandomState(seed)
        model = MLP(rng, fold.train.n_inputs, n_hidden, fold.n_outputs)
        scores = model(x)
        cost = task.cost(scores, y)
        updates = sgd(cost, model.params, learning_rate)
        step = minibatch_function(cost, [x, y], columns.pop("train"), batch_size, updates)
        measured = minibatch_functions(task.measures(scores, y), [x, y], columns, 500)
        monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)
        log = Trainer(step, extensions=[monitor]).run(max_epochs)
        best = {name: log.best_row[name] for name in measured}
        say(", ".join(f"{name} {value:.4g}" for name, value in best.items()))
        return best

    print(mean_and_deviation(cross_validated(train, load(dataset), n_folds, seed)))


if __name__ == "__main__":
    flags.run(main)
