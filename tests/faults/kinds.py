"""The kinds of scripts, short: learners in plain NumPy, so that nothing is compiled.

Each begins, or goes on with, a run in a folder, by the library's own way through `Run`.
"""

import json
from pathlib import Path

from training.toy import LossHistory, Monitor, PolyakAverage, Quadratic

from dltut.commands.run import Run
from dltut.machine.serialize import read_arrays

N_BATCHES, EPOCHS = 2, 3


class Data:
    """What a run asks of its data."""

    def __init__(self):
        self.facts = {"classes": ["one", "two"]}


class Layered(Quadratic):
    """The toy as a layer of a stack."""

    def __init__(self, layer):
        super().__init__(N_BATCHES)
        self.layer, self.model = layer, self
        self.blocks = [None, None]


def session(folder, checkpoint_seconds=0.0):
    """A run that goes on with what is in the folder; usually it keeps all that can be kept."""
    given = {"resume": True, "pictures": False, "checkpoint_seconds": checkpoint_seconds}
    run = Run(run_dir=folder, **given)
    run.name, run.arguments = "toy", {"rate": 0.3, "resume": True}
    run.take(Data())
    return run


def plain(folder):
    """Train, with a row each epoch."""
    toy = Quadratic(N_BATCHES)
    extensions = [Monitor(toy, toy), LossHistory(), PolyakAverage(toy.params, start=2)]
    with session(folder) as run:
        run.train(toy, toy, EPOCHS, extensions)


def pretraining(folder):
    """Pretrain two layers, then train the whole; each is saved at its end."""
    layers = [Layered(0), Layered(1)]
    toy = Quadratic(N_BATCHES)
    with session(folder, checkpoint_seconds=1000.0) as run:
        run.pretrain(layers, 1)
        run.train(toy, toy, 1, [Monitor(toy, toy)])


def several(folder):
    """Train two models, each in a folder of its own within the run's."""
    with session(folder) as run:
        for part in ("first", "second"):
            toy = Quadratic(N_BATCHES)
            run.train(toy, toy, 1, [Monitor(toy, toy)], part=part)


def traces(folder):
    """All that must be equal, by file: bytes, and of checkpoints the values and the place."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or path.name == "clock.jsonl":
            found[name] = None
        elif path.suffix == ".ckpt":
            arrays, header = read_arrays(path)
            place = json.loads(header["checkpoint"]) | {"clock": None, "seconds": None}
            found[name] = {key: each.tobytes() for key, each in arrays.items()}, place
        else:
            found[name] = path.read_bytes()
    return found
