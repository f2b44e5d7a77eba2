"""The file of a study: a journal that several processes write, and that survives every kill.

Optuna's own locks of a journal are files, which stay when their process is killed, and whoever
waits for them waits for half a minute. Those here are the operating system's: they end with the
process.
"""

import errno
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from dltut.exceptions import InputError
from dltut.machine.files import make_folder

try:
    import fcntl
except ImportError:  # Windows, where a sweep is one process
    fcntl = None

JOURNAL, CLAIM, TRIALS = 0, 1, 2  # places of the locks; those of the trials begin at TRIALS


class Locks:
    """Locks that end with this process, each a byte of one file.

    Parameters
    ----------
    path : path
        The file, which is made if need be.

    Notes
    -----
    They exclude processes, not threads. Closing the file through any object of the process frees
    all of them, so a process opens a sweep once.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        weakref.finalize(self, os.close, self._file)

    @contextmanager
    def held(self, place: int) -> Iterator[None]:
        """Wait for the lock, and hold it during the block."""
        self.wait(place)
        try:
            yield
        finally:
            self.release(place)

    def wait(self, place: int) -> None:
        """Take the lock, when the process that has it gives it back or ends."""
        self._lock(place, 0)

    def take(self, place: int) -> bool:
        """Take the lock, if no other process has it."""
        return self._lock(place, fcntl.LOCK_NB if fcntl else 0)

    def release(self, place: int) -> None:
        """Give the lock back."""
        if fcntl:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def _lock(self, place: int, how: int) -> bool:
        try:
            if fcntl:
                fcntl.lockf(self._file, fcntl.LOCK_EX | how, 1, place)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return False
            raise InputError(
                f"{self.path} cannot be locked ({error.strerror or error}): choose a folder on a "
                "disk with locks (--run-dir)"
            ) from None
        return True


class _JournalLock:
    """The lock that Optuna takes to write; who has it cuts off what a killed writer left."""

    def __init__(self, path: Path, locks: Locks):
        self.path, self.locks = path, locks

    def acquire(self) -> bool:
        self.locks.wait(JOURNAL)
        _cut_off_half_a_line(self.path)
        return True

    def release(self) -> None:
        self.locks.release(JOURNAL)


def open_journal(path: str | os.PathLike, locks: Locks) -> JournalStorage:
    """Optuna's storage in a file, which is made if need be.

    Parameters
    ----------
    path : path
    locks : Locks

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = Path(path)
    make_folder(path.parent)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return JournalStorage(JournalFileBackend(str(path), _JournalLock(path, locks)))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
        raise InputError(
            f"{path} is damaged: bring it back from a copy, or choose another --run-dir"
        ) from None


def _cut_off_half_a_line(path: Path) -> None:
    """Nobody else writes now, so what has no newline at its end was never finished."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        if size and file.read(1) != b"\n":
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
