"""Train a recurrent network to tell whether a review is for its film or against it."""

from dltut.commands import flags
from dltut.commands.run import Run

from typing import Literal

import numpy as np

from dltut import shared_dataset
from dltut.machine.arguments import Amount, Count, Seed
from dltut.models import TextClassifier
from dltut.nn import l2
from dltut.optim import adadelta, adam, rmsprop, sgd
from dltut.tasks import task_of
from dltut.training import HistoryPatience, Monitor, Order, minibatch_function, minibatch_functions

RULES = {"adadelta": adadelta, "adam": adam, "rmsprop": rmsprop, "sgd": sgd}
RATES = {"adadelta": 1.0, "adam": 0.005, "rmsprop": 0.001, "sgd": 0.1}


def main(
    run: Run,
    n_hidden: Count = 128,
    cell: Literal["lstm", "gru", "elman"] = "lstm",
    bidirectional: bool = False,
    n_words: Count = 10_000,
    longest: Count = 100,
    longer: Literal["drop", "cut"] = "drop",
    dropout: Amount = 0.5,
    l2_reg: Amount = 0.0,
    rule: Literal["adadelta", "adam", "rmsprop", "sgd"] | None = None,
    learning_rate: float | None = None,
    batch_size: int = 16,
    valid_batch_size: int = 64,
    valid_every: Count = 370,
    max_epochs: Count = 100,
    patience: Count = 10,
    seed: Seed = 123,
):
    """Train a recurrent network on reviews of films, or on texts of your own.

    Parameters
    ----------
    n_hidden : int
        Units of the recurrent layer, in each direction, and numbers in a word's vector.
    cell : str
        The recurrent layer's.
    bidirectional : bool
        Whether a second cell reads each text from its end.
    n_words : int
        How many words are told apart, padding and unknown words among them.
    longest, longer : int, str
        Leave texts of so many words or more out of training and validation, as the tutorial does,
        or cut all texts to so many words.
    dropout : float
        Share of the mean state that is dropped while training.
    l2_reg : float
        Weight of the sum of squares of the output's weights.
    rule : str
        How the parameters follow the gradient; default: adadelta, and on the made-up reviews adam,
        which needs fewer of them.
    learning_rate : float
        Default: 1 for adadelta, 0.005 for adam, 0.001 for rmsprop, 0.1 for sgd.
    valid_batch_size : int
        Texts that are measured at a time.
    valid_every : int
        Minibatches from one validation to the next; at most an epoch.
    patience : int
        Stop after so many validations that are no better than so many before.
    """
    data = run.data("reviews", n_words=n_words, longest=longest, longer=longer)
    task = task_of(data)
    train, valid, test = map(shared_dataset, data)

    words, y = train.words.type("words"), train.y.type("y")
    n_numbers = len(data.inputs.vocabulary)
    rng = np.random.RandomState(seed)
    model = TextClassifier(rng, n_numbers, data.n_outputs, n_hidden, cell, bidirectional, dropout)
    cost = task.cost(model(words, train=True), y) + l2_reg * l2([model.output.W])
    rule = rule or ("adam" if data.name == "toy-reviews" else "adadelta")
    updates = RULES[rule](cost, model.params, learning_rate or RATES[rule])

    lengths = (data.train.words > 0).sum(axis=1)
    order = Order(train, "bucketed", batch_size, seed, lengths)
    step = minibatch_function(
        cost, [words, y], train, batch_size, updates, order.partial, order=order.rows
    )
    splits, measures = {"valid": valid, "test": test}, task.measures(model(words), y)
    measured = minibatch_functions(
        measures, [words, y], splits, valid_batch_size, run.partial, at_once=valid_batch_size
    )
    every = min(valid_every, step.n_batches)
    monitor = Monitor(measured, every=every, watch=f"valid_{task.watch}", lower=task.lower)
    return run.train(step, model, max_epochs, [order, monitor, HistoryPatience(patience)])


if __name__ == "__main__":
    flags.run(main)
