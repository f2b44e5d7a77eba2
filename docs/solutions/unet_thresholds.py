"""Two thresholds of grey, which are all that a pixel by itself can tell; here on shapes."""

import numpy as np

from dltut.datasets import shapes
from dltut.tasks import task_of


def with_thresholds(data, levels=32):
    """The mean intersection over union of the best class for each of so many levels of grey."""
    task, n = task_of(data), data.n_classes

    def level(split):
        return np.minimum((split.x.reshape(split.y.shape) * levels).astype(int), levels - 1)

    train, counted = level(data.train), data.train.y >= 0
    votes = np.zeros((n, levels))
    np.add.at(votes, (data.train.y[counted], train[counted]), 1)
    votes /= votes.sum(axis=1, keepdims=True)  # rare classes shall count as much as common ones
    said = votes.argmax(axis=0)[level(data.test)]
    return task.mean_iou(task.counts(data.test.y, said))


iou = with_thresholds(shapes.shapes(counts=(400, 1, 200)))
print(f"shapes: {iou:.3f}")
assert iou < 0.4
# The head: with_thresholds(load("brain", task="segmentation")), after python -m dltut data brain
