"""Print how far runs have come and what they measured last: print_monitor.py runs/mlp."""

from dltut.commands import flags
from dltut.commands.runs import reading

import csv
import json
import sys
from math import isfinite
from pathlib import Path

from dltut.exceptions import InputError
from dltut.machine.stopwatch import duration
from dltut.training import read_run
from dltut.viz import channel_names


def main(*runs: Path, csv: bool = False, json: bool = False):
    """Print the epochs, the time, the last value of everything measured, and the best.

    Parameters
    ----------
    *runs : path
        Folders of runs, such as runs/mlp.
    csv : bool
        A table for a spreadsheet, a row a run: its last values, each rate a share of 1.
    json : bool
        The same and the best values for a program, a list with an object a run.
    """
    if not runs:
        raise InputError("no run is named: give the folder of one or more, such as runs/mlp")
    if csv and json:
        raise InputError("csv and json cannot both be written: choose one")
    with reading():
        logs = {str(path): read_run(path) for path in runs}
    if csv or json:
        (print_csv if csv else print_json)([{"run": run} | facts(logs[run]) for run in logs])
        return
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
    for name, last in last_values(log).items():
        yield f"{name} : {log.printed(name, last)}"
    if best := log.best_row:
        watched = log.watched or "valid_error"  # as it always was in version 0.1
        names = [name for name in best if name == watched or name.startswith("test_")]
        shown = ", ".join(f"{name} {log.printed(name, best[name])}" for name in names)
        yield f"best: {shown} in epoch {best['epoch']}"


def last_values(log):
    """The last number of every channel, sorted by their names."""
    last = {name: value for row in log.rows for name, value in row.items()}
    return {name: last[name] for name in sorted(channel_names(log.rows))}


def facts(log):
    """What a log says, as plain values."""
    last = log.rows[-1] if log.rows else {"epoch": 0, "iteration": -1}
    return {
        "epochs": last["epoch"],
        "batches": last["iteration"] + 1,
        "seconds": log.clock[-1] if log.clock else 0.0,
        "stopped": log.stop_reason,
        "last": last_values(log),
        "best": log.best_row,
    }


def print_csv(records):
    """A row a run under the names of all channels."""
    rows = [each | each["last"] for each in records]
    names = dict.fromkeys(name for row in rows for name in row if name not in ("last", "best"))
    writer = csv.DictWriter(sys.stdout, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def print_json(records):
    """What is not finite is null: JSON has no other number for it."""
    print(json.dumps(_finite(records), indent=2))


def _finite(value):
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return value if not isinstance(value, float) or isfinite(value) else None


if __name__ == "__main__":
    flags.run(main)
