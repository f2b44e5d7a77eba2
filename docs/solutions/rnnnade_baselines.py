"""What is known of a frame without a network: how often each note sounds, and what sounded last."""

import numpy as np

from dltut.datasets import music

data = music.load("tunes")


def rows(split):
    """Pairs of frames that follow one another, (n, 88) each."""
    pairs = [(f[: n - 1], f[1:n]) for f, n in zip(split.frames, split.length, strict=True)]
    return (np.concatenate(each) for each in zip(*pairs, strict=True))


def log_likelihood(p, v):
    """Nats a frame of independent notes."""
    return np.mean((v * np.log(p) + (1 - v) * np.log(1 - p)).sum(axis=1))


before, after = rows(data.train)
earlier, later = rows(data.test)
alone = (after.sum(axis=0) + 0.1) / (len(after) + 0.2)
repeated = [
    ((after * (before == on)).sum(axis=0) + 0.1) / ((before == on).sum(axis=0) + 0.2)
    for on in (0, 1)
]
first = log_likelihood(alone, later)
second = log_likelihood(np.where(earlier == 1, repeated[1], repeated[0]), later)
print(f"each note by itself: {first:.2f} nats a frame; after the frame before: {second:.2f}")
assert first < second < -1
