"""Train a U-Net to say of each pixel of a picture which class it has."""

from dltut.commands import flags
from dltut.commands.run import Segmented

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut.datasets import Augmentation
from dltut.machine.arguments import Amount, Count, Decay, Seed, Size
from dltut.machine.shared import as_floatX
from dltut.models import UNet
from dltut.optim import adam
from dltut.optim.schedules import exponential
from dltut.tasks import task_of
from dltut.training import (
    Augment,
    Monitor,
    NoImprovement,
    Order,
    Scheduled,
    minibatch_function,
)


def main(
    run: Segmented,
    learning_rate: float = 1e-4,
    decay: Decay = 1.0,
    n_filters: Size = 64,
    depth: Size = 4,
    dropout: Amount = 0.0,
    batch_norm: bool = True,
    rotation: Amount = 25.0,
    shear: Amount = 0.41,
    warp: Amount = 10.0,
    flips: bool = True,
    crop: tuple[int, ...] = (224, 224),
    batch_size: Size = 5,
    max_epochs: Count = 750,
    patience: Size = 100,
    seed: Seed = 1234,
):
    """Train a U-Net on pictures and masks.

    Parameters
    ----------
    decay : float
        What the learning rate is multiplied by after each epoch.
    n_filters : int
        Maps at full size; a quick run takes 8 at most.
    depth : int
        How often the maps are halved; a quick run does it twice at most.
    dropout : float
        Share of the smallest maps that is dropped while training.
    batch_norm : bool
        Whether maps are normalised by their means and variances in the minibatch.
    rotation, shear, warp : float
        How far training pictures are turned (degrees), sheared and warped (pixels).
    flips : bool
        Whether half of them are seen in a mirror, or upside down.
    crop : ints
        Rows and columns of the parts that are learned from; of smaller pictures, all of them.
    patience : int
        Epochs without a better mean intersection over union, before it stops.
    """
    data = run.data()
    task = task_of(data)
    sides = tuple(map(min, crop, data.image_shape[1:]))
    moves = Augmentation(flips, flips, rotation, shear, min(warp, min(sides) / 20), crop=sides)
    augment = Augment(data.train, data.image_shape, moves, seed)
    x, y = pt.matrix("x"), pt.itensor3("y")

    if run.quick:
        n_filters, depth = min(n_filters, 8), min(depth, 2)
    sizes = augment.image_shape, data.n_outputs, n_filters, depth
    kind = {"dropout": dropout, "batch_norm": batch_norm}
    model = UNet(np.random.RandomState(seed), *sizes, **kind)
    cost = task.cost(model(x, train=True), y)
    rate = pytensor.shared(as_floatX(learning_rate), name="learning_rate")
    updates = adam(cost, model.params, rate)

    batch_size = min(batch_size, len(data.train))
    order = Order(augment.split, "even_shuffled_sequential", batch_size, seed)
    step = minibatch_function(cost, [x, y], augment.split, batch_size, updates, order=order.rows)
    measured = task.pixel_measures(model, {"valid": data.valid, "test": data.test})
    monitor = Monitor(measured, watch="valid_iou", lower=task.lower)
    falling = Scheduled(rate, exponential(learning_rate, 1 / decay))
    extensions = [augment, order, falling, monitor, NoImprovement(patience)]
    return run.train(step, model, max_epochs, extensions, task=task)


if __name__ == "__main__":
    flags.run(main)
