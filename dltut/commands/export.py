"""The log of a run in the format of another program."""

from pathlib import Path

import numpy as np

from dltut.commands.runs import reading
from dltut.machine.files import atomic, is_there
from dltut.machine.notices import say
from dltut.training import RunFolder, read_columns
from dltut.viz.curves import COUNTS

EVENTS = "events.out.tfevents.0000000000.dltut"  # TensorBoard looks for the second and third word


def export(run: Path, folder: Path) -> None:
    """Write what a run measured for TensorBoard: tensorboard --logdir FOLDER shows it.

    Parameters
    ----------
    run : path
        The folder of a run, such as runs/mlp.
    folder : path
        Where the events are written; each run needs a folder of its own, side by side for one
        picture. The parts of a run have subfolders.

    Raises
    ------
    SystemExit
        Status 1 if the package tensorboard is missing, or there is no log.

    Notes
    -----
    A step is an iteration. The time of an event is that of the clock, counted back from the moment
    when the last row was written. TensorBoard keeps 32 bits of a number.
    """
    whole = RunFolder(run)
    folders = {part.path.name: part for part in whole.parts}
    folders |= {"": whole} if is_there(whole.log) or not folders else {}
    with reading():
        logs = {name: read_columns(each) for name, each in folders.items()}
    try:
        for name, columns in logs.items():
            write_events(folder / name / EVENTS, columns, _began(folders[name], columns))
    except ImportError:
        say("error: TensorBoard is not installed: pip install 'dltut[tensorboard]'")
        raise SystemExit(1) from None
    n = sum(len(columns.get("iteration", ())) for columns in logs.values())
    say(f"{n:,} rows: {folder}; next: tensorboard --logdir {folder}")


def write_events(path: Path, columns: dict[str, np.ndarray], start: float = 0.0) -> None:
    """Write columns as a file of events, a scalar for each channel that a row has.

    Parameters
    ----------
    path : path
    columns : dict of name -> array
        As `dltut.training.read_columns` gives them.
    start : float
        The time at which the run began, in seconds since 1970.

    Raises
    ------
    ImportError
        If the package tensorboard is missing.
    InputError
        If the file cannot be written.
    """
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.summary.writer.record_writer import RecordWriter

    steps = columns.get("iteration", np.array([])).astype(int)
    seconds = columns.get("seconds", np.full(len(steps), np.nan))
    times = start + np.where(np.isfinite(seconds), seconds, 0)
    channels = {name: each for name, each in columns.items() if name not in (*COUNTS, "best")}
    channels |= {"epoch": columns["epoch"]} if "epoch" in columns else {}
    with atomic(path) as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=start, file_version="brain.Event:2").SerializeToString())
        for i, (step, wall) in enumerate(zip(steps.tolist(), times.tolist(), strict=True)):
            row = {name: each[i] for name, each in channels.items() if not np.isnan(each[i])}
            values = [Summary.Value(tag=name, simple_value=value) for name, value in row.items()]
            event = Event(wall_time=wall, step=step, summary=Summary(value=values))
            writer.write(event.SerializeToString())


def _began(folder: RunFolder, columns: dict[str, np.ndarray]) -> float:
    """When the run would have begun, had it trained without a break until its last row."""
    seconds = columns.get("seconds", np.array([]))
    known = seconds[np.isfinite(seconds)]
    return folder.log.stat().st_mtime - (float(known[-1]) if len(known) else 0.0)
