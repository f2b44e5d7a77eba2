"""Learning curves that are drawn while the run goes on."""

import time
from collections.abc import Sequence
from math import inf
from os import PathLike

from dltut.machine.checks import check_numbers
from dltut.training.extensions import Extension

SHARE = 0.05  # of the time, at most, is spent drawing


class PlotWhileTraining(Extension):
    """Keep a picture of the learning curves up to date.

    Parameters
    ----------
    path : path
        Such as ``runs/mlp/curves.png``; the file is replaced as a whole.
    channels : sequence of str, optional
        What to draw, as in `dltut.viz.learning_curves`.
    x : {"epoch", "iteration", "seconds"}
        The horizontal axis.
    every : float
        Seconds at least from one picture to the next; more, if drawing would take more than a
        twentieth of the time. There is always one of the whole run at the end.

    Raises
    ------
    InputError
        If `every` is negative. While training: if a channel is unknown, or the file cannot be
        written.
    """

    def __init__(
        self,
        path: str | PathLike,
        channels: Sequence[str] | None = None,
        x: str = "epoch",
        every: float = 5.0,
    ):
        check_numbers(lambda value: 0 <= value < inf, "0 or more", every=every)
        self.path, self.channels, self.x, self.every = path, channels, x, every
        self._n_drawn, self._due = 0, 0.0

    def between_batches(self, trainer) -> None:
        """Draw new rows, if the last picture is old enough."""
        if len(trainer.log.rows) > self._n_drawn and time.monotonic() >= self._due:
            self._draw(trainer.log)

    next_look = Extension.with_others

    def after_training(self, trainer) -> None:
        """Draw all."""
        if len(trainer.log.rows) > self._n_drawn:
            self._draw(trainer.log)

    def _draw(self, log) -> None:
        from dltut.viz import learning_curves, save_picture  # slow to import

        began = time.monotonic()
        save_picture(self.path, learning_curves({"": log}, self.channels, self.x))
        now = time.monotonic()
        self._n_drawn = len(log.rows)
        self._due = now + max(self.every, (now - began) * (1 / SHARE - 1))
