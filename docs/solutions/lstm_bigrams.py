"""Words and pairs of words in a linear model; name imdb for the real reviews."""

import sys

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit

from dltut.datasets import load

data = load(sys.argv[1] if sys.argv[1:] else "toy-reviews", n_words=30_000)
N = 2**20 if len(data.train) > 10_000 else 2**12  # places that words and pairs share


def counts(split):
    """Whether a word or a pair is in a text: (n, N), scaled so that each text has length 1."""
    rows, places = [], []
    for row, words in enumerate(split.words):
        words = words[words > 0].astype(np.int64)
        pairs = 30_000 * words[:-1] + words[1:]
        found = np.unique(np.concatenate([words, 7919 + pairs * 2654435761]) % N)
        rows.append(np.full(len(found), row))
        places.append(found)
    rows, places = np.concatenate(rows), np.concatenate(places)
    lengths = np.bincount(rows)
    return csr_matrix((lengths[rows] ** -0.5, (rows, places)), shape=(len(split), N))


train, valid, test = (counts(split) for split in data)
# a word that is everywhere says little
weights = np.log((1 + train.shape[0]) / (1 + np.asarray((train > 0).sum(axis=0))[0])) + 1
train, valid, test = (part.multiply(weights).tocsr() for part in (train, valid, test))
signs = 2.0 * data.train.y - 1


def fitted(decay):
    """The weights of logistic regression with a penalty on their squares."""

    def cost(w):
        margins = signs * (train @ w)
        gradient = -(train.T @ (signs * expit(-margins))) + 2 * decay * w
        return np.logaddexp(0, -margins).sum() + decay * w @ w, gradient

    return minimize(cost, np.zeros(N), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x


def accuracy(x, split, w):
    """The share of texts on the right side."""
    return float((((x @ w) > 0) == (split.y == 1)).mean())


models = {decay: fitted(decay) for decay in (0.003, 0.03, 0.3)}
best = max(models, key=lambda decay: accuracy(valid, data.valid, models[decay]))
found = accuracy(valid, data.valid, models[best]), accuracy(test, data.test, models[best])
print(f"decay {best}: validation {100 * found[0]:.2f} %, test {100 * found[1]:.2f} % right")
assert found[1] > 0.85
