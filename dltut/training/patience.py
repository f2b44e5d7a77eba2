"""Early stopping with patience, as the tutorials published it."""

from math import inf

from dltut.exceptions import InputError
from dltut.training.stopping import Criterion, value_of


class Patience(Criterion):
    """Stop when nothing has improved significantly for as long again as it took to get there.

    Parameters
    ----------
    patience : int
        Minibatches to train at least.
    increase : float
        After a significant improvement at iteration i, go on until ``i * increase`` at least.
    threshold : float
        An error below ``best * threshold`` is a significant improvement.
    channel : str
        The number in the log's rows, the lower the better.

    Attributes
    ----------
    initial : int
        As given.
    patience, best : float
        As they stand at the last row read.

    Notes
    -----
    Exactly as published: iterations count from 0, and the run stops when ``patience <= iteration``
    after any minibatch. The name says examples in some texts; it has always been minibatches.

    References
    ----------
    .. [1] Deep Learning Tutorials, "Getting Started", early stopping.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=100)
    >>> patience = Patience(patience=50)
    >>> log.append({"iteration": 40, "valid_error": 0.5})
    >>> log.iteration = 79
    >>> patience.should_stop(log) is None
    True
    >>> log.iteration = 80
    >>> patience.should_stop(log)
    'patience ran out: no significant improvement of valid_error since iteration 41 (patience 80)'
    """

    def __init__(
        self,
        patience: int = 10000,
        increase: float = 2,
        threshold: float = 0.995,
        channel: str = "valid_error",
    ):
        if patience < 1:
            raise InputError(f"patience is {patience}; it counts minibatches and is at least 1")
        self.initial, self.increase, self.threshold = patience, increase, threshold
        self.channel = channel
        self.restart()

    def restart(self) -> None:
        """As at the beginning."""
        self.patience, self.best, self._improved = self.initial, inf, -1

    def should_stop(self, log) -> str | None:
        """The reason, once the iteration has reached the patience."""
        for row in self.unread(log):
            self._read(row["iteration"], value_of(row, self.channel))
        if log.iteration < self.patience:
            return None
        return (
            f"patience ran out: no significant improvement of {self.channel} "
            f"since iteration {self._improved + 1} (patience {self.patience})"
        )

    def _read(self, iteration: int, value: float) -> None:
        if value < self.best:
            if value < self.best * self.threshold:
                self.patience = max(self.patience, iteration * self.increase)
                self._improved = iteration
            self.best = value
