"""Termination criteria of Pylearn2. It asks whether to go on, dltut whether to stop."""

from collections.abc import Sequence

from dltut.exceptions import InputError
from dltut.experiment.part import Part, inside
from dltut.experiment.pylearn2.arguments import Flag, Share, check_only
from dltut.machine.arguments import Amount, Size
from dltut.training import (
    Criterion,
    Diverged,
    MatchChannel,
    MaxEpochs,
    NoImprovement,
    Patience,
    TargetReached,
    all_of,
    any_of,
)

Criteria = Sequence[Criterion | Part]


def epoch_counter(max_epochs: Size, new_epochs: Flag = True) -> Criterion:
    """Stop when so many epochs of this run are done."""
    check_only("EpochCounter", new_epochs=(bool(new_epochs), True))
    return MaxEpochs(max_epochs)


def monitor_based(
    prop_decrease: Share = 0.01, N: Size = 5, channel_name: str | None = None
) -> Criterion:
    """Stop after N epochs in a row in which a channel did not fall by this share of its best.

    Parameters
    ----------
    prop_decrease : float
        The share, below 1; 0 asks for any improvement.
    N : int
    channel_name : str, optional
        Default: objective.
    """
    return NoImprovement(N, channel_name or "objective", lower=True, threshold=1 - prop_decrease)


def channel_target(channel_name: str, target: float) -> Criterion:
    """Stop when a channel is as low as the target."""
    return TargetReached(target, channel_name, lower=True)


def match_channel(channel_name: str, prev_channel_name: str, prev_monitor_name: str) -> Part:
    """Stop when a channel is as low as another was at the end of an earlier run.

    Parameters
    ----------
    channel_name, prev_channel_name : str
        Of this run, and of the earlier one.
    prev_monitor_name : str
        The earlier run: what ``push_monitor`` calls it, or its folder in the folder of the runs.
    """
    given = {"channel": channel_name, "earlier": prev_monitor_name}
    return Part(_matched, given | {"earlier_channel": prev_channel_name})


def channel_inf(channel_name: str) -> Criterion:
    """Stop when something measured is infinite or no number, `channel_name` among it."""
    return Diverged()


def patience(
    prop_decrease: Share,
    initial_patience: Size,
    patience_increase: Amount = 2.0,
    channel_name: str | None = None,
) -> Part:
    """Stop when the epochs are used up that the last improvement has bought.

    Parameters
    ----------
    prop_decrease : float
        By which share of its best a channel has to fall, below 1.
    initial_patience : int
        Epochs at least.
    patience_increase : float
        By what the epochs up to an improvement are multiplied.
    channel_name : str, optional
        Default: objective.
    """
    given = {"n_epochs": initial_patience, "increase": patience_increase}
    given |= {"threshold": 1 - prop_decrease, "channel": channel_name or "objective"}
    return Part(_patience, given)


def all_go_on(criteria: Criteria) -> Part:
    """And: go on while all of the criteria want to, so stop when one of them does not."""
    return _together(any_of, criteria)


def any_goes_on(criteria: Criteria) -> Part:
    """Or: go on while one of the criteria wants to, so stop when none of them does."""
    return _together(all_of, criteria)


def _together(which, criteria: Criteria) -> Part:
    if not criteria:
        raise InputError("criteria is empty: give one at least")
    return Part(which, {"criteria": list(criteria)})


def _matched(folder, channel: str, earlier: str, earlier_channel: str, model=None) -> Criterion:
    row = getattr(model, "earlier", {}).get(earlier)
    rows = [row] if row else inside(folder, earlier)
    return MatchChannel(channel, rows, earlier_channel, lower=True)


def _patience(split, batch_size, n_epochs, increase, threshold, channel) -> Criterion:
    n_minibatches = n_epochs * split.n_batches(batch_size)
    return Patience(n_minibatches, increase, threshold, channel, lower=True)
