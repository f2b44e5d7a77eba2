"""Training algorithms and learning rules of Pylearn2."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Literal

from dltut.experiment.part import Part
from dltut.experiment.pylearn2.arguments import Flag, Seeds, Share, check_only
from dltut.experiment.pylearn2.costs import Cost
from dltut.experiment.pylearn2.datasets import Data
from dltut.experiment.pylearn2.extensions import Changing
from dltut.machine.arguments import Amount, Count, Size
from dltut.optim import adadelta, adagrad, batch_descent, momentum, nesterov, rmsprop, sgd
from dltut.optim.schedules import exponential, inverse, linear
from dltut.training import Criterion

Mode = Literal[
    "sequential",
    "shuffled_sequential",
    "random_slice",
    "random_uniform",
    "batchwise_shuffled_sequential",
    "even_sequential",
    "even_shuffled_sequential",
    "even_batchwise_shuffled_sequential",
]


class Rule:
    """What a step makes of the gradients."""

    def part(self, learning_rate: float) -> Part:
        """A rule of `dltut.optim` with its numbers."""
        raise NotImplementedError


@dataclass(kw_only=True)
class Momentum(Rule):
    """Steps that add up to a velocity, of which a share stays."""

    init_momentum: Share
    nesterov_momentum: Flag = False

    def part(self, learning_rate):
        """`dltut.optim.momentum`, or `dltut.optim.nesterov`."""
        rule = nesterov if self.nesterov_momentum else momentum
        return Part(rule, {"learning_rate": learning_rate, "momentum": self.init_momentum})


@dataclass(kw_only=True)
class AdaDelta(Rule):
    """Steps of the size that steps have had; the learning rate is the epsilon of the paper."""

    decay: Share = 0.95

    def part(self, learning_rate):
        """`dltut.optim.adadelta`."""
        return Part(adadelta, {"learning_rate": 1.0, "rho": self.decay, "epsilon": learning_rate})


@dataclass(kw_only=True)
class AdaGrad(Rule):
    """Steps divided by the root of the sum of all squared gradients."""

    max_scaling: Amount = 1e5

    def part(self, learning_rate):
        """`dltut.optim.adagrad`; what is added under the root lets no step grow by more."""
        return Part(adagrad, {"learning_rate": learning_rate, "epsilon": self.max_scaling**-2})


@dataclass(kw_only=True)
class RMSProp(Rule):
    """Steps divided by the root of a moving average of the squared gradients."""

    decay: Share = 0.9
    max_scaling: Amount = 1e5

    def part(self, learning_rate):
        """`dltut.optim.rmsprop`; what is added under the root lets no step grow by more."""
        numbers = {"rho": self.decay, "epsilon": self.max_scaling**-2}
        return Part(rmsprop, {"learning_rate": learning_rate} | numbers)


def exponential_decay(decay_factor: Amount, min_lr: Amount) -> Changing:
    """The learning rate divided by the same factor after every minibatch."""
    schedule = Part(exponential, {"factor": decay_factor, "minimum": min_lr})
    return Changing("learning_rate", schedule, "minibatch")


def annealed(anneal_start: Size) -> Changing:
    """The learning rate times start / t after minibatch `anneal_start`."""
    return Changing("learning_rate", Part(inverse, {"start": anneal_start}), "minibatch")


def linear_decay(start: Size, saturate: Size, decay_factor: Amount) -> Changing:
    """The learning rate on a straight line to `decay_factor` times the first, by minibatches.

    Parameters
    ----------
    start, saturate : int
        The first minibatch after which it falls, and that after which it stays.
    decay_factor : float
    """
    return falling(start, saturate, decay_factor, "minibatch")


Callbacks = Changing | Sequence[Changing] | None
