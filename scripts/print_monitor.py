"""Print how far runs have come and what they measured last: print_monitor.py runs/mlp."""

from dltut.commands import flags

from pathlib import Path

from dltut.exceptions import InputError
from dltut.training import read_log
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
    logs = {path: read_log(path) for path in runs}
    print(
        "\n\n".join(summary(rows, path if len(runs) > 1 else None) for path, rows in logs.items())
    )


def summary(rows, title=None):
    """Lines about a log, the path first if there are several."""
    lines = [] if title is None else [str(title)]
    if not rows:
        return "\n".join([*lines, "no validation yet"])
    lines.append(f"epochs seen: {rows[-1]['epoch']}")
    if "seconds" in rows[-1]:
        lines.append(f"time trained: {duration(rows[-1]['seconds'])}")
    for name in sorted(channel_names(rows)):
        last = next(row[name] for row in reversed(rows) if name in row)
        lines.append(f"{name} : {value(name, last)}")
    best = next((row for row in reversed(rows) if row.get("best")), None)
    if best:
        errors = (name for name in ("valid_error", "test_error") if name in best)
        shown = ", ".join(f"{name} {value(name, best[name])}" for name in errors)
        lines.append(f"best: {shown} in epoch {best['epoch']}")
    return "\n".join(lines)


def value(name, number):
    """Errors in percent."""
    return f"{100 * number:.6g} %" if name.endswith("error") else f"{number:.6g}"


def duration(seconds):
    """Seconds in words: 75 -> 1 min 15 s."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


if __name__ == "__main__":
    flags.run(main)
