"""Train an RNN-RBM on pieces of music, then let it compose."""

from dltut.commands import flags
from dltut.commands.run import Musical

from typing import Literal

import numpy as np

from dltut import shared_dataset
from dltut.machine.arguments import Count, Seed, Size
from dltut.machine.notices import say
from dltut.models import RNNRBM, log_likelihood
from dltut.optim import adam, sgd
from dltut.tasks import Music
from dltut.training import Monitor, Order, minibatch_function, minibatch_functions, ratios

RULES = {"adam": adam, "sgd": sgd}


def main(
    run: Musical,
    learning_rate: float = 0.001,
    rule: Literal["adam", "sgd"] = "sgd",
    n_hidden: int = 150,
    n_recurrent: int = 100,
    k: Size = 15,
    batch_size: int = 1,
    max_epochs: Count = 200,
    valid_every: Size = 5,
    dt: float = 0.3,
    longest: Size = 100,
    n_steps: Size = 200,
    n_chains: Count = 0,
    n_temperatures: Size = 1000,
    most_frames: Size = 1000,
    seed: Seed = 0xBEEF,
):
    """Train an RNN-RBM on made-up tunes, chorales, or MIDI files of your own.

    Parameters
    ----------
    rule : str
        How the parameters follow the gradient.
    n_hidden : int
        Hidden units of the Boltzmann machine of a frame.
    n_recurrent : int
        Units that remember the frames before.
    k : int
        Gibbs steps from each frame (CD-k).
    batch_size : int
        Pieces at a time.
    valid_every : int
        Epochs from one validation to the next.
    dt : float
        Seconds of a frame, for MIDI files.
    longest : int
        Pieces to train on are cut into pieces of so many frames.
    n_steps : int
        Frames to compose.
    n_chains, n_temperatures, most_frames : int
        The log-likelihood of the test pieces is estimated at the end by annealed importance
        sampling, with so many chains and temperatures for each frame, on at most so many frames;
        0 chains: it is not.
    """
    data = run.data(dt=dt, longest=longest)
    train, valid = shared_dataset(data.train), shared_dataset(data.valid)

    frames, length = train.frames.type("frames"), train.length.type("length")
    model = RNNRBM(np.random.RandomState(seed), data.inputs.n_notes, n_hidden, n_recurrent)
    cost, updates = model.cost_updates(frames, length, learning_rate, k, RULES[rule])
    order = Order(train, "bucketed", batch_size, seed, data.train.length)
    step = minibatch_function(
        cost, [frames, length], train, batch_size, updates, order.partial, order=order.rows
    )
    measured = minibatch_functions(
        model.measures(frames, length), [frames, length], {"valid": valid}, 10, at_once=10
    )
    every = (1 if run.quick else valid_every) * step.n_batches
    watch, called = "valid_pseudo_likelihood", "cross-entropy"
    monitor = Monitor(ratios(measured, "frames"), every=every, watch=watch, cost_name=called)
    task = Music(data.inputs, n_steps)
    log = run.train(step, model, max_epochs, [order, monitor], task=task)
    if not run.dry_run:
        task.write_songs(model, run.folder)
        say(task.report(model, data.test))
    if n_chains and not run.dry_run:
        found = log_likelihood(model, *data.test, n_chains, n_temperatures, most_frames, seed)
        say(f"log-likelihood, test: {found}")
    return log


if __name__ == "__main__":
    flags.run(main)
