"""A nearest neighbour forecasts a random walk: in parts of time, and shuffled before the split."""

import numpy as np

rng = np.random.default_rng(1)
walk = np.cumsum(rng.normal(size=(1500, 4)), axis=0)  # four columns
now, y = walk[:-10], walk[10:, 0]  # windows of one step, ten steps ahead of the first column


def error(order):
    """Root of the mean square, learned from the first 80 % of the windows in an order."""
    known, asked = np.split(order, [int(0.8 * len(order))])
    distance = ((now[asked][:, None] - now[known][None]) ** 2).sum(axis=2)
    said = y[known][distance.argmin(axis=1)]
    return np.sqrt(((said - y[asked]) ** 2).mean())


honest, leaked = error(np.arange(len(now))), error(rng.permutation(len(now)))
stays = np.sqrt(((now[:, 0] - y) ** 2).mean())
print(f"in parts of time {honest:.2f}, shuffled first {leaked:.2f}, persistence {stays:.2f}")
assert leaked < stays < honest  # a window's neighbours in time had the answer in them
