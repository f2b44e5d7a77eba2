"""Training algorithms and learning rules of Pylearn2."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Literal

from dltut.experiment.algorithms import batch_descent
from dltut.experiment.part import Part
from dltut.experiment.pylearn2.arguments import Flag, Seeds, Share, check_only
from dltut.experiment.pylearn2.costs import Cost
from dltut.experiment.pylearn2.examples import Data
from dltut.experiment.pylearn2.extensions import Changing, falling
from dltut.machine.arguments import Amount, Size
from dltut.optim import adadelta, adagrad, momentum, nesterov, rmsprop, sgd
from dltut.optim.schedules import exponential, inverse
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
    return Changing("learning_rate", falling(start, saturate, decay_factor), "minibatch")


@dataclass(kw_only=True)
class Algorithm:
    """How a model is trained, and on what is measured meanwhile."""

    cost: Cost | None = None
    batch_size: Size | None = None
    batches_per_iter: NoneType = None
    monitoring_batch_size: Size | None = None
    monitoring_batches: Size | None = None
    monitoring_dataset: Data | dict[str, Data] | None = None
    termination_criterion: Criterion | Part | None = None
    set_batch_size: Flag = False
    theano_function_mode: NoneType = None
    seed: Seeds | None = None

    iteration = "shuffled_sequential"

    @property
    def monitored(self) -> dict[str, Data]:
        """{name: data set}; a single one has no name."""
        given = self.monitoring_dataset
        return {} if given is None else given if isinstance(given, dict) else {"": given}

    @property
    def changes(self) -> list[Changing]:
        """What changes a number of the rule after each minibatch."""
        return []

    def parts(self) -> dict:
        """The rule or the algorithm, as `dltut.experiment.train.Train` takes them."""
        raise NotImplementedError


@dataclass(kw_only=True)
class SGD(Algorithm):
    """A step of a learning rule for each minibatch."""

    learning_rate: Amount
    monitor_iteration_mode: Mode = "sequential"
    update_callbacks: Changing | Sequence[Changing] | None = None
    learning_rule: Rule | None = None
    train_iteration_mode: Mode | None = None
    monitoring_costs: NoneType = None

    @property
    def iteration(self) -> str:
        """In which order examples are taken."""
        return self.train_iteration_mode or "shuffled_sequential"

    @property
    def changes(self):
        """The callbacks."""
        given = self.update_callbacks or []
        return [given] if isinstance(given, Changing) else list(given)

    def parts(self):
        """The rule."""
        plain = Part(sgd, {"learning_rate": self.learning_rate})
        rule = self.learning_rule.part(self.learning_rate) if self.learning_rule else plain
        return {"rule": rule}


@dataclass(kw_only=True)
class BGD(Algorithm):
    """Several steps along the gradient, or conjugate directions, of each large batch."""

    updates_per_batch: Size = 10
    reset_alpha: Flag = True
    conjugate: Flag = False
    min_init_alpha: Amount = 0.001
    reset_conjugate: Flag = True
    line_search_mode: Literal["exhaustive"] | None = None
    verbose_optimization: Flag = False
    scale_step: Amount = 1.0
    init_alpha: Sequence[Amount] | None = None

    def parts(self):
        """`dltut.optim.batch_descent`."""
        check_only("BGD", scale_step=(self.scale_step, 1), init_alpha=(self.init_alpha, None))
        given = {
            "n_updates": self.updates_per_batch,
            "search": self.line_search_mode or "simple",
            "conjugate": bool(self.conjugate),
            "reset_conjugate": bool(self.reset_conjugate),
            "reset_step": bool(self.reset_alpha),
            "least_step": self.min_init_alpha,
            "damped": True,
        }
        return {"algorithm": Part(batch_descent, given)}
