"""Train logistic regression by minibatch gradient descent with early stopping."""

from dltut.commands import flags
from dltut.commands.run import Run

from dltut import shared_dataset
from dltut.machine.arguments import Count
from dltut.models import LogisticRegression
from dltut.optim import sgd
from dltut.tasks import task_of
from dltut.training import Monitor, Patience, minibatch_function, minibatch_functions


def main(
    run: Run,
    learning_rate: float = 0.13,
    batch_size: int = 600,
    max_epochs: Count = 1000,
    patience: Count = 5000,
):
    """Train logistic regression on handwritten digits, or on data of your own."""
    data = run.data()
    task = task_of(data)
    train, valid, test = map(shared_dataset, data)

    x, y = train.x.type("x"), train.y.type("y")
    model = LogisticRegression(data.train.n_inputs, data.n_outputs)
    scores = model(x)
    cost = task.cost(scores, y)
    updates = sgd(cost, model.params, learning_rate)

    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    splits, measures = {"valid": valid, "test": test}, task.measures(scores, y)
    measured = minibatch_functions(measures, [x, y], splits, batch_size, run.partial)
    monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)
    return run.train(step, model, max_epochs, [monitor, Patience(patience)])


if __name__ == "__main__":
    flags.run(main)
