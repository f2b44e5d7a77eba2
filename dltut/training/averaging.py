"""Means over the run: of the parameters, of a channel's last values."""

from os import PathLike

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.channels import SPLITS
from dltut.machine.checks import check_counts
from dltut.machine.notices import say
from dltut.machine.serialize import write_arrays
from dltut.models import save_model
from dltut.training.extensions import Extension, check_kept
from dltut.training.reader import value_of


class PolyakAverage(Extension):
    """The mean of each parameter over all minibatches; training itself is not changed.

    Parameters
    ----------
    params : model, or list of shared variables
        With unique names.
    start : int
        First iteration, or epoch, that counts, from 0.
    path : path, optional
        Where the averages are written when the run ends: those of a model as a file for
        `dltut.models.load_model`, those of a list as arrays by name.
    per : {"minibatch", "epoch"}
        What `start` counts.

    Attributes
    ----------
    n : int
        Iterations averaged so far.

    Raises
    ------
    InputError
        If `start` is no iteration, or `per` is neither.

    References
    ----------
    .. [1] Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging,
       SIAM Journal on Control and Optimization 30(4).
    """

    def __init__(
        self, params, start: int = 0, path: str | PathLike | None = None, per: str = "minibatch"
    ):
        check_counts("iterations", least=0, start=start)
        if per not in ("epoch", "minibatch"):
            raise InputError(f"per is {per!r}; it is 'epoch' or 'minibatch'")
        self.model = params if hasattr(params, "params") else None
        self.params = list(self.model.params if self.model is not None else params)
        self.start, self.path, self.per, self.n = start, path, per, 0
        self._sums = {each.name: np.zeros(each.get_value().shape) for each in self.params}

    def after_batch(self, trainer) -> None:
        """Add the present values."""
        log = trainer.log
        if (log.epoch - 1 if self.per == "epoch" else log.iteration) >= self.start:
            self.n += 1
            for param in self.params:
                self._sums[param.name] += param.get_value()

    def next_look(self, log) -> int | None:
        """The next minibatch whose values count."""
        if self.per == "epoch" and log.epoch - 1 < self.start:
            return None
        return max(log.iteration + 1, self.start if self.per == "minibatch" else 0)

    def after_training(self, trainer) -> None:
        """Write the averages, unless a minibatch was broken off."""
        if self.path is None or trainer.broken_off:
            return
        if not self.n:
            say(f"{self.path} is not written: averaging starts at {self.per} {self.start}")
            return
        facts = {"averaged": self.n}
        present = {param: np.array(param.get_value()) for param in self.params}
        means = self.values()
        means = {each: means[each.name].astype(now.dtype) for each, now in present.items()}
        if self.model is None:
            write_arrays(self.path, {each.name: mean for each, mean in means.items()}, facts)
            return
        try:
            _put(means)
            save_model(self.path, self.model, facts)
        finally:
            _put(present)

    def values(self) -> dict[str, np.ndarray]:
        """The averages by name, in float64.

        Raises
        ------
        InputError
            If training has not come to `start` yet.
        """
        if not self.n:
            raise InputError(f"nothing averaged yet: averaging starts at {self.per} {self.start}")
        return {name: total / self.n for name, total in self._sums.items()}

    def state(self) -> dict:
        """The sums and their number."""
        return {"n": self.n, **self._sums}

    def load_state(self, state: dict) -> None:
        """Go on with these sums."""
        check_counts("iterations", least=0, n=state["n"])
        for name, total in self._sums.items():
            check_kept(name, state[name], total.shape)
        self.n, self._sums = state["n"], {name: state[name] for name in self._sums}


def _put(values: dict) -> None:
    for param, value in values.items():
        param.set_value(value)


class Smooth(Extension):
    """A channel that is the mean of the last values of another; it stands in the same rows.

    Parameters
    ----------
    channel : str
        The number in the rows that jumps about.
    k : int
        How many of its values are averaged, this row's among them; at first as many as there are.
    name : str, optional
        Of the new channel; valid_smooth_error for valid_error if not given.

    Raises
    ------
    InputError
        If `k` counts nothing. While training: if the rows have no such channel, or already have
        one of the new name.

    Notes
    -----
    Criteria and `SaveBest` may judge it, wherever it stands among the extensions. What Pylearn2's
    ``ChannelSmoother(..., k)`` averages is k - 1 values.

    Examples
    --------
    >>> from dltut.training import Monitor, Trainer
    >>> errors = iter([0.5, 0.25, 0.75])
    >>> extensions = [Smooth("valid_error", k=2), Monitor(lambda: next(errors))]
    >>> log = Trainer(lambda index: 1.0, n_batches=1, extensions=extensions).run(max_epochs=3)
    >>> [row["valid_smooth_error"] for row in log.rows]
    [0.5, 0.375, 0.5]
    """

    def __init__(self, channel: str, k: int = 5, name: str | None = None):
        check_counts("values", k=k)
        self.channel, self.k, self.name = channel, k, name or _smooth(channel)

    def attach(self, trainer) -> None:
        """Have it added to each row.

        Raises
        ------
        InputError
            If something else of that name is added already.
        """
        if self.name in trainer.log.derived:
            raise InputError(f"two channels would be called {self.name}: give one another name")
        trainer.log.derived[self.name] = self._mean

    def _mean(self, rows: list[dict]) -> float | None:
        """Of the last values; None if the last row has not measured it."""
        having = [row[self.channel] for row in rows if self.channel in row]
        if not having:
            value_of(rows[-1], self.channel)
        if self.channel not in rows[-1]:
            return None
        if self.name in rows[-1]:
            raise InputError(f"the rows have a {self.name} already: give Smooth another name")
        return float(np.mean(having[-self.k :]))


def _smooth(channel: str) -> str:
    """A name that is read, and printed, as the channel's own is."""
    split, _, measure = channel.partition("_")
    return f"{split}_smooth_{measure}" if split in SPLITS and measure else f"smooth_{channel}"
