"""Pictures that are moved while others are learned: the same whenever they are made."""

import threading

import numpy as np
import pytest

from dltut.datasets import Augmentation, Split, augmented
from dltut.datasets.shapes import shapes
from dltut.exceptions import InputError
from dltut.training import Augment, Trainer

HOW = Augmentation(flip_columns=True, rotation=20, crop=(20, 24))


def seen(augment, *epochs):
    """What a step sees in each epoch of runs up to these."""
    found = []

    def step(index):
        if index == 0:
            found.append((augment.split.x.get_value().copy(), augment.split.y.get_value().copy()))
        return 0.0

    trainer = Trainer(step, n_batches=2, extensions=[augment])
    for last in epochs:
        trainer.run(last)
    return found


def test_every_epoch_is_what_seed_and_number_say():
    data = shapes(32, (4, 2, 2))
    whole = seen(Augment(data.train, data.image_shape, HOW, seed=3), 3)
    parts = seen(Augment(data.train, data.image_shape, HOW, seed=3), 1, 3)
    assert len(whole) == len(parts) == 3
    for epoch, (one, other) in enumerate(zip(whole, parts, strict=True), start=1):
        x, y = augmented(data.train.x.reshape(-1, 1, 32, 32), data.train.y, HOW, 3, epoch)
        for found_x, found_y in (one, other):
            np.testing.assert_array_equal(found_x, x.reshape(4, -1).astype(found_x.dtype))
            np.testing.assert_array_equal(found_y, y)
    assert (whole[0][0] != whole[1][0]).any()


def test_the_next_epoch_is_made_by_another_thread():
    makers = []

    class Watched(Augmentation):
        def __call__(self, x, y, rng):
            makers.append(threading.current_thread().name)
            return super().__call__(x, y, rng)

    data = shapes(32, (3, 2, 2))
    augment = Augment(data.train, data.image_shape, Watched(crop=(20, 20)), seed=1)
    makers.clear()
    seen(augment, 3)
    assert [name.startswith("augment") for name in makers[-6:]] == [True] * 6
    assert augment.image_shape == (1, 20, 20)


def test_masks_of_other_sizes():
    split = Split(x=np.zeros((2, 64)), y=np.zeros((2, 8, 7), int))
    with pytest.raises(InputError, match=r"^masks of \(8, 7\) do not belong to pictures of \(1, 8"):
        Augment(split, (1, 8, 8), Augmentation(), 1)
