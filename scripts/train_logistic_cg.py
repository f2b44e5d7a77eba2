"""Train logistic regression on the whole training set at once, by conjugate gradients."""

from dltut.commands import flags
from dltut.commands.run import Run

import pytensor

from dltut import shared_dataset
from dltut.machine.arguments import Count
from dltut.models import LogisticRegression
from dltut.optim import conjugate_gradient
from dltut.tasks import task_of
from dltut.training import Monitor, minibatch_function, minibatch_functions


def main(run: Run, batch_size: int = 600, max_epochs: Count = 50):
    """Train logistic regression on handwritten digits by conjugate gradients.

    Parameters
    ----------
    batch_size : int
        Examples worked on at a time; the gradient is that of all minibatches together.
    max_epochs : int
        Iterations of the search at most.
    """
    data = run.data()
    task = task_of(data)
    train, valid, test = map(shared_dataset, data)

    x, y = train.x.type("x"), train.y.type("y")
    model = LogisticRegression(data.train.n_inputs, data.n_outputs)
    scores = model(x)
    cost = task.cost(scores, y)
    part = [cost, *pytensor.grad(cost, model.params)]

    step = conjugate_gradient(minibatch_function(part, [x, y], train, batch_size), model.params)
    splits, measures = {"valid": valid, "test": test}, task.measures(scores, y)
    measured = minibatch_functions(measures, [x, y], splits, batch_size, run.partial)
    monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)
    return run.train(step, model, max_epochs, [monitor])


if __name__ == "__main__":
    flags.run(main)
