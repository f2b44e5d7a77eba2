"""Print how far runs have come and what they measured last: print_monitor.py runs/mlp."""

from dltut.commands import flags

from pathlib import Path

from dltut.exceptions import InputError
from dltut.machine.stopwatch import duration
from dltut.training import read_run
from dltut.viz import channel_names


def main(*runs: Path):
    """Print the epochs, the time, the last value of everything measured, and the best.

    Parameters
    ----------
    *runs : path
        Folders of runs, such as runs/mlp.
    """
    if not runs:
        raise InputError("no run is named: give the folder of one or more, such as runs/mlp")
    logs = {path: read_run(path) for path in runs}
    titles = [f"{path}\n" if len(runs) > 1 else "" for path in logs]
    summaries = ["\n".join(summary(log)) for log in logs.values()]
    print("\n\n".join(map("".join, zip(titles, summaries, strict=True))))


def summary(log):
    """Lines about a log."""
    if not log.rows:
        yield "no validation yet"
        return
    yield f"epochs seen: {log.rows[-1]['epoch']}"
    yield f"time trained: {duration(log.clock[-1])}"
    for name in sorted(channel_names(log.rows)):
        last = next(row[name] for row in reversed(log.rows) if name in row)
        yield f"{name} : {log.printed(name, last)}"
    if best := log.best_row:
        watched = log.watched or "valid_error"  # as it always was in version 0.1
        names = [name for name in best if name == watched or name.startswith("test_")]
        shown = ", ".join(f"{name} {log.printed(name, best[name])}" for name in names)
        yield f"best: {shown} in epoch {best['epoch']}"


if __name__ == "__main__":
    flags.run(main)
