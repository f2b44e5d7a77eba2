"""Print how far runs have come and what they measured last: print_monitor.py runs/mlp."""

from dltut.commands import flags
from dltut.commands.runs import reading

import csv
import json
import sys
from math import isfinite
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.stopwatch import duration
from dltut.training import Follower, read_meaning
from dltut.training.log import folder_of_log
from dltut.viz.curves import COUNTS, best_place


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
        records = {str(path): facts(path) for path in runs}
    if csv or json:
        (print_csv if csv else print_json)([{"run": run} | records[run] for run in records])
        return
    titles = [f"{path}\n" if len(runs) > 1 else "" for path in runs]
    with reading():
        logs = map(read_meaning, runs)
        summaries = ["\n".join(summary(*each)) for each in zip(records.values(), logs, strict=True)]
    print("\n\n".join(map("".join, zip(titles, summaries, strict=True))))


def summary(record, log):
    """Lines about a run."""
    if not record["batches"] and not record["last"]:
        yield "no validation yet"
        return
    yield f"epochs seen: {record['epochs']}"
    yield f"time trained: {duration(record['seconds'])}"
    for name, last in record["last"].items():
        yield f"{name} : {log.printed(name, last)}"
    if best := record["best"]:
        watched = log.watched or "valid_error"  # as it always was in version 0.1
        names = [name for name in best if name == watched or name.startswith("test_")]
        shown = ", ".join(f"{name} {log.printed(name, best[name])}" for name in names)
        yield f"best: {shown} in epoch {best['epoch']}"


def facts(path):
    """What the files of a run say, as plain values; a million rows are read in seconds."""
    follower = Follower(folder_of_log(path).path)
    follower.read()
    columns, last = follower.columns, follower.last_row
    best = best_place(columns)
    return {
        "epochs": last.get("epoch", 0),
        "batches": last.get("iteration", -1) + 1,
        "seconds": float(columns["seconds"][-1]) if "seconds" in columns else 0.0,
        "stopped": read_meaning(path).stop_reason,
        "last": last_values(columns, last),
        "best": None if best is None else row_at(columns, best),
    }


def last_values(columns, last_row):
    """The last number of every channel, sorted by their names."""
    names = sorted(name for name in columns if name not in (*COUNTS, "best"))
    return {name: last_row.get(name, _last(columns[name])) for name in names}


def row_at(columns, place):
    """A row, as the log has it."""
    row = {name: float(values[place]) for name, values in columns.items() if name != "seconds"}
    row = {name: value for name, value in row.items() if value == value}  # NaN: none in this row
    return row | {name: int(row[name]) for name in COUNTS if name in row} | {"best": True}


def _last(values):
    there = np.flatnonzero(~np.isnan(values))
    return float(values[there[-1]]) if len(there) else float("nan")


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
