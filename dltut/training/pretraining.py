"""Greedy pretraining: one layer after the other learns what the layers below it say."""

from collections.abc import Callable
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.notices import say
from dltut.machine.rng import next_states
from dltut.machine.serialize import read_arrays, set_named_values
from dltut.machine.shared import SharedSplit, shared_dataset
from dltut.models.saved import variables_of
from dltut.optim import sgd
from dltut.training.checkpoint import Checkpoint
from dltut.training.log import Log
from dltut.training.monitor import Monitor
from dltut.training.progress import Progress
from dltut.training.run_folder import RunFolder
from dltut.training.step import minibatch_function
from dltut.training.trainer import Trainer

AT_ONCE = 500  # examples in a minibatch when representations are computed


class PretrainingStep:
    """``step(index) -> cost`` of one layer of a stack, compiled at the first call.

    Parameters
    ----------
    model : Stack
        Such as `dltut.models.SdA`.
    layer : int
        Which hidden layer, from 0.
    split : SharedSplit
    batch_size : int
    learning_rate : float or shared scalar
    cached : bool
        Compute what the layers below say once for all examples and keep it, instead of once more
        for each minibatch. They do not change any more, so the costs are the same up to rounding.
    rule : callable
        A learning rule of `dltut.optim`.
    k : int, optional
        Gibbs steps from one update to the next, of Boltzmann machines; 1 if not given.

    Attributes
    ----------
    n_batches, batch_size, n_examples : int
        As in `dltut.training.step.MinibatchFunction`.
    state : dict
        {name: shared variable} of everything a call changes.
    """

    def __init__(
        self,
        model,
        layer: int,
        split: SharedSplit,
        batch_size: int,
        learning_rate,
        cached: bool = False,
        rule: Callable = sgd,
        k: int | None = None,
    ):
        self.model, self.layer, self.batch_size = model, layer, batch_size
        self.n_batches = split.n_batches(batch_size)
        self.n_examples = self.n_batches * batch_size
        self._split, self._cached, self._x = split, cached, split.x.type("x")
        start, steps = layer if cached else 0, {} if k is None else {"k": k}
        self._cost, self._updates = model.pretraining(
            layer, self._x, learning_rate, rule=rule, start=start, **steps
        )
        changed = self._updates | next_states([self._cost, *self._updates.values()])
        self.state = {variable.name: variable for variable in changed}

    def __call__(self, index: int):
        """Learn from minibatch `index`; the cost before that."""
        return self._function(index)

    @cached_property
    def _function(self):
        split = self._representations() if self._cached and self.layer else self._split
        name = f"the pretraining of layer {self.layer}"
        return minibatch_function(
            self._cost, [self._x], split, self.batch_size, self._updates, name=name
        )

    def _representations(self) -> SharedSplit:
        n, x = self._split.n_examples, self._split.x.type("x")
        outputs = self.model.inputs_of(self.layer, x)
        below = minibatch_function(outputs, [x], self._split, min(AT_ONCE, n), partial="keep")
        rows = np.concatenate([below(index) for index in range(below.n_batches)])
        return shared_dataset((rows,))


def pretraining_steps(
    model,
    split: SharedSplit,
    batch_size: int,
    learning_rate,
    cached: bool = False,
    rule: Callable = sgd,
    k: int | None = None,
) -> list[PretrainingStep]:
    """A step for each hidden layer of a stack.

    Parameters
    ----------
    model : Stack
        `dltut.models.SdA` or `dltut.models.DBN`.
    split : SharedSplit
        Its labels are not looked at.
    batch_size : int
        Examples in a minibatch.
    learning_rate : float or shared scalar
    cached : bool
        Keep what the layers below say, which takes memory for all examples and saves time.
    rule, k
        As in `PretrainingStep`.

    Returns
    -------
    list of PretrainingStep
        Nothing is compiled before a step is called.
    """
    return [
        PretrainingStep(model, layer, split, batch_size, learning_rate, cached, rule, k)
        for layer in range(len(model.blocks))
    ]


def pretrain(
    steps: list[PretrainingStep],
    n_epochs: int,
    run_dir: str | Path,
    resume: bool = False,
    every_seconds: float = 10.0,
) -> list[Log]:
    """Train the layers of a stack from the bottom to the top, each in a folder of its own.

    Parameters
    ----------
    steps : list of PretrainingStep
    n_epochs : int
        Passes over the training set for each layer.
    run_dir : path
        Layer i is kept in ``run_dir/layer{i}``, like any run: log, checkpoint, the model so far.
    resume : bool
        Go on where an earlier call stopped. What is finished is read, and not compiled again.
    every_seconds : float
        At most so many seconds of work are lost when the process is killed.

    Returns
    -------
    list of Log
        One a layer.

    Raises
    ------
    InputError
        If the folders hold another run, or a layer stopped early, as with a cost that is not
        finite.
    KeyboardInterrupt
        After Ctrl-C, when everything is saved.
    """
    return [_trained(step, n_epochs, run_dir, resume, every_seconds) for step in steps]


def read_pretrained(model, run_dir: str | Path) -> None:
    """Put the pretrained layers of an earlier run into a stack.

    Parameters
    ----------
    model : Stack
        Of the same sizes; its last layer, which is not pretrained, is read as well.
    run_dir : path
        What `pretrain` filled.

    Raises
    ------
    InputError
        If there is no pretrained model, or one of other sizes.
    """
    path = _folder(run_dir, len(model.blocks) - 1).best
    set_named_values(variables_of(model), read_arrays(path)[0], str(path))


def _trained(step, n_epochs, run_dir, resume, every_seconds) -> Log:
    folder = _folder(run_dir, step.layer)
    say(f"pretraining layer {step.layer} ({step.layer + 1} of {len(step.model.blocks)})")
    checkpoint = Checkpoint(folder, step.model, resume, every_seconds)
    log = Trainer(step, extensions=[Monitor(), Progress(), checkpoint]).run(n_epochs)
    if log.stop_reason == "interrupted":
        raise KeyboardInterrupt
    if log.iteration + 1 < n_epochs * log.n_batches:
        raise InputError(f"pretraining layer {step.layer} failed: {log.stop_reason}")
    return log


def _folder(run_dir: str | PathLike, layer: int) -> RunFolder:
    return RunFolder(Path(run_dir) / f"layer{layer}")
