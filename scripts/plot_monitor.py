"""Draw the learning curves of runs in one figure: plot_monitor.py runs/mlp runs/lenet."""

from dltut.commands import flags
from dltut.commands.runs import columns_of_run, reading, short_names

from os.path import commonpath
from pathlib import Path
from typing import Literal

from dltut.exceptions import InputError
from dltut.machine.notices import say
from dltut.viz import learning_curves, save_picture


def main(
    *runs: Path,
    channels: str | None = None,
    x: Literal["epoch", "batch", "example", "second", "iteration", "seconds"] = "epoch",
    smooth: bool = False,
    yrange: str | None = None,
    out: Path | None = None,
):
    """Draw what the logs of one or several runs say, in one figure.

    Parameters
    ----------
    *runs : path
        Folders of runs, such as runs/mlp.
    channels : str
        What is drawn, such as train_cost,valid_error; default what was measured on the training,
        validation and test sets.
    x : str
        The horizontal axis; a batch is an iteration.
    smooth : bool
        Draw running means, too.
    yrange : str
        Ends of the vertical axis, such as 0:10 or :10; errors are in %.
    out : path
        Where the picture is written; default monitor.png in the folder that holds all the runs.
    """
    names = None if channels is None else [each.strip() for each in channels.split(",")]
    short, limits = short_names(runs), ends(yrange)
    with reading():
        logs = {name: columns_of_run(run, x) for name, run in zip(short, runs, strict=True)}
    out = out or Path(commonpath(run.resolve() for run in runs), "monitor.png")
    save_picture(out, learning_curves(logs, names, x, smooth, limits))
    say(f"pictures: {out}")


def ends(yrange):
    """Two numbers, None for an end left free, of text such as 0:10."""
    if yrange is None:
        return None
    try:
        bottom, top = (float(end) if end else None for end in yrange.split(":"))
    except ValueError:
        raise InputError(f"yrange {yrange!r} is not bottom:top, such as 0:10 or :10") from None
    return bottom, top


if __name__ == "__main__":
    flags.run(main)
