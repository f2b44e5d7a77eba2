"""Models in files of their own while training: whenever one is the best, or every few epochs."""

from collections.abc import Mapping
from os import PathLike

from dltut.machine.channels import better
from dltut.machine.checks import check_counts
from dltut.models import save_model
from dltut.training.extensions import Extension
from dltut.training.reader import Reader, value_of


class SaveBest(Reader):
    """Write the model to a file whenever a channel is better than ever before.

    Parameters
    ----------
    model : model
    path : path
        Usually ``*.safetensors``; the file says which channel, its value, the epoch and the row.
    channel, lower
        As in `Reader`; a tie or NaN is not better.
    start_epoch : int
        First epoch whose rows count; 0 is before training.
    header : dict, optional
        What else the file says, such as the names of the classes.

    Notes
    -----
    A `Checkpoint` keeps the best model by the watched channel in the run's folder. This is for
    another channel, or another place.

    Examples
    --------
    >>> import tempfile
    >>> from dltut.machine.serialize import read_arrays
    >>> from dltut.models import LogisticRegression
    >>> from dltut.training import Monitor, Trainer
    >>> costs = iter([0.5, 0.25, 0.75])
    >>> monitor = Monitor({"valid_cost": lambda: next(costs)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = f"{folder}/best.safetensors"
    ...     save = SaveBest(LogisticRegression(2, 3), path, "valid_cost")
    ...     log = Trainer(lambda index: 1.0, n_batches=1, extensions=[monitor, save]).run(3)
    ...     header = read_arrays(path)[1]
    >>> header["channel"], header["value"], header["epoch"]
    ('valid_cost', 0.25, 2)
    """

    def __init__(
        self,
        model,
        path: str | PathLike,
        channel: str | None = None,
        lower: bool | None = None,
        start_epoch: int = 0,
        header: Mapping | None = None,
    ):
        check_counts("epochs", least=0, start_epoch=start_epoch)
        self.model, self.path = model, path
        self.start_epoch, self.header = start_epoch, header or {}
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self._best = None

    def before_training(self, trainer) -> None:
        """Read what an earlier session wrote; again if the best is where the run goes on."""
        self._save_new_best(trainer.log)

    def between_batches(self, trainer) -> None:
        """Write a new best."""
        self._save_new_best(trainer.log)

    next_look = Extension.with_others

    def _save_new_best(self, log) -> None:
        best = None
        for row in self.unread(log):
            channel, lower = self.judged(log)
            value = value_of(row, channel)
            if row["epoch"] >= self.start_epoch and better(value, self._best, lower):
                best, self._best = row, value
        if best is not None and best["iteration"] == log.iteration:  # else it was written then
            facts = {"channel": channel, "value": self._best, "epoch": best["epoch"], "row": best}
            save_model(self.path, self.model, {**self.header, **facts})


class SaveEvery(Extension):
    """Write the model as it stands to a file every so many epochs, and when the run ends.

    Parameters
    ----------
    model : model
    path : path
        Usually ``*.safetensors``; the file says which epoch, and the last row.
    every : int
        Epochs.
    header : dict, optional
        What else the file says.

    Notes
    -----
    It holds the last parameters. Those of the best row are in the model when the run has ended.
    """

    def __init__(self, model, path: str | PathLike, every: int = 1, header: Mapping | None = None):
        check_counts("epochs", every=every)
        self.model, self.path, self.every, self.header = model, path, every, header or {}

    def before_training(self, trainer) -> None:
        """Write it again if the run goes on from where it is to be written."""
        if self._is_due(trainer.log):
            self._save(trainer.log)

    def between_batches(self, trainer) -> None:
        """Write it when it is time, or when this was the last minibatch."""
        log = trainer.log
        is_last = log.stop_reason is not None or log.iteration >= log.last_iteration
        if self._is_due(log) or is_last:
            self._save(log)

    next_look = Extension.with_others

    def _is_due(self, log) -> bool:
        return log.epoch_ended and log.epoch % self.every == 0

    def _save(self, log) -> None:
        row = log.rows[-1] if log.rows else {}
        save_model(self.path, self.model, {**self.header, "epoch": log.epoch, "row": row})
