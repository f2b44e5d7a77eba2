"""Train a recurrent network to fill the slots of a request: a tag for every word."""

from dltut.commands import flags
from dltut.commands.run import Run

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pytensor

from dltut import shared_dataset
from dltut.machine.arguments import Amount, Count, Seed
from dltut.machine.shared import as_floatX
from dltut.models import BidirectionalTagger, WindowTagger
from dltut.optim import adam, max_norm, sgd
from dltut.tasks import task_of
from dltut.training import HalveOnNoImprovement, Monitor, Order, minibatch_function


@dataclass
class Tagged(Run):
    """A run on sentences whose words have tags.

    Parameters
    ----------
    dataset : str
        auto (SNIPS or ATIS where the data folder has it, else generated sentences), or the path of
        a fold of ATIS, of a file with a word and its tag a line, or of a folder of such files or of
        SNIPS.
    """

    task: Literal["tagging"] = "tagging"


def main(
    run: Tagged,
    model: Literal["elman", "bilstm"] = "elman",
    learning_rate: float | None = None,
    n_embedding: int | None = None,
    n_hidden: int | None = None,
    window: int = 7,
    dropout: Amount = 0.5,
    word_dropout: Amount = 0.1,
    coherent: bool | None = None,
    batch_size: int | None = None,
    max_epochs: Count = 60,
    seed: Seed = 345,
):
    """Train a network to say which words of a request are the value of what.

    Parameters
    ----------
    model : str
        elman, the published one, learns from a sentence at a time; bilstm, two LSTMs, one from
        either end, from several.
    learning_rate : float
        To begin with; default: 0.0970806646812754, for bilstm 0.002.
    n_embedding : int
        Length of a word's vector; default: 50, for bilstm 100.
    n_hidden : int
        Units that remember; default: 200, for bilstm 100 in each direction.
    window : int
        How many words elman sees at a time.
    dropout, word_dropout : float
        Of bilstm, while training: the share of values that are dropped, and of words that are made
        unknown.
    coherent : bool
        Whether a slot goes on only where it has begun, in what is answered; default: for bilstm.
    batch_size : int
        Sentences in a minibatch; default: 1, for bilstm 16.
    """
    data = run.data()
    task = replace(task_of(data), coherent=model == "bilstm" if coherent is None else coherent)
    train = shared_dataset(data.train)
    words, y = train.words.type("words"), train.y.type("y")

    sizes = len(data.inputs.vocabulary), len(data.targets.names)
    rng = np.random.RandomState(seed)
    if model == "elman":
        network = WindowTagger(rng, *sizes, n_embedding or 50, window, n_hidden or 200)
    else:
        hidden = n_embedding or 100, n_hidden or 100
        network = BidirectionalTagger(rng, *sizes, *hidden, dropout, word_dropout)
    cost = task.cost(network(words, train=True), y)

    first = learning_rate or (0.0970806646812754 if model == "elman" else 0.002)
    rate = pytensor.shared(as_floatX(first), name="learning_rate")
    rule = sgd if model == "elman" else adam
    updates = rule(cost, network.params, rate)
    if model == "elman":  # each word's vector has length 1
        updates = max_norm(updates, [network.embedding.W], limit=1, least=1, axes=1)
    lengths = (data.train.words != 0).sum(axis=1)
    order = Order(train, "bucketed", batch_size or (1 if model == "elman" else 16), seed, lengths)
    step = minibatch_function(
        cost, [words, y], train, order.batch_size, updates, partial="keep", order=order.rows
    )
    measured = task.chunk_measures(network, {"valid": data.valid, "test": data.test})
    monitor = Monitor(measured, watch="valid_f1")
    lowered = {"again": 1, "back_to_best": True} if model == "elman" else {"n_epochs": 3}
    halve = HalveOnNoImprovement(rate, floor=1e-5 / first, **lowered)
    return run.train(step, network, max_epochs, [order, monitor, halve], task=task)


if __name__ == "__main__":
    flags.run(main)
