"""Train a character model on a text, and let it write."""

from dltut.commands import flags
from dltut.commands.run import Run

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor

from dltut import shared_dataset
from dltut.datasets import characters
from dltut.machine.arguments import Amount, Count, Seed, Size
from dltut.machine.files import atomic
from dltut.machine.notices import say
from dltut.models import CharacterModel, Writer
from dltut.optim import adam, clip_gradient_norm
from dltut.tasks import Writing
from dltut.training import EachEpoch, Monitor, minibatch_function

PAGES = Path(__file__).parents[1] / "docs"


def main(
    run: Run,
    text: tuple[Path, ...] = (),
    n_hidden: tuple[int, ...] = (256,),
    n_embedding: Size = 64,
    cell: Literal["lstm", "gru", "elman"] = "lstm",
    steps: Size = 64,
    batch_size: int = 32,
    learning_rate: float = 0.003,
    clip_norm: float = 5.0,
    max_epochs: Count = 20,
    temperature: Amount = 0.7,
    n_written: Size = 400,
    seed: Seed = 1234,
):
    """Train a recurrent network to tell which character comes next.

    Parameters
    ----------
    text : paths
        Text files; default: the tutorial pages of this project, which are nothing like literature
        but are at hand.
    n_hidden : ints
        Units of each recurrent layer.
    n_embedding : int
        The length of the vector that stands for a character.
    cell : str
        lstm, gru or elman.
    steps : int
        Characters through which gradients go back.
    clip_norm : float
        The largest norm of a gradient.
    temperature : float
        Of the samples: below 1 the probable becomes more probable.
    n_written : int
        Characters of a sample.
    """
    paths = text or sorted(PAGES.glob("tutorial/*.rst"))
    most, batch_size = (40_000, min(batch_size, 8)) if run.quick else (None, batch_size)
    data = run.own_data(lambda: characters.load(paths, steps, batch_size, most))
    task = Writing(data.inputs, data.targets, temperature, n_written, seed)
    train, valid, test = map(shared_dataset, data)

    inputs = [column.type(name) for name, column in train.columns.items()]
    x, begins, y = inputs
    model = CharacterModel(np.random.RandomState(seed), data.n_classes, n_hidden, n_embedding, cell)
    cost = task.cost(model.carried(x, begins, batch_size), y)
    slopes = clip_gradient_norm(pytensor.grad(cost, model.params), clip_norm)
    updates = adam(slopes, model.params, learning_rate)
    step = minibatch_function(cost, inputs, train, batch_size, updates)
    measured = {}
    for part, split in {"valid": valid, "test": test}.items():  # each from its own beginning
        scores = model.carried(x, begins, batch_size, name=part)
        bits = task.measures(scores, y)["bits"]
        measured[f"{part}_bits"] = minibatch_function(bits, inputs, split, batch_size)
    monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)

    write = Writer(model)

    def sample(log):
        """Write something, and keep it."""
        rng = np.random.default_rng([seed, log.epoch])
        written = data.inputs.text(write(data.test.characters[0], n_written, temperature, rng))
        for line in [f"epoch {log.epoch} writes:", *written.split("\n")]:
            say(line)
        if not run.dry_run:
            with atomic(run.folder / f"sample_at_epoch_{log.epoch}.txt", "w") as file:
                file.write(written)

    return run.train(step, model, max_epochs, [monitor, EachEpoch(sample)], task=task)


if __name__ == "__main__":
    flags.run(main)
