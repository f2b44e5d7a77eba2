"""Train denoising autoencoders, without noise and with it, to compare what they look for."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.flags import run
from dltut.commands.report import draw_filters, draw_run
from dltut.datasets import load
from dltut.machine.config import configure
from dltut.models import dA
from dltut.training import (
    Checkpoint,
    EachEpoch,
    Monitor,
    Progress,
    Trainer,
    minibatch_function,
    open_run,
    rehearse,
)


def main(
    dataset: str = "auto",
    data_dir: Path | None = None,
    run_dir: Path | None = None,
    resume: bool = False,
    learning_rate: float = 0.1,
    corruption_level: tuple[float, ...] = (0.0, 0.3),
    corruption: Literal["masking", "salt_and_pepper", "gaussian"] = "masking",
    n_hidden: int = 500,
    batch_size: int = 20,
    max_epochs: int = 15,
    seed: int = 123,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
    """Train denoising autoencoders on handwritten digits.

    Parameters
    ----------
    learning_rate : float
        Step size of gradient descent.
    corruption_level : floats
        How much noise the inputs get; each level is a model of its own, in a folder of its own.
    corruption : str
        Kind of noise: masking and salt_and_pepper change a share of the pixels, gaussian adds
        normal noise with the level as its standard deviation.
    n_hidden : int
        Units of the code.
    """
    arguments = dict(locals())
    configure(floatX=floatX, device=device, data_dir=data_dir)
    data = load(dataset, data_dir, quick)
    train, x = shared_dataset(data.train), pt.matrix("x")

    models, steps = {}, {}
    for level in corruption_level:
        model = dA(
            np.random.RandomState(seed), data.train.n_inputs, n_hidden, corruption=corruption
        )
        cost, updates = model.cost_updates(x, learning_rate, level)
        models[level] = model
        steps[level] = minibatch_function(cost, [x], train, batch_size, updates)
    if dry_run:
        return rehearse(*steps.values())

    run_dir = open_run(run_dir, "da", arguments, resume)
    for level, model in models.items():
        name, facts = f"corruption_{100 * level:g}", {**data.facts, "corruption_level": level}
        print(f"corruption level {level:g}")
        trainer = trainer_of(model, steps[level], run_dir / name, resume, facts)
        log = trainer.run(3 if quick else max_epochs)
        draw_filters(run_dir / f"filters_{name}.png", model, data.image_shape)
        if log.stop_reason == "interrupted":
            break
    return draw_run(run_dir, data)


def trainer_of(model, step, folder, resume, facts):
    """One that draws the filters after every epoch."""

    def draw(log):
        draw_filters(folder / f"filters_at_epoch_{log.epoch}.png", model, facts["image_shape"])

    checkpoint = Checkpoint(folder, model, resume, header=facts)
    return Trainer(step, extensions=[Monitor(), Progress(), EachEpoch(draw), checkpoint])


if __name__ == "__main__":
    run(main)
