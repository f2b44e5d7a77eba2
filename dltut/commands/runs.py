"""Runs that a command line names: what they are called, what they measured, and how that ends."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.notices import say
from dltut.training import read_config
from dltut.training.following import read_columns


@contextmanager
def reading() -> Iterator[None]:
    """End the program with one line and status 1 where the block finds a file missing or damaged.

    Raises
    ------
    SystemExit
        Status 1, where 2 would say that the program was called wrongly.
    """
    try:
        yield
    except InputError as error:
        say(f"error: {error}")
        raise SystemExit(1) from None


def short_names(runs: Sequence[str | PathLike]) -> list[str]:
    """What tells each run from the others: its path without the folders that all of them share.

    Raises
    ------
    InputError
        If none is named, or one is named twice.

    Examples
    --------
    >>> short_names(["runs/mlp", "runs/lenet"])
    ['mlp', 'lenet']
    >>> short_names(["tanh/seed-1/mlp", "relu/seed-1/mlp"])
    ['tanh', 'relu']
    """
    if not runs:
        raise InputError("no run is named: give the folder of one or more, such as runs/mlp")
    parts = [Path(run).resolve().parts for run in runs]
    if len(set(parts)) < len(parts):
        raise InputError("a run is named twice: name each once")
    shared = _n_alike(parts)
    if any(len(each) == shared for each in parts):  # one lies in a folder of another
        shared -= 1
    own = [each[shared:] for each in parts]
    behind = _n_alike([each[:0:-1] for each in own])  # at least one part stays
    return ["/".join(each[: len(each) - behind]) for each in own]


def columns_of_run(run: str | PathLike, x: str = "epoch") -> dict[str, np.ndarray]:
    """What a run measured, by name, a number for each row of its log.

    Parameters
    ----------
    run : path
    x : str
        If it is "example", the examples seen until then are a column, too: whole minibatches of the
        size that the run's config.json tells.

    Raises
    ------
    InputError
        If there is no log, it is damaged, or the size of a minibatch is not known.
    """
    columns = read_columns(run)
    if x == "example" and columns:
        size = read_config(run)["arguments"].get("batch_size")
        if not isinstance(size, int) or isinstance(size, bool):
            raise InputError(f"{run} does not say its batch_size in config.json: choose another x")
        columns["examples"] = (columns["iteration"] + 1) * size
    return columns


def _n_alike(parts: list[tuple[str, ...]]) -> int:
    """With how many of the same parts all begin."""
    levels = zip(*parts, strict=False)
    return sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))
