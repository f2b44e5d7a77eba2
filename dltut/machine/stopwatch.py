"""Seconds of work, without those in which functions are compiled."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_RUNNING: ContextVar[tuple] = ContextVar("the stopwatches that run", default=())


class Stopwatch:
    """Wall-clock seconds while it runs, but for those spent under `not_counted`.

    Parameters
    ----------
    seconds : float
        To begin with, such as those of an earlier session.

    Examples
    --------
    >>> watch = Stopwatch(seconds=100.0)
    >>> with watch.running(), not_counted():
    ...     time.sleep(0.02)
    >>> watch.seconds < 100.02
    True
    """

    def __init__(self, seconds: float = 0.0):
        self._seconds, self._started = seconds, None

    @property
    def seconds(self) -> float:
        """Those counted so far."""
        running = 0.0 if self._started is None else time.perf_counter() - self._started
        return self._seconds + running

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let it run during the block."""
        self._started = time.perf_counter()
        token = _RUNNING.set((*_RUNNING.get(), self))
        try:
            yield
        finally:
            _RUNNING.reset(token)
            self._seconds, self._started = self.seconds, None

    def skip(self, seconds: float) -> None:
        """Take seconds back that should not have counted."""
        self._seconds -= seconds


@contextmanager
def not_counted() -> Iterator[None]:
    """Leave the block out of the count of every stopwatch that runs."""
    watches = _RUNNING.get()
    token = _RUNNING.set(())  # what is not counted already is not taken back twice
    start = time.perf_counter()
    try:
        yield
    finally:
        _RUNNING.reset(token)
        seconds = time.perf_counter() - start
        for watch in watches:
            watch.skip(seconds)


def duration(seconds: float) -> str:
    """Seconds in words.

    Examples
    --------
    >>> duration(59.94), duration(61), duration(5840.4)
    ('59.9 s', '1 min 1 s', '1 h 37 min 20 s')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {seconds} s" if hours else f"{minutes} min {seconds} s"
