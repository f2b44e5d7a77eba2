"""Train FCN-8, VGG-16 slid over whole pictures, to say of each pixel which class it has."""

from dltut.commands import flags
from dltut.commands.run import Segmented

from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut.datasets import Augmentation
from dltut.machine.arguments import Amount, Count, Decay, Seed, Size
from dltut.machine.serialize import read_arrays, set_named_values
from dltut.machine.shared import as_floatX
from dltut.models import FCN8
from dltut.nn import l2
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
    widths: tuple[int, ...] = (64, 128, 256, 512, 512),
    n_hidden: Size = 4096,
    pad: int = 100,
    dropout: Amount = 0.5,
    l2_reg: Amount = 0.0,
    pretrained: Path | None = None,
    frozen: bool = False,
    crop: tuple[int, ...] = (224, 224),
    batch_size: Size = 10,
    max_epochs: Count = 750,
    patience: Size = 100,
    seed: Seed = 1234,
):
    """Train FCN-8 on pictures and masks.

    Parameters
    ----------
    decay : float
        What the learning rate is multiplied by after each epoch.
    widths : ints
        Maps of the convolutions before each of the five pools; a quick run takes 8 at most.
    n_hidden : int
        Maps of the two layers that are fully connected in VGG-16; a quick run takes 32 at most.
    pad : int
        Zeros around the picture; below 0, convolutions keep the size instead, as in a quick run.
    dropout : float
        Behind each of these two layers.
    l2_reg : float
        Weight of the sum of the squared weights in the cost.
    pretrained : path
        A model file whose parameters of the same names the layers of VGG-16 begin with.
    frozen : bool
        Whether these layers stay as they are.
    crop : ints
        Rows and columns of the parts that are learned from; of smaller pictures, all of them.
    patience : int
        Epochs without a better mean intersection over union, before it stops.
    """
    data = run.data()
    task = task_of(data)
    sides = tuple(map(min, crop, data.image_shape[1:]))
    moves = Augmentation(flip_columns=True, crop=sides)
    augment = Augment(data.train, data.image_shape, moves, seed)
    x, y = pt.matrix("x"), pt.itensor3("y")

    if run.quick:
        widths, n_hidden, pad = [min(n, 8) for n in widths], min(n_hidden, 32), -1
    rng, border = np.random.RandomState(seed), None if pad < 0 else pad
    sizes = augment.image_shape, data.n_outputs, widths, n_hidden
    model = FCN8(rng, *sizes, pad=border, dropout=dropout)
    if pretrained is not None:
        names = {each.name for each in model.trunk}
        arrays = {name: each for name, each in read_arrays(pretrained)[0].items() if name in names}
        set_named_values(model.trunk, arrays, str(pretrained))
    cost = task.cost(model(x, train=True), y) + l2_reg * l2(model.weights)
    fixed = set(model.trunk) if frozen else set()
    rate = pytensor.shared(as_floatX(learning_rate), name="learning_rate")
    updates = adam(cost, [each for each in model.params if each not in fixed], rate)

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
