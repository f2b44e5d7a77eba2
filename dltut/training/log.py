"""What a training run has done so far: where it stands, and one row of numbers a validation."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.files import atomic

ROWS = "log.jsonl"
CLOCK = "clock.jsonl"


@dataclass
class Log:
    """The record of a run, and the only thing that extensions and stopping criteria talk through.

    Attributes
    ----------
    n_batches : int
        Minibatches in an epoch.
    epoch, minibatch, iteration : int
        The last minibatch done: epochs count from 1; the place in the epoch and the iteration
        since the beginning count from 0 (the iteration is -1 before the first).
    cost : float
        Of the last minibatch.
    rows : list of dict
        One a validation: names and plain numbers, the same however often the run was resumed.
    clock : list of float
        Seconds since the beginning at each row, the seconds of earlier sessions included.
    validation_frequency : int or None
        Minibatches from one row to the next.
    n_examples : dict
        How many examples the errors were counted on, as {"valid": 10000, "test": 9600}.
    stop_reason : str or None
        Why the run ended; None while it goes on.
    final : bool
        True if it was asked to stop for good: running again does nothing.
    """

    n_batches: int = 0
    epoch: int = 0
    minibatch: int = -1
    iteration: int = -1
    cost: float = float("nan")
    rows: list[dict] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    validation_frequency: int | None = None
    n_examples: dict[str, int] = field(default_factory=dict)
    stop_reason: str | None = None
    final: bool = False
    _seconds: float = 0.0
    _started: float | None = None

    @property
    def epoch_ended(self) -> bool:
        """Whether the last minibatch done was the last of its epoch."""
        return self.minibatch + 1 == self.n_batches

    @property
    def place(self) -> str:
        """Where the run stands, in words."""
        return place(self.epoch, self.minibatch, self.n_batches)

    @property
    def seconds(self) -> float:
        """Wall clock spent training so far, in all sessions."""
        running = 0.0 if self._started is None else time.perf_counter() - self._started
        return self._seconds + running

    @property
    def best_row(self) -> dict | None:
        """The row with the lowest validation error, None before there is one."""
        return next((row for row in reversed(self.rows) if row.get("best")), None)

    def append(self, row: dict) -> None:
        """Add one row; NumPy numbers become plain ones.

        Raises
        ------
        InputError
            If a value is not one number.
        """
        self.rows.append({name: _plain(name, value) for name, value in row.items()})
        self.clock.append(self.seconds)

    def move_to(self, iteration: int) -> None:
        """Stand where minibatch `iteration` has just been done."""
        self.iteration = iteration
        if iteration >= 0:
            epoch, self.minibatch = divmod(iteration, self.n_batches)
            self.epoch = epoch + 1

    def set_seconds(self, seconds: float) -> None:
        """Count on from the seconds of an earlier session."""
        self._seconds = seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clock run during the block."""
        self._started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds, self._started = self.seconds, None


def place(epoch: int, minibatch: int, n_batches: int) -> str:
    """A minibatch in words, where it counts from 1.

    Parameters
    ----------
    epoch, minibatch, n_batches : int
        As in `Log`: the minibatch counts from 0.

    Examples
    --------
    >>> place(2, 0, 83)
    'epoch 2, minibatch 1/83'
    """
    return f"epoch {epoch}, minibatch {minibatch + 1}/{n_batches}"


def _plain(name: str, value) -> bool | int | float:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise InputError(
            f"{name} is {value!r}, which is not one number: a row of the log holds numbers"
        )
    return array.item()


def write_log(run_dir: str | Path, log: Log) -> None:
    """Write log.jsonl and clock.jsonl of a run folder anew, each old or new and never half.

    Notes
    -----
    The clock is kept in a file of its own, so that log.jsonl is the same byte for byte however
    often the run was stopped and resumed. It is written first: no row is ever without its second.
    """
    lines = _lines(log, 0)
    for name, text in zip((CLOCK, ROWS), lines, strict=True):
        with atomic(Path(run_dir) / name, "w") as file:
            file.write(text)


def append_log(run_dir: str | Path, log: Log, n_written: int) -> None:
    """Add the rows from `n_written` on to log.jsonl and clock.jsonl of a run folder.

    Parameters
    ----------
    run_dir : path
    log : Log
    n_written : int
        Rows that the files hold already.

    Raises
    ------
    InputError
        If they cannot be written.
    """
    for name, text in zip((CLOCK, ROWS), _lines(log, n_written), strict=True):
        path = Path(run_dir) / name
        try:
            with path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise InputError(
                f"{path} could not be written ({error.strerror or error}): free some space or "
                "choose another folder, then resume the run"
            ) from None


def read_log(run_dir: str | Path) -> list[dict]:
    """The rows of a run folder's log, each with its "seconds".

    Parameters
    ----------
    run_dir : path
        The folder, or its log.jsonl.

    Returns
    -------
    list of dict
        In the order of training. A last line that was cut off while being written is left out.

    Raises
    ------
    InputError
        If there is no log, or a line of it is damaged.
    """
    run_dir = Path(run_dir)
    run_dir = run_dir.parent if run_dir.name == ROWS else run_dir
    if not (run_dir / ROWS).is_file():
        raise InputError(f"{run_dir} holds no {ROWS}: name the folder of a run, such as runs/mlp")
    clock = _records(run_dir / CLOCK) if (run_dir / CLOCK).is_file() else []
    seconds = {record["iteration"]: {"seconds": record["seconds"]} for record in clock}
    return [row | seconds.get(row["iteration"], {}) for row in _records(run_dir / ROWS)]


def _lines(log: Log, first: int) -> tuple[str, str]:
    """The clock's and the rows' lines; JSON writes a float so that it reads back exactly."""
    rows = log.rows[first:]
    clock = [
        {"iteration": row["iteration"], "seconds": seconds}
        for row, seconds in zip(rows, log.clock[first:], strict=True)
    ]
    times, numbers = ("".join(json.dumps(each) + "\n" for each in part) for part in (clock, rows))
    return times, numbers


def _records(path: Path) -> list[dict]:
    *whole, cut = path.read_bytes().split(b"\n")  # whatever follows the last newline was cut off
    del cut
    return [_record(path, number, line) for number, line in enumerate(whole, start=1)]


def _record(path: Path, number: int, line: bytes) -> dict:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict) or "iteration" not in record:
        raise InputError(
            f"{path} is damaged in line {number}: resume the run, which writes the log anew from "
            "its checkpoint, or delete that line"
        )
    return record
