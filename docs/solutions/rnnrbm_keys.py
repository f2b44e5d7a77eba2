"""Every piece in other keys: a roll that moves along its columns."""

import numpy as np

from dltut.datasets import music


def moved(roll, steps):
    """A roll (frames, notes) so many half tones higher; what leaves the piano is left out."""
    result = np.zeros_like(roll)
    if steps >= 0:
        result[:, steps:] = roll[:, : roll.shape[1] - steps]
    else:
        result[:, :steps] = roll[:, -steps:]
    return result


data = music.load("tunes")
lost = sum(
    roll.sum() - moved(roll, steps).sum() for roll in data.train.frames for steps in range(-5, 6)
)
print(f"notes left out: {int(lost)}")
assert lost == 0
[first] = music.notes_of(data.train.frames[0][:1], data.inputs)
[higher] = music.notes_of(moved(data.train.frames[0], 2)[:1], data.inputs)
assert higher == [note + 2 for note in first]
assert moved(np.eye(3), 2).tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
