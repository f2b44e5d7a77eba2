"""The trials of a sweep as a table, the best first."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from dltut.machine.channels import printed, words
from dltut.machine.files import atomic
from dltut.sweeps.plan import Sweep
from dltut.sweeps.study import Study
from dltut.viz import save_picture, trials_picture


def sorted_rows(rows: Sequence[dict]) -> list[dict]:
    """The rows of a study, the best value first, those without one last.

    Parameters
    ----------
    rows : list of dict
        From `dltut.sweeps.Study.rows`.

    Examples
    --------
    >>> rows = [{"trial": i, "value": v, "lower": True} for i, v in enumerate([0.5, None, 0.25])]
    >>> [row["trial"] for row in sorted_rows(rows)]
    [2, 0, 1]
    """

    def place(row):
        if row["value"] is None:
            return (1, row["trial"])
        return (0, row["value"] if row["lower"] else -row["value"], row["trial"])

    return sorted(rows, key=place)


def best_row(rows: Sequence[dict]) -> dict | None:
    """The row of the best value, None while there is none."""
    best = next(iter(sorted_rows(rows)), None)
    return best if best and best["value"] is not None else None


def channel_of(rows: Sequence[dict]) -> str:
    """The channel that the trials are sorted by."""
    return next((row["channel"] for row in rows if row["channel"]), "value")


def table_text(rows: Sequence[dict]) -> str:
    """The table for a terminal.

    Parameters
    ----------
    rows : list of dict

    Examples
    --------
    >>> row = {"trial": 0, "outcome": "complete", "value": 0.25, "channel": "valid_error"}
    >>> print(table_text([row | {"lower": True, "epoch": 7, "arguments": {"n_hidden": 50}}]))
    trial  validation error  epoch  n_hidden
        0              25 %      7        50  best
    """
    channel, best = channel_of(rows), best_row(rows)
    names = list(rows[0]["arguments"]) if rows else []
    lines = [["trial", words(channel), "epoch", *names]]
    notes = [""]
    for row in sorted_rows(rows):
        value = "" if row["value"] is None else printed(channel, row["value"])
        arguments = [shown(row["arguments"][name]) for name in names]
        lines.append([str(row["trial"]), value, str(row["epoch"] or ""), *arguments])
        notes.append("best" if row is best else note(row))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            [*(f"{text:>{width}}" for text, width in zip(line, widths, strict=True)), note]
        ).rstrip()
        for line, note in zip(lines, notes, strict=True)
    )


def write_table(path: str | Path, rows: Sequence[dict]) -> None:
    """Write the table as CSV.

    Parameters
    ----------
    path : path
    rows : list of dict
    """
    channel = channel_of(rows)
    names = list(rows[0]["arguments"]) if rows else []
    with atomic(path, "w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["trial", channel, "epoch", *names, "outcome", "reason"])
        for row in sorted_rows(rows):
            arguments = [plain(row["arguments"][name]) for name in names]
            numbers = [row["trial"], row["value"], row["epoch"]]
            writer.writerow([*numbers, *arguments, row["outcome"], row["reason"]])


def note(row: dict) -> str:
    """What a row says beside its numbers."""
    if row["outcome"] == "failed":
        return f"failed: {row['reason']}"
    return "" if row["outcome"] == "complete" else row["outcome"]


def plain(value: object) -> object:
    """An argument as one cell: numbers and text as they are, anything else as JSON."""
    return value if isinstance(value, str | int | float) else json.dumps(value)


def shown(value: object) -> str:
    """An argument for people."""
    return f"{value:.5g}" if isinstance(value, float) else str(plain(value))


def draw_sweep(sweep: Sweep, study: Study) -> list[Path]:
    """Write ``table.csv`` and ``sweep.png`` into the folder of a sweep.

    Returns
    -------
    list of Path
        The files.
    """
    table, picture = study.folder / "table.csv", study.folder / "sweep.png"
    rows = study.rows()
    write_table(table, rows)
    log = [name for name, each in sweep.choices.items() if getattr(each, "log", False)]
    save_picture(picture, trials_picture(rows, log))
    return [table, picture]
