"""Training extensions of Pylearn2: what is done around the epochs of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from dltut.experiment.part import Part
from dltut.experiment.pylearn2.arguments import Flag, check_only
from dltut.machine.arguments import Amount, Count, Size
from dltut.optim.schedules import linear, one_over_epoch
from dltut.training import MonitorBasedRate, PlotWhileTraining, PolyakAverage, SaveBest, Smooth


@dataclass(frozen=True)
class Changing:
    """A number of the learning rule that a schedule changes.

    Parameters
    ----------
    number : str
        learning_rate or momentum.
    schedule : Part
        What makes the schedule, given the first value.
    per : {"epoch", "minibatch"}
    """

    number: str
    schedule: Part
    per: str


def momentum_adjustor(final_momentum: Amount, start: Count, saturate: Count) -> Changing:
    """The momentum on a straight line to its final value.

    Parameters
    ----------
    final_momentum : float
    start, saturate : int
        Epochs, counted from 1: the last with the first momentum, the first with the final one.
    """
    numbers = {"final": final_momentum, "start": start, "saturate": saturate}
    return _each_epoch("momentum", Part(linear, numbers))


def linear_decay_over_epoch(start: Count, saturate: Count, decay_factor: Amount) -> Changing:
    """The learning rate on a straight line to a multiple of the first.

    Parameters
    ----------
    start, saturate : int
        Epochs, counted from 1: the first that learns more slowly, the first at the final rate.
    decay_factor : float
        The multiple.
    """
    return _each_epoch("learning_rate", falling(start, saturate, decay_factor))


def one_over_epochs(
    start: Count, half_life: Size | None = None, min_lr: Amount = 1e-6
) -> Changing:
    """The learning rate divided by the number of epochs, from one of them on.

    Parameters
    ----------
    start : int
        The epoch, counted from 1, from which it falls.
    half_life : int, optional
        Epochs after which it is half of what it was. Default: start + 1.
    min_lr : float
        What it never falls below.
    """
    numbers = {"start": start, "half_life": half_life or start + 1, "min_rate": min_lr}
    return _each_epoch("learning_rate", Part(one_over_epoch, numbers))


def falling(start: Count, saturate: Count, decay_factor: Amount) -> Part:
    """A straight line down to a multiple of the first value.

    Parameters
    ----------
    start, saturate : int
        The first step that is lower, and the first that is at the end.
    decay_factor : float
        The multiple.
    """
    return Part(_falling, {"start": start, "saturate": saturate, "factor": decay_factor})


def monitor_based_rate(
    high_trigger: Amount = 1.0,
    shrink_amt: Amount = 0.99,
    low_trigger: Amount = 0.99,
    grow_amt: Amount = 1.01,
    min_lr: Amount = 1e-7,
    max_lr: Amount = 1.0,
    dataset_name: str | None = None,
    channel_name: str | None = None,
) -> Part:
    """The learning rate lowered when a channel rises, and raised when it hardly falls.

    Parameters
    ----------
    high_trigger, low_trigger : float
        What the channel is more than, times its last value, if the rate shrinks, or grows.
    shrink_amt, grow_amt : float
        What the rate is multiplied by.
    min_lr, max_lr : float
    dataset_name : str, optional
        The channel is the objective on this data set.
    channel_name : str, optional
        The channel.
    """
    channel = channel_name or (f"{dataset_name}_objective" if dataset_name else "objective")
    numbers = {"high": high_trigger, "shrink": shrink_amt, "low": low_trigger, "grow": grow_amt}
    return Part(MonitorBasedRate, {"channel": channel, **numbers, "least": min_lr, "most": max_lr})
