"""A learner in plain NumPy with everything a real one has: parameters, rule state, random draws.

Run as a program it trains into a folder, which the tests interrupt and kill:
``python toy.py RUN_DIR --seconds S --every E --epochs N`` sleeps S seconds a minibatch and saves
a checkpoint every E seconds; it goes on from the folder's checkpoint if there is one.
"""

import signal
import sys
import time
from pathlib import Path

import numpy as np

from dltut.machine.serialize import read_arrays
from dltut.training import (
    Checkpoint,
    HalveOnNoImprovement,
    LossHistory,
    Monitor,
    PolyakAverage,
    Trainer,
)


class Variable:
    """What the trainer needs of a shared variable."""

    def __init__(self, value, name):
        self.value, self.name = np.array(value), name

    def get_value(self, borrow=False):
        return self.value if borrow else self.value.copy()

    def set_value(self, value):
        self.value = np.array(value)


class Quadratic:
    """Noisy gradient steps with momentum towards the mean of some targets."""

    def __init__(self, n_batches=5, seconds=0.0, shape=(3, 2)):
        draws = np.random.default_rng(5)
        self.targets = draws.normal(size=(n_batches, *shape)).astype("float32")
        self.W = Variable(np.zeros(shape, "float32"), "W")
        self.velocity = Variable(np.zeros(shape, "float32"), "W.velocity")
        self.counter = Variable(np.zeros(2, "uint32"), "counter")
        self.learning_rate = Variable(np.float32(0.3), "learning_rate")
        self.n_batches, self.seconds, self.n_examples = n_batches, seconds, 10 * n_batches
        self.params, self.arguments = [self.W], {}

    @property
    def state(self):
        return {each.name: each for each in (self.W, self.velocity, self.counter)}

    def __call__(self, index):
        if self.seconds:
            time.sleep(self.seconds)
        counter = self.counter.get_value()
        noise = np.random.default_rng(counter).normal(size=self.W.value.shape).astype("float32")
        gradient = self.W.value - self.targets[index] + noise
        rate = np.float32(self.learning_rate.value)
        self.velocity.set_value(np.float32(0.5) * self.velocity.value - rate * gradient)
        self.W.set_value(self.W.value + self.velocity.value)
        self.counter.set_value(counter + np.uint32(1))
        return np.square(gradient).mean()

    def mean(self):
        """Distance from the optimum: it rises and falls as the noise has it."""
        return float(np.square(self.W.value - self.targets.mean(axis=0)).mean())


def trainer(run_dir, resume=False, seconds=0.0, every_seconds=0.0, more=(), n_batches=5):
    """The toy with everything hung onto it, as a script would."""
    toy = Quadratic(n_batches, seconds)
    extensions = [
        Monitor(toy, toy, every=3, norm=lambda: np.abs(toy.W.value).sum()),
        HalveOnNoImprovement(toy.learning_rate, n_epochs=2, floor=1e-6),
        LossHistory(),
        PolyakAverage(toy.params, start=4),
        *more,
        Checkpoint(run_dir, toy, resume=resume, every_seconds=every_seconds),
    ]
    return Trainer(toy, extensions=extensions)


def run(values, *criteria, n_batches=1, max_epochs=10**6, every=None, watch="valid_error"):
    """Train with these validation errors, one after the other, the last for ever."""
    values = list(values)
    measure = lambda: values.pop(0) if len(values) > 1 else values[0]  # noqa: E731
    monitor = Monitor({watch: measure}, every=every, watch=watch)
    return Trainer(lambda index: 1.0, n_batches, [monitor, *criteria]).run(max_epochs)


def fingerprint(run_dir, made):
    """All that must be the same however often a run was stopped: numbers bit for bit, files."""
    numbers = {name: value.tobytes() for name, value in made.values().items()}
    best = {name: variable.get_value().tobytes() for name, variable in made.state.items()}
    halve, history, polyak = made.extensions[1:4]
    saved, header = read_arrays(Path(run_dir) / "best.safetensors")
    return (
        numbers,
        best,
        made.log.rows,
        (made.log.epoch, made.log.minibatch, made.log.iteration, made.log.cost),
        (made.log.stop_reason, made.log.final),
        history.costs,
        polyak.values()["W"].tobytes(),
        halve.learning_rate.get_value().tobytes(),
        (Path(run_dir) / "log.jsonl").read_bytes(),
        ({name: value.tobytes() for name, value in saved.items()}, header),
    )


def main(run_dir, *flags):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where shells start jobs
    options = dict(zip(flags[::2], flags[1::2], strict=True))
    made = trainer(
        run_dir,
        resume=(Path(run_dir) / "last.ckpt").exists(),
        seconds=float(options.get("--seconds", 0)),
        every_seconds=float(options.get("--every", 0)),
        n_batches=40,
    )
    print("begin", made.log.iteration, flush=True)
    made.run(max_epochs=int(options.get("--epochs", 5)))
    print("end", made.log.iteration, made.log.stop_reason, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
