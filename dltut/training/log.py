"""What a training run has done so far: where it stands, and one row of numbers a validation."""

import html
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.channels import printed, words
from dltut.machine.checks import MOST, fits_a_float
from dltut.machine.files import atomic, is_file, read_plain, refusals_told
from dltut.machine.stopwatch import Stopwatch
from dltut.training.run_folder import RunFolder

POSITION = ("epoch", "minibatch", "iteration", "train_cost", "best", "seconds")
SHOWN = 12  # rows in the table of a log
NO_ROW = -2  # the iteration before that of any row


@dataclass(repr=False)
class Log:
    """The record of a run, and the only thing that extensions and stopping criteria talk through.

    A notebook shows it as a table.

    Attributes
    ----------
    n_batches : int
        Minibatches in an epoch.
    epoch, minibatch, iteration : int
        The last minibatch done: epochs count from 1; the place in the epoch and the iteration
        since the beginning count from 0. Before the first, epoch 0, minibatch -1, iteration -1.
    cost : float
        Of the last minibatch.
    costs : list of float
        Of the minibatches since the extensions were called last: one, or as many as were learned
        from in one call.
    rows : list of dict
        One a validation: names and plain numbers, the same however often the run was resumed.
    clock : list of float
        Seconds since the beginning at each row, the seconds of earlier sessions included.
    watched : str or None
        The channel that says which row, and so which model, is the best; None if none does.
    lower : bool
        Whether lower is better in that channel.
    cost_name : str
        What the step returns, in words.
    validation_frequency : int or None
        Minibatches from one row to the next.
    validate_within : int or None
        A criterion wants a row at least once in so many minibatches.
    last_iteration : int or None
        The one with which the run ends if nothing improves any more.
    n_examples : dict
        How many examples the rates were counted on, as {"valid": 10000, "test": 9600}.
    derived : dict
        {name: function of the rows}: what is added to each row as it is written, of which the
        function is given the rows so far, this one the last; None adds nothing.
    resumable : bool
        Whether a checkpoint is kept, so that the run can go on in another process.
    stop_reason : str or None
        Why the run ended; None while it goes on.
    final : bool
        True if it was asked to stop for good: running again does nothing.

    Examples
    --------
    >>> log = Log(n_batches=150, watched="valid_error", n_examples={"valid": 1000})
    >>> log.append({"epoch": 1, "train_cost": 1.9551, "valid_error": 0.195, "best": True})
    >>> log.append({"epoch": 2, "train_cost": 1.3276, "valid_error": 0.195, "best": False})
    >>> log
    epoch   cost  validation error
        1  1.955            19.5 %  best
        2  1.328            19.5 %
    """

    n_batches: int = 0
    epoch: int = 0
    minibatch: int = -1
    iteration: int = -1
    cost: float = float("nan")
    costs: list[float] = field(default_factory=list, compare=False)
    rows: list[dict] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)
    watched: str | None = None
    lower: bool = True
    cost_name: str = "cost"
    validation_frequency: int | None = None
    validate_within: int | None = None
    last_iteration: int | None = None
    n_examples: dict[str, int] = field(default_factory=dict)
    derived: dict[str, Callable] = field(default_factory=dict, compare=False)
    resumable: bool = False
    stop_reason: str | None = None
    final: bool = False
    _watch: Stopwatch = field(default_factory=Stopwatch, compare=False)

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
        """Wall clock spent training so far, in all sessions, without compiling."""
        return self._watch.seconds

    @property
    def best_row(self) -> dict | None:
        """The row that is the best by the watched channel, None before there is one."""
        return next((row for row in reversed(self.rows) if row.get("best")), None)

    def append(self, row: dict) -> None:
        """Add one row; NumPy numbers become plain ones.

        A second row of the same iteration becomes part of the first: that of another Monitor.

        Raises
        ------
        InputError
            If a value is not one number, or a channel has one already at this iteration.
        """
        new = {name: _plain(name, value) for name, value in row.items()}
        rows = self.rows
        if rows and "iteration" in new and rows[-1].get("iteration") == new["iteration"]:
            *rows, last = rows
            new = self._joined(last, new)
        for name, function in self.derived.items():
            value = function([*rows, new])
            if value is not None:
                new[name] = _plain(name, value)
        self.rows[len(rows) :] = [new]
        self.clock[len(rows) :] = [self.seconds]

    def move_to(self, iteration: int) -> None:
        """Stand where minibatch `iteration` has just been done."""
        self.iteration = iteration
        epoch, self.minibatch = divmod(iteration, self.n_batches) if iteration >= 0 else (-1, -1)
        self.epoch = epoch + 1

    def set_seconds(self, seconds: float) -> None:
        """Count on from the seconds of an earlier session."""
        self._watch = Stopwatch(seconds)

    def running(self) -> AbstractContextManager:
        """Let the clock run during the block."""
        return self._watch.running()

    def printed(self, name: str, value: float) -> str:
        """The value of a channel, a rate in percent with the digits that its examples can tell."""
        return printed(name, value, self.n_examples.get(name.partition("_")[0]))

    def called(self, name: str) -> str:
        """A channel in words."""
        return self.cost_name if name == "train_cost" else words(name)

    def __repr__(self) -> str:
        names, *lines = self._table()
        if not lines:
            done = f"{self.iteration + 1} minibatches done"
            hint = "; a Monitor among the extensions writes them" if self.iteration >= 0 else ""
            return f"Log(no rows yet, {done}{hint})"
        widths = [max(map(len, column)) for column in zip(names, *lines, strict=True)]
        return "\n".join(
            "  ".join(f"{text:>{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
            for line in (names, *lines)
        )

    def _repr_html_(self) -> str:
        names, *lines = self._table()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in line)}</tr>"
            for line in lines
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _joined(self, first: dict, second: dict) -> dict:
        """Two rows of one iteration; what stands in every row is that of the first."""
        first = {name: value for name, value in first.items() if name not in self.derived}
        for name in second.keys() & first.keys() - {*POSITION}:
            raise InputError(
                f"two Monitors measure {name} at one minibatch: leave it out of one of them"
            )
        return first | {name: each for name, each in second.items() if name not in first}

    def _table(self) -> list[list[str]]:
        """Names above rows, the best and the last among them, if there are too many for all."""
        n, best = len(self.rows), self.best_row
        shown = sorted({*np.linspace(0, n - 1, min(n, SHOWN)).astype(int)})
        rows = [row for i, row in enumerate(self.rows) if i in shown or row is best]
        channels = dict.fromkeys(name for row in rows for name in row if name not in POSITION)
        names = ["train_cost", *channels] if any("train_cost" in row for row in rows) else channels
        lines = [
            [
                str(row.get("epoch", "")),
                *(self.printed(name, row[name]) if name in row else "" for name in names),
                "best" if row is best else "",
            ]
            for row in rows
        ]
        return [["epoch", *map(self.called, names), ""], *lines]


def place(epoch: int, minibatch: int, n_batches: int) -> str:
    """Where in the training a minibatch ends, in words.

    Parameters
    ----------
    epoch, minibatch, n_batches : int
        As in `Log`: the minibatch counts from 0.

    Examples
    --------
    >>> place(2, 0, 83), place(2, 82, 83)
    ('epoch 2 (1 of 83 minibatches)', 'epoch 2')
    """
    done = minibatch + 1
    part = "" if done in (0, n_batches) else f" ({done} of {n_batches} minibatches)"
    return f"epoch {epoch}{part}"


def write_log(run_dir: str | Path, log: Log) -> None:
    """Write log.jsonl and clock.jsonl of a run folder anew, each old or new and never half.

    Notes
    -----
    The clock is kept in a file of its own, so that log.jsonl is the same byte for byte however
    often the run was stopped and resumed. It is written first: no row is ever without its second.
    """
    for path, text in _texts(run_dir, log, 0):
        with atomic(path, "w") as file:
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
    for path, text in _texts(run_dir, log, n_written):
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
    folder = folder_of_log(run_dir)
    clock = _records(folder.clock, _is_second) if is_file(folder.clock) else []
    seconds = {record["iteration"]: {"seconds": record["seconds"]} for record in clock}
    return [row | seconds.get(row["iteration"], {}) for row in _records(folder.log, is_row)]


def folder_of_log(run_dir: str | Path) -> RunFolder:
    """The run folder that holds a log.

    Parameters
    ----------
    run_dir : path
        The folder, or its log.jsonl.

    Raises
    ------
    InputError
        If there is no log.
    """
    folder = RunFolder(run_dir)
    if folder.path.name == folder.log.name:
        folder = RunFolder(folder.path.parent)
    if not is_file(folder.log):
        raise InputError(
            f"{folder} holds no {folder.log.name}: name the folder of a run, such as runs/mlp"
        )
    return folder


def is_row(row, before: int) -> bool:
    """Whether something can be a row of a log.

    Parameters
    ----------
    row : object
        As JSON gives it.
    before : int
        The iteration of the row before it, `NO_ROW` if there is none.
    """
    if not isinstance(row, dict):
        return False
    first = 0 if row.get("iteration") == -1 else 1  # what is measured before training is epoch 0
    return (
        all(isinstance(value, int | float) and fits_a_float(value) for value in row.values())
        and is_whole(row.get("iteration"), before + 1)
        and is_whole(row.get("epoch"), first)
        and is_whole(row.get("minibatch", 0), first - 1)
        and isinstance(row.get("best", False), bool)
    )


def is_whole(value, least: int) -> bool:
    """Whether something is a whole number, `least` or more."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < MOST


def is_seconds(value) -> bool:
    """Whether something is a time that a run can have taken."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and fits_a_float(value) and isfinite(value) and value >= 0


def _plain(name: str, value) -> bool | int | float:
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise InputError(
            f"{name} is {value!r}, which is not one number: a row of the log holds numbers"
        )
    return array.item()


def _texts(run_dir: str | Path, log: Log, first: int) -> list[tuple[Path, str]]:
    """The files and their lines; JSON writes a float so that it reads back exactly."""
    rows = log.rows[first:]
    clock = [
        {"iteration": row["iteration"], "seconds": seconds}
        for row, seconds in zip(rows, log.clock[first:], strict=True)
    ]
    folder = RunFolder(run_dir)
    return [
        (path, "".join(f"{json.dumps(record)}\n" for record in records))
        for path, records in ((folder.clock, clock), (folder.log, rows))
    ]


def _records(path: Path, is_valid: Callable) -> list[dict]:
    """The lines of a file, each valid behind the one before it."""
    with refusals_told(path):
        content = read_plain(path)
    *whole, _ = content.split(b"\n")  # whatever follows the last newline was cut off
    records, before = [], NO_ROW
    for number, line in enumerate(whole, start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not is_valid(record, before):
            raise InputError(
                f"{path} is damaged in line {number}: resume the run, which writes the log anew "
                "from its checkpoint, or delete that line"
            )
        records.append(record)
        before = record["iteration"]
    return records


def _is_second(record, before: int) -> bool:
    return (
        isinstance(record, dict)
        and is_whole(record.get("iteration"), before + 1)
        and is_seconds(record.get("seconds"))
    )
