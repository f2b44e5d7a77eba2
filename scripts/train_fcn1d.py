"""Train a one-dimensional convolutional network to say of each step of a ray where it is."""

from dltut.commands import flags
from dltut.commands.run import Run

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.machine.arguments import Amount, Count, Decay, Seed, Size
from dltut.machine.shared import as_floatX
from dltut.models import FCN1D
from dltut.nn import l2
from dltut.optim import adam
from dltut.optim.schedules import exponential
from dltut.tasks import task_of
from dltut.training import Monitor, NoImprovement, Order, Scheduled, minibatch_function


@dataclass
class Segmented(Run):
    """A run on rays with a class for each step.

    Parameters
    ----------
    dataset : str
        auto or rays, which are drawn from a seed, or the path of a folder with training_raw.txt,
        training_geo.txt and training_cls.txt.
    """

    task: Literal["segmentation"] = "segmentation"


def main(
    run: Segmented,
    learning_rate: float = 5e-4,
    decay: Decay = 0.99,
    l2_reg: Amount = 1e-3,
    n_filters: Size = 64,
    kernel_size: Size = 25,
    depth: Size = 8,
    block: Literal["bn_relu_conv", "conv_bn_relu"] = "bn_relu_conv",
    batch_size: Size = 1024,
    max_epochs: Count = 500,
    patience: Size = 25,
    seed: Seed = 1234,
):
    """Train a one-dimensional convolutional network on rays.

    Parameters
    ----------
    decay : float
        What the learning rate is multiplied by after each epoch.
    l2_reg : float
        Weight of the sum of the squared weights in the cost.
    n_filters : int
        Maps of every block; a quick run takes 8 at most.
    kernel_size : int
        Steps that a filter sees.
    depth : int
        Blocks; a quick run has 2 at most.
    block : str
        bn_relu_conv, the published one, or conv_bn_relu.
    patience : int
        Epochs without a better mean intersection over union, before it stops.
    """
    data = run.data("rays")
    task = task_of(data)
    train = shared_dataset(data.train)
    x, y = pt.matrix("x"), pt.imatrix("y")

    if run.quick:
        n_filters, depth = min(n_filters, 8), min(depth, 2)
    sizes = data.series_shape, data.n_outputs, n_filters, kernel_size, depth
    model = FCN1D(np.random.RandomState(seed), *sizes, block)
    cost = task.cost(model(x, train=True), y) + l2_reg * l2(model.weights)
    rate = pytensor.shared(as_floatX(learning_rate), name="learning_rate")
    updates = adam(cost, model.params, rate)

    batch_size = min(batch_size, len(data.train))
    order = Order(train, "shuffled_sequential", batch_size, seed)
    step = minibatch_function(
        cost, [x, y], train, batch_size, updates, order.partial, order=order.rows
    )
    measured = task.pixel_measures(model, {"valid": data.valid, "test": data.test}, batch_size=256)
    monitor = Monitor(measured, watch="valid_iou", lower=task.lower)
    falling = Scheduled(rate, exponential(learning_rate, 1 / decay))
    extensions = [order, falling, monitor, NoImprovement(patience)]
    return run.train(step, model, max_epochs, extensions, task=task)


if __name__ == "__main__":
    flags.run(main)
