"""Training extensions of Pylearn2: what is done around the epochs of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike

from dltut.exceptions import InputError
from dltut.experiment.part import Part, inside
from dltut.experiment.pylearn2.arguments import Flag, check_only
from dltut.machine.arguments import Amount, Count, Size
from dltut.optim.schedules import Schedule, inverse_time, linear
from dltut.training import (
    Extension,
    MonitorBasedRate,
    PlotWhileTraining,
    PolyakAverage,
    SaveBest,
    Smooth,
)


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


def one_over_epochs(start: Count, half_life: Size | None = None, min_lr: Amount = 1e-6) -> Changing:
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
    numbers = {"decay": 1 / (half_life or start + 1), "start": start, "minimum": min_lr}
    return _each_epoch("learning_rate", Part(inverse_time, numbers))


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
    triggers = {"high_trigger": high_trigger, "low_trigger": low_trigger}
    factors = {"shrink": shrink_amt, "grow": grow_amt, "minimum": min_lr, "maximum": max_lr}
    return Part(MonitorBasedRate, {"channel": channel} | triggers | factors)


def save_best(
    channel_name: str,
    save_path: PathLike | None = None,
    store_best_model: Flag = False,
    start_epoch: Count = 0,
    higher_is_better: Flag = False,
    tag_key: str | None = None,
) -> Part:
    """The model written into a file whenever a channel is better than ever before.

    Parameters
    ----------
    channel_name : str
    save_path : str
        The file, in the folder of the runs.
    store_best_model : bool
        Not known here: a run keeps its best model in best.safetensors.
    start_epoch : int
        The first that counts.
    higher_is_better : bool
    tag_key : str
        Not known here: the file says what was best.

    Raises
    ------
    InputError
        If there is no file to write.
    """
    check_only("MonitorBasedSaveBest", store_best_model=(bool(store_best_model), False))
    if save_path is None:
        raise InputError("MonitorBasedSaveBest: give save_path: the file of the best model")
    given = {"channel": channel_name, "path": save_path, "lower": not higher_is_better}
    return Part(_save_best, given | {"start_epoch": start_epoch})


def smooth(channel_to_smooth: str, channel_to_publish: str, k: Size = 5) -> Part:
    """One more channel: the mean of the last values of another.

    Parameters
    ----------
    channel_to_smooth, channel_to_publish : str
        The other one, and what the new one is called.
    k : int
        How many values; Pylearn2 takes one less than it says.
    """
    return Part(Smooth, {"channel": channel_to_smooth, "name": channel_to_publish, "k": k})


def polyak(start: Count, save_path: PathLike | None = None, save_freq: Size = 1) -> Part:
    """The mean of the parameters since an epoch, written into a file at the end.

    Parameters
    ----------
    start : int
        The first epoch that counts.
    save_path : str, optional
        The file, in the folder of the runs.
    save_freq : int
        Not known here: the mean is written when the run ends.
    """
    return Part(_polyak, {"start": start, "path": save_path})


@dataclass(kw_only=True)
class Plots:
    """A picture of some channels."""

    channel_names: Sequence[str]
    save_path: PathLike
    share: Amount = 0.8
    per_second: Flag = False
    freq: Size = 1


@dataclass(kw_only=True)
class PlotManager:
    """Pictures drawn while training."""

    plots: Sequence[Plots]
    freq: Size
    public: Flag = True
    html_path: str | None = None

    @property
    def parts(self) -> list[Part]:
        """An extension for each picture."""
        given = [{"path": each.save_path, "channels": each.channel_names} for each in self.plots]
        return [Part(_plot, {**each, "channels": list(each["channels"])}) for each in given]


def _each_epoch(number: str, schedule: Part) -> Changing:
    """A schedule by epochs from 1, as Pylearn2 counts them; here they count from 0."""
    return Changing(number, Part(_ahead, {"schedule": schedule}), "epoch")


def _ahead(schedule: Schedule) -> Schedule:
    return lambda step: schedule(step + 1)


def _falling(initial, start, saturate, factor) -> Schedule:
    return linear(initial, factor * initial, start - 1, saturate)


def _save_best(model, data, task, folder, path, channel, lower, start_epoch) -> SaveBest:
    facts = data.facts | task.facts
    return SaveBest(model, inside(folder, path), channel, lower, start_epoch, facts)


def _polyak(model, folder, start, path=None) -> PolyakAverage:
    return PolyakAverage(model, start, path and inside(folder, path), per="epoch")


def _plot(folder, path, channels) -> PlotWhileTraining:
    return PlotWhileTraining(inside(folder, path), channels, every=0)


class Numbers(Extension):
    """The rule's numbers as channels, learning_rate and momentum; and what the step tells.

    Parameters
    ----------
    learning_rate, momentum : shared scalar, optional
        None for a rule that has none.
    """

    def __init__(self, learning_rate=None, momentum=None):
        numbers = {"learning_rate": learning_rate, "momentum": momentum}
        self.numbers = {name: each for name, each in numbers.items() if each is not None}

    def attach(self, trainer) -> None:
        """Have them added to each row."""
        told = {name: each.get_value for name, each in self.numbers.items()}
        told |= getattr(trainer.step, "channels", {})
        for name, value in told.items():
            trainer.log.derived[name] = lambda rows, value=value: float(value())
