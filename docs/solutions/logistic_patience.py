"""Where early stopping with patience ends a run, from its validation errors alone."""

from math import inf


def last_minibatch(errors, n_batches, patience):
    """Epoch and minibatch, both counted from 1; the errors are those at the end of each epoch."""
    best = inf
    for epoch, error in enumerate(errors, start=1):
        for minibatch in range(n_batches):
            iteration = (epoch - 1) * n_batches + minibatch
            if minibatch + 1 == n_batches and error < best:
                if error < 0.995 * best:
                    patience = max(patience, 2 * iteration)
                best = error
            if patience <= iteration:
                return epoch, minibatch + 1
    return None


until_37 = [0.99**epoch for epoch in range(1, 38)] + [0.99**37] * 100
assert last_minibatch(until_37, n_batches=83, patience=5000) == (74, 82)

until_9 = [0.99**epoch for epoch in range(1, 10)] + [0.99**9] * 100
assert last_minibatch(until_9, n_batches=83, patience=2000) == (25, 9)
print("epoch 74, minibatch 82; epoch 25, minibatch 9")
