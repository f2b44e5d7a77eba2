"""What judges a run by one number of the log's rows: criteria, and what waits for a best row."""

from dltut.exceptions import InputError, nearest
from dltut.machine.channels import rises
from dltut.training.extensions import Extension


class Reader(Extension):
    """An extension that reads the log's rows once each, and judges one number in them.

    It needs no place in a checkpoint: what it knows comes from the rows alone, which a resumed run
    finds in its log.

    Parameters
    ----------
    channel : str, optional
        The number in the rows that it judges; the one that the log watches if not given.
    lower : bool, optional
        Whether lower is better. If not given: for the watched channel as the log says, for another
        as its name says (an accuracy should rise, an error fall).

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=1, rows=[{"iteration": 0, "valid_f1": 0.5}])
    >>> reader = Reader("valid_f1")
    >>> reader.unread(log), reader.unread(log)
    ([{'iteration': 0, 'valid_f1': 0.5}], [])
    >>> reader.judged(log)
    ('valid_f1', False)
    """

    channel = lower = None
    _log, _n_read = None, 0

    def __init__(self, channel: str | None = None, lower: bool | None = None):
        self.channel, self.lower = channel, lower
        self.restart()

    def restart(self) -> None:
        """Forget what was read: another log begins."""

    def unread(self, log) -> list[dict]:
        """The rows that have not been read yet."""
        if log is not self._log:
            self._log, self._n_read = log, 0
            self.restart()
        rows = log.rows[self._n_read :]
        self._n_read += len(rows)
        return rows

    def judged(self, log) -> tuple[str, bool]:
        """The channel that is judged, and whether lower is better.

        Raises
        ------
        InputError
            If no channel was given and the log watches none.
        """
        name = self.channel or log.watched
        if name is None:
            raise InputError(
                f"{type(self).__name__} has no channel to judge: give Monitor a validation error "
                "(or watch=...), or the criterion a channel"
            )
        usual = log.lower if name == log.watched else not rises(name)
        return name, usual if self.lower is None else self.lower


def value_of(row: dict, channel: str) -> float:
    """The number called `channel` in a row of the log.

    Raises
    ------
    InputError
        If the row has none of that name.
    """
    if channel not in row:
        raise InputError(f"the log's rows have no {channel}: {nearest(channel, row)}")
    return row[channel]
