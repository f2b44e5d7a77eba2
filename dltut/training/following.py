"""A log read while another process writes it, as columns of numbers."""

import json
import os
import struct
import sys
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError, printable
from dltut.machine.files import is_there, plain_file, unreadable
from dltut.training.log import folder_of_log
from dltut.training.run_folder import RunFolder

try:
    import fcntl
except ImportError:  # Windows, where folders are not locked
    fcntl = None

AT_ONCE = 10_000  # lines
LONGEST_NAME = 200  # characters of a channel's name
NUMBERS = {int, float, bool}


class Follower:
    r"""The rows of a run as columns, read on as its log grows; nothing is written or locked.

    Parameters
    ----------
    run_dir : path
        Its log need not be there yet.

    Attributes
    ----------
    columns : {str: float64 array}
        By the names in the rows, a number for each row; NaN where a row lacks it. "best" is 0 or 1,
        "seconds" comes from clock.jsonl.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> follower = Follower(folder)
    >>> follower.read()
    False
    >>> _ = (folder / "log.jsonl").write_text('{"epoch": 1, "iteration": 9, "norm": 2.5}\n{"epo')
    >>> follower.read(), follower.columns["norm"]
    (True, array([2.5]))
    """

    def __init__(self, run_dir: str | PathLike):
        folder = RunFolder(run_dir)
        self._log, self._clock = _Growing(folder.log), _Growing(folder.clock)
        self.columns: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return len(self.columns.get("iteration", ()))

    @property
    def last_row(self) -> dict:
        """The last row, as it was written: what is no number in it, but there, is NaN."""
        return json.loads(self._log.last_line or b"{}")

    def read(self) -> bool:
        """Read what was written since the last call, or all of it if the log was written anew.

        Returns
        -------
        bool
            Whether the columns have changed. A line that is only half written waits.

        Raises
        ------
        InputError
            If a file is damaged or cannot be read.
        """
        grown = self._log.read()
        if not (self._clock.read() or grown):  # read last: no row is ever without its second
            return False
        # a log may come from anybody, and its names are shown in many places
        self.columns = {
            printable(name, LONGEST_NAME): each for name, each in self._log.columns.items()
        }
        if len(self) and self._clock.columns:
            self.columns["seconds"] = _seconds(self.columns["iteration"], self._clock.columns)
        return True


def read_columns(run_dir: str | PathLike) -> dict[str, np.ndarray]:
    """The log of a run folder as columns, the quick way to read a million rows.

    Parameters
    ----------
    run_dir : path
        The folder, or its log.jsonl.

    Returns
    -------
    {str: float64 array}
        As in `Follower`.

    Raises
    ------
    InputError
        If there is no log, or a line of it is damaged.
    """
    follower = Follower(folder_of_log(run_dir))
    follower.read()
    return follower.columns


def is_training(run_dir: str | PathLike) -> bool:
    """Whether another process trains into the folder now.

    Notes
    -----
    It asks who has the folder's lock, and does not take it. Do not ask in the process that trains:
    by the rules of POSIX, closing the file there would give up the lock.
    """
    path = RunFolder(run_dir).path / ".lock"
    if fcntl is None:
        return is_there(path)
    # C's struct flock: what lock, from where, from 0 to the end, whose; BSD has the first two last.
    layout = "hhqqi4x" if sys.platform == "linux" else "qqihh"
    lock = (fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    question = struct.pack(layout, *(lock if sys.platform == "linux" else (0, 0, 0, *lock[:2])))
    try:
        with path.open("rb") as file:
            answer = fcntl.fcntl(file, fcntl.F_GETLK, question)
    except OSError:
        return False
    return struct.unpack(layout, answer)[0 if sys.platform == "linux" else 3] != fcntl.F_UNLCK


class _Growing:
    """A file of JSON lines: the numbers of those that are whole."""

    def __init__(self, path: Path):
        self.path = path
        self._forget()

    def _forget(self) -> None:
        self.columns: dict[str, np.ndarray] = {}
        self._place, self._n_lines, self.last_line, self._before = 0, 0, b"", -np.inf

    def read(self) -> bool:
        """Read on; whether there was anything new."""
        try:
            with plain_file(self.path) as file:
                anew = not self._goes_on(file)
                if anew:
                    self._forget()
                file.seek(self._place)
                text = file.read()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unreadable(self.path, error) from None
        *lines, _ = text.split(b"\n")  # what follows the last newline is still being written
        parts = [self.columns] * bool(self.columns)
        for i in range(0, len(lines), AT_ONCE):
            parts.append(self._numbers(lines[i : i + AT_ONCE]))
            self._n_lines += len(lines[i : i + AT_ONCE])
        if lines:
            self._place += sum(map(len, lines)) + len(lines)
            self.last_line = lines[-1] + b"\n"
            self.columns = _joined(parts)
        return anew or bool(lines)

    def _goes_on(self, file) -> bool:
        """Whether the line read last stands where it stood: a resumed run writes the log anew."""
        file.seek(self._place - len(self.last_line))
        return file.read(len(self.last_line)) == self.last_line

    def _numbers(self, lines: list[bytes]) -> dict[str, np.ndarray]:
        columns = _columns(lines)
        if columns is None:
            raise self._damaged(next(i for i, line in enumerate(lines) if not _columns([line])))
        rises = np.diff(columns["iteration"], prepend=self._before) > 0
        if not rises.all():
            raise self._damaged(int(rises.argmin()))
        self._before = columns["iteration"][-1]
        return columns

    def _damaged(self, number: int) -> InputError:
        return InputError(
            f"{self.path} is damaged in line {self._n_lines + number + 1}: resume the run, which "
            "writes the log anew from its checkpoint, or delete that line"
        )


def _columns(lines: list[bytes]) -> dict[str, np.ndarray] | None:
    """The numbers of some lines, read at once because that is quicker; None if one is no row."""
    nan = float("nan")
    try:
        rows = json.loads(b"[" + b",".join(lines) + b"]")
        names = dict.fromkeys(name for row in rows for name in row)
        is_plain = {*map(type, rows)} == {dict} and len(rows) == len(lines)
        if not is_plain or not all("iteration" in row for row in rows):
            return None
        values = {name: [row.get(name, nan) for row in rows] for name in names}
        if not all(NUMBERS.issuperset(map(type, each)) for each in values.values()):
            return None
        return {name: np.array(each, "float64") for name, each in values.items()}
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


def _joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """One column behind the other, NaN where a part has none of the name."""
    names = dict.fromkeys(name for part in parts for name in part)
    absent = [np.full(len(part["iteration"]), np.nan) for part in parts]
    return {
        name: np.concatenate([part.get(name, no) for part, no in zip(parts, absent, strict=True)])
        for name in names
    }


def _seconds(iterations: np.ndarray, clock: dict[str, np.ndarray]) -> np.ndarray:
    """The seconds of iterations, NaN where the clock lacks them."""
    there = clock["iteration"]
    seconds = clock.get("seconds", np.full(len(there), np.nan))
    places = np.searchsorted(there, iterations).clip(max=len(there) - 1)
    return np.where(there[places] == iterations, seconds[places], np.nan)
