"""Train an RNN-NADE on pieces of music, whose likelihood is exact, then let it compose."""

from dltut.commands import flags
from dltut.commands.run import Musical

from typing import Literal

import numpy as np

from dltut import shared_dataset
from dltut.machine.arguments import Count, Seed, Size
from dltut.machine.notices import say
from dltut.models import RNNNADE
from dltut.optim import adam, sgd
from dltut.tasks import Music
from dltut.training import (
    Monitor,
    NoImprovement,
    Order,
    minibatch_function,
    minibatch_functions,
    ratios,
)

RULES = {"adam": adam, "sgd": sgd}


def main(
    run: Musical,
    learning_rate: float = 0.001,
    rule: Literal["adam", "sgd"] = "adam",
    n_hidden: int = 150,
    n_recurrent: int = 100,
    batch_size: int = 1,
    max_epochs: Count = 200,
    patience: Count = 10,
    dt: float = 0.3,
    longest: Size = 100,
    n_steps: Size = 200,
    seed: Seed = 0xBEEF,
):
    """Train an RNN-NADE on made-up tunes, chorales, or MIDI files of your own.

    Parameters
    ----------
    rule : str
        How the parameters follow the gradient.
    n_hidden : int
        Hidden units of the distribution of a frame.
    n_recurrent : int
        Units that remember the frames before.
    batch_size : int
        Pieces at a time.
    patience : int
        Stop after so many epochs without a better validation.
    dt : float
        Seconds of a frame, for MIDI files.
    longest : int
        Pieces to train on are cut into pieces of so many frames.
    n_steps : int
        Frames to compose.
    """
    data = run.data(dt=dt, longest=longest)
    train, valid, test = map(shared_dataset, data)

    frames, length = train.frames.type("frames"), train.length.type("length")
    model = RNNNADE(np.random.RandomState(seed), data.inputs.n_notes, n_hidden, n_recurrent)
    cost = model.cost(frames, length)
    updates = RULES[rule](cost, model.params, learning_rate)
    order = Order(train, "bucketed", batch_size, seed, data.train.length)
    step = minibatch_function(
        cost, [frames, length], train, batch_size, updates, order.partial, order=order.rows
    )
    splits = {"valid": valid, "test": test}
    measures = model.measures(frames, length)
    measured = minibatch_functions(measures, [frames, length], splits, 10, at_once=10)
    monitor = Monitor(ratios(measured, "frames"), watch="valid_log_likelihood")
    task = Music(data.inputs, n_steps)
    log = run.train(step, model, max_epochs, [order, monitor, NoImprovement(patience)], task=task)
    if not run.dry_run:
        task.write_songs(model, run.folder)
        say(task.report(model, data.test))
    return log


if __name__ == "__main__":
    flags.run(main)
