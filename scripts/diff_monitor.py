"""Say where two runs part: diff_monitor.py runs/mlp runs/mlp-2."""

from dltut.commands import flags
from dltut.commands.runs import reading, short_names

from pathlib import Path

import numpy as np

from dltut.exceptions import InputError, nearest
from dltut.machine.arguments import Amount
from dltut.training import read_columns

CLOCKS = ("seconds",)  # no two runs have the same


def main(
    one: Path,
    other: Path,
    channels: str | None = None,
    absolute: Amount = 0.0,
    relative: Amount = 0.0,
):
    """Compare what two runs measured, row by row; status 1 says that they differ.

    Parameters
    ----------
    one, other : path
        Folders of runs, such as runs/mlp.
    channels : str
        What is compared, such as train_cost,valid_error; default everything but the seconds.
    absolute : float
        Numbers that are not further apart are equal.
    relative : float
        So are those that differ by no more than this share of the larger one.
    """
    short_names([one, other])  # not the same run twice
    with reading():
        logs = [read_columns(run) for run in (one, other)]
    wanted = None if channels is None else [each.strip() for each in channels.split(",")]
    lines = list(differences(logs, [str(one), str(other)], wanted, absolute, relative))
    print("\n".join(lines) or "no difference")
    if lines:
        raise SystemExit(1)


def differences(logs, names, wanted, absolute, relative):
    """A line for each thing in which two logs differ."""
    known = [*dict.fromkeys(name for log in logs for name in log if name not in CLOCKS)]
    for name in wanted or []:
        if name not in known:
            raise InputError(f"no channel {name!r} in the logs; {nearest(name, known)}")
    iterations = [log.get("iteration", np.array([])) for log in logs]
    shared, *places = np.intersect1d(*iterations, assume_unique=True, return_indices=True)
    for name, log in zip(names, iterations, strict=True):
        if alone := len(log) - len(shared):
            yield f"{name} has {alone:,} row{'s' * (alone > 1)} that the other lacks"
    for channel in wanted or [name for name in known if name != "iteration"]:
        lacking = [name for name, log in zip(names, logs, strict=True) if channel not in log]
        if lacking and len(shared):
            yield f"{channel}: not in {lacking[0]}"
        elif not lacking:
            pair = [log[channel][rows] for log, rows in zip(logs, places, strict=True)]
            epochs = logs[0].get("epoch", iterations[0])[places[0]]
            yield from parting(channel, *pair, shared, epochs, absolute, relative)


def parting(channel, a, b, iterations, epochs, absolute, relative):
    """Where two columns part, and how far; a number in one of them alone is a difference, too."""
    alone = np.isnan(a) != np.isnan(b)
    equal = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        apart = np.where(equal, 0, np.abs(a - b))
        allowed = absolute + relative * np.fmax(np.abs(a), np.abs(b))
        differ = ~equal & ~((apart <= allowed) & np.isfinite(allowed))
    if not differ.any():
        return
    first, most = differ.argmax(), np.where(differ & ~alone, apart, -1).argmax()
    where = [f"epoch {epochs[i]:.0f}, iteration {iterations[i]:.0f}" for i in (first, most)]
    told = [f"{channel}: {differ.sum():,} of {len(a):,} rows differ"]
    told += [f"{alone.sum():,} of them in only one run"] * bool(alone.any())
    told.append(f"first in {where[0]} ({a[first]:.6g} and {b[first]:.6g})")
    told += [f"most in {where[1]}, by {apart[most]:.6g}"] * bool((differ & ~alone).any())
    yield ", ".join(told)


if __name__ == "__main__":
    flags.run(main)
