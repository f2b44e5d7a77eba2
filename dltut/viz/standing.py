"""Where a run stands: how far, how fast, how long still, and what was best so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dltut.machine.channels import RATES, SPLITS, measure_of, printed, rises, words
from dltut.machine.stopwatch import duration
from dltut.viz.curves import COUNTS, best_place, panels_of

RECENT = 10  # rows, over which the speed is measured
MAIN = {*RATES, "cost", "likelihood", "loss", "misclass", "nll", "objective"}


@dataclass(frozen=True)
class Standing:
    """What the log of a run says about it at a moment.

    Parameters
    ----------
    name : str
    columns : dict of name -> array
        As `dltut.training.read_columns` gives them; there may be no row yet.
    state : str
        In words, such as "training" or why it ended.
    is_training : bool
    max_epochs : int, optional
        After which it ends at the latest.

    Examples
    --------
    >>> columns = {"epoch": [1, 2, 3], "iteration": [99, 199, 299], "minibatch": [99, 99, 99]}
    >>> columns |= {"seconds": [2.0, 4.0, 6.0], "valid_error": [0.5, 0.2, 0.3], "best": [1, 1, 0]}
    >>> columns = {name: np.array(each) for name, each in columns.items()}
    >>> standing = Standing("mlp", columns, "training", is_training=True, max_epochs=12)
    >>> standing.speed, standing.left, standing.best
    ('0.5 epochs/s', 'at most 18.0 s left', 'validation error 20 % in epoch 2')
    """

    name: str
    columns: Mapping[str, np.ndarray] = field(repr=False)
    state: str
    is_training: bool
    max_epochs: int | None = None

    @property
    def n_rows(self) -> int:
        """How often it has measured."""
        return len(self.columns.get("iteration", ()))

    @property
    def epoch(self) -> int:
        """The one in which it measured last; 0 before."""
        return int(self.columns["epoch"][-1]) if self.n_rows and "epoch" in self.columns else 0

    @property
    def progress(self) -> float | None:
        """The share of all that it may do at most; None if there is no such limit."""
        n = self._n_batches
        if not self.max_epochs or n is None:
            return None
        return min(1.0, (self.columns["iteration"][-1] + 1) / (n * self.max_epochs))

    @property
    def seconds(self) -> float | None:
        """For how long it has trained."""
        seconds = self.columns.get("seconds", np.array([]))
        known = seconds[np.isfinite(seconds)]
        return float(known[-1]) if len(known) else None

    @property
    def speed(self) -> str:
        """Epochs a second, or seconds an epoch where these are long; empty if it is not known."""
        rate, n = self._batches_a_second, self._n_batches
        if not rate or n is None:
            return ""
        return f"{rate / n:.3g} epochs/s" if rate >= n / 2 else f"{duration(n / rate)} an epoch"

    @property
    def left(self) -> str:
        """How long it will take at most; empty if it is not known, or has ended."""
        rate, share = self._batches_a_second, self.progress
        if not rate or share is None or not self.is_training:
            return ""
        n_left = self._n_batches * self.max_epochs - self.columns["iteration"][-1] - 1
        return f"at most {duration(max(0, n_left) / rate)} left"

    @property
    def best(self) -> str:
        """What was measured where it was best, in words; empty if no channel is watched."""
        place, watched = best_place(self.columns), self.watched
        if place is None or watched is None:
            return ""
        names = [watched, f"test_{measure_of(watched)}"]
        there = {name: self.columns[name][place] for name in names if name in self.columns}
        told = [f"{words(n)} {printed(n, v)}" for n, v in there.items() if np.isfinite(v)]
        epoch = f" in epoch {self.columns['epoch'][place]:.0f}" if "epoch" in self.columns else ""
        return f"{', '.join(told)}{epoch}" if told else ""

    @property
    def watched(self) -> str | None:
        """The channel that says which row is the best, so far as the rows tell."""
        best = self.columns.get("best", np.array([])) == 1
        if not best.any():
            return None
        names = [name for name in self.columns if name not in (*COUNTS, "best")]
        first = [name for name in names if name.startswith("valid_")]
        others = [name for name in names if not name.startswith(("valid_", "test_"))]
        for name in sorted(first, key=_is_other) + others:
            values = self.columns[name][best]
            improvements = np.diff(values if rises(name) else -values)
            if np.isfinite(values).all() and (improvements > 0).all():
                return name
        return None

    @property
    def last(self) -> dict[str, float]:
        """The last value of every channel that has one."""
        found = {}
        for name, values in self.columns.items():
            if name not in (*COUNTS, "best") and not np.isnan(values).all():
                found[name] = float(values[np.flatnonzero(~np.isnan(values))[-1]])
        return found

    @property
    def _n_batches(self) -> float | None:
        """Minibatches in an epoch, as the places of the last row tell."""
        if not self.n_rows or "epoch" not in self.columns:
            return None
        last = {name: values[-1] for name, values in self.columns.items()}
        n = last["iteration"] - last.get("minibatch", -1)
        if last["epoch"] > 1:
            return float(n / (last["epoch"] - ("minibatch" in last)))
        return float(last["iteration"] + 1) or None

    @property
    def _batches_a_second(self) -> float | None:
        if self.seconds is None:
            return None
        known = np.isfinite(self.columns["seconds"])
        iterations = np.append(-1, self.columns["iteration"][known])[-RECENT:]
        seconds = np.append(0, self.columns["seconds"][known])[-RECENT:]
        passed = seconds[-1] - seconds[0]
        return float((iterations[-1] - iterations[0]) / passed) if passed > 0 else None


def main_and_other_panels(
    standings: Sequence[Standing], channels: Sequence[str] | None = None
) -> tuple[list[list[str]], list[list[str]]]:
    """The channels to draw, those of one measure together: costs and rates, and all the others.

    Parameters
    ----------
    standings : list of Standing
    channels : sequence of str, optional
        What is asked for; then nothing else is drawn.

    Raises
    ------
    InputError
        If a channel is unknown, or there is nothing to draw.
    """
    runs = {each.name: each.columns for each in standings if each.n_rows}
    if channels is not None:
        return panels_of(runs, channels), []
    known = dict.fromkeys(name for columns in runs.values() for name in columns)
    order = {split: i for i, split in enumerate(SPLITS)}
    names = [name for name in known if name not in (*COUNTS, "best")]
    names.sort(key=lambda name: order.get(name.partition("_")[0], len(order)))  # and stays stable
    panels = panels_of(runs, names)
    main = [names for names in panels if not _is_other(names[0])] or panels[:2]
    return main, [names for names in panels if names not in main]


def _is_other(name: str) -> bool:
    """Whether a channel is no cost and no rate of the whole network."""
    parts = measure_of(name).split("_")
    return parts[-1] not in MAIN or len(parts) > 2
