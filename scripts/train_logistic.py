"""Train logistic regression by minibatch gradient descent with early stopping."""

from dltut.commands import flags
from dltut.commands.run import Run

import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.machine.arguments import Count
from dltut.models import LogisticRegression
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import sgd
from dltut.training import Monitor, Patience, minibatch_function


def main(
    run: Run,
    learning_rate: float = 0.13,
    batch_size: int = 600,
    max_epochs: Count = 1000,
    patience: Count = 5000,
):
    """Train logistic regression on handwritten digits."""
    data = run.data()
    train, valid, test = map(shared_dataset, data)

    x, y = pt.matrix("x"), pt.ivector("y")
    model = LogisticRegression(data.train.n_inputs, data.n_classes)
    scores = model(x)
    cost = negative_log_likelihood(scores, y)
    updates = sgd(cost, model.params, learning_rate)

    step = minibatch_function(cost, [x, y], train, batch_size, updates)
    valid_error, test_error = (
        minibatch_function(errors(scores, y), [x, y], split, batch_size) for split in (valid, test)
    )
    extensions = [Monitor(valid_error, test_error), Patience(patience)]
    return run.train(step, model, max_epochs, extensions)


if __name__ == "__main__":
    flags.run(main)
