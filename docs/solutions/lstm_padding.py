"""How much of the work is padding: texts in any order, and texts of like length together."""

import numpy as np

from dltut.datasets import load
from dltut.training import row_order

words = load("toy-reviews").train.words
lengths = (words > 0).sum(axis=1)


def padding(order, batch_size=16):
    """The share of steps that are padding where minibatches are cut at their longest text."""
    batches = np.array_split(lengths[order], np.arange(batch_size, len(order), batch_size))
    n_steps = sum(len(batch) * batch.max() for batch in batches)
    return 1 - lengths.sum() / n_steps


rng = np.random.default_rng(1)
untrimmed = 1 - lengths.sum() / words.size
mixed = padding(row_order("shuffled_sequential", len(words), 16, rng))
together = padding(row_order("bucketed", len(words), 16, rng, lengths))
print(f"padding: {untrimmed:.0%} of all rows, {mixed:.0%} if mixed, {together:.0%} if bucketed")
assert together < 0.02 < 0.3 < mixed < untrimmed
