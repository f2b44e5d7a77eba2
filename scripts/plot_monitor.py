"""Draw the learning curves of runs in one figure: plot_monitor.py runs/mlp runs/lenet."""

from dltut.commands import flags

from os.path import commonpath
from pathlib import Path
from typing import Literal

from dltut.exceptions import InputError
from dltut.machine.progress import say
from dltut.training import read_log
from dltut.viz import learning_curves, save_picture


def main(
    *runs: Path,
    channels: str | None = None,
    x: Literal["epoch", "iteration", "seconds"] = "epoch",
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
        What is drawn, such as train_cost,valid_error; default the cost and the errors.
    x : str
        The horizontal axis.
    smooth : bool
        Draw running means, too.
    yrange : str
        Ends of the vertical axis, such as 0:10 or :10; errors are in %.
    out : path
        Where the picture is written; default: monitor.png in the folder that holds all the runs.
    """
    if not runs:
        raise InputError("no run is named: give the folder of one or more, such as runs/mlp")
    names = None if channels is None else [each.strip() for each in channels.split(",")]
    logs = {name: read_log(path) for name, path in zip(short_names(runs), runs, strict=True)}
    out = out or Path(commonpath(path.resolve() for path in runs), "monitor.png")
    save_picture(out, learning_curves(logs, names, x, smooth, ends(yrange)))
    say(f"pictures: {out}")


def short_names(paths):
    """As little of the end of each path as tells it from the others."""
    parts = [Path(path).resolve().parts for path in paths]
    for n in range(1, max(map(len, parts)) + 1):
        names = ["/".join(each[-n:]) for each in parts]
        if len(set(names)) == len(names):
            return names
    raise InputError("a run is named twice: name each once")


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
