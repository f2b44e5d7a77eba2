"""Train logistic regression on the whole training set at once, by conjugate gradients.

There is no --resume: a search that begins again forgets its directions, and a whole one takes less
than a minute.
"""

from math import inf
from pathlib import Path
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_run
from dltut.datasets import load
from dltut.machine.config import configure
from dltut.models import LogisticRegression, save_model
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import minimise
from dltut.training import Log, minibatch_function, open_run, rehearse
from dltut.training.checkpoint import BEST
from dltut.training.display import lines, summary
from dltut.training.interrupt import handling_ctrl_c
from dltut.training.log import append_log


def main(
    dataset: str = "auto",
    data_dir: Path | None = None,
    run_dir: Path | None = None,
    batch_size: int = 600,
    max_epochs: int = 50,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train logistic regression on handwritten digits by conjugate gradients.

    Parameters
    ----------
    batch_size : int
        Examples worked on at a time; the gradient is that of all minibatches together.
    max_epochs : int
        At most so many iterations of the search.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, valid, test = (shared_dataset(split) for split in data)

    x, y = pt.matrix("x"), pt.ivector("y")
    model = LogisticRegression(data.train.n_inputs, data.n_classes)
    scores = model(x)
    cost = negative_log_likelihood(scores, y)
    part = minibatch_function([cost, *pt.grad(cost, model.params)], [x, y], train, batch_size)
    valid_error, test_error = (
        minibatch_function(errors(scores, y), [x, y], split, batch_size) for split in (valid, test)
    )
    if dry_run:
        return rehearse(lambda index: part(index)[0], valid_error)

    run_dir = open_run(run_dir, "logistic-cg", arguments)
    report = Report(run_dir, model, data.facts, part, valid_error, test_error)
    n_iterations = 3 if quick else max_epochs
    with report.log.running(), handling_ctrl_c(report.stop):
        minimise(report.cost_and_gradients, model.params, n_iterations, report)
    report.end(n_iterations)
    return draw_run(run_dir, data)


class Report:
    """What is measured, kept and said after each iteration; the log counts them as epochs."""

    def __init__(self, run_dir, model, facts, part, valid_error, test_error):
        self.run_dir, self.model, self.facts = run_dir, model, facts
        self.part, self.valid_error, self.test_error = part, valid_error, test_error
        self.log = Log(n_batches=1)
        self.log.n_examples = {"valid": valid_error.n_examples, "test": test_error.n_examples}

    def cost_and_gradients(self):
        """Their averages over all minibatches."""
        rows = [self.part(index) for index in range(self.part.n_batches)]
        columns = zip(*rows, strict=True)
        self.log.cost, *gradients = (np.mean(each, axis=0, dtype="float64") for each in columns)
        return self.log.cost, gradients

    def __call__(self, n_iterations):
        """Write a row of the log and print it."""
        self.log.move_to(n_iterations - 1)
        self.log.append(self.row())
        append_log(self.run_dir, self.log, n_iterations - 1)
        print(*lines(self.log.rows[-1], self.log), sep="\n", flush=True)
        if self.log.stop_reason:
            raise StopIteration

    def row(self):
        """Cost and errors; the best model so far is saved, and tested."""
        log, error = self.log, self.valid_error.mean()
        row = {"epoch": log.epoch, "minibatch": 0, "iteration": log.iteration}
        # The last cost that the search asked for is the one that it settled on.
        row |= {"train_cost": log.cost, "valid_error": error}
        row["best"] = error < (log.best_row["valid_error"] if log.best_row else inf)
        if row["best"]:
            row["test_error"] = self.test_error.mean()
            save_model(self.run_dir / BEST, self.model, self.facts)
        return row

    def stop(self):
        """End the search after this iteration."""
        self.log.stop_reason = "interrupted"

    def end(self, n_iterations):
        """Print why and where the search ended, and what was best."""
        done = self.log.epoch == n_iterations
        reason = f"max_epochs = {n_iterations} reached" if done else "no direction leads lower"
        self.log.stop_reason = self.log.stop_reason or reason
        print(*summary(self.log), sep="\n")


if __name__ == "__main__":
    run(main)
