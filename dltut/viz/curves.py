"""Learning curves: costs and rates from the rows of one log or of several."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from PIL import Image

from dltut.exceptions import InputError, nearest
from dltut.machine.channels import SPLITS, is_rate, measure_of, words
from dltut.viz.figure import COLOURS, FAINT, drawn, sheet

X_AXES = ("epoch", "iteration", "seconds")
LINE_STYLES = ("-", "--", ":", "-.")


def channel_names(rows: Sequence[dict]) -> list[str]:
    """The names in a log that can be drawn: numbers that are no x axis, in order of appearance.

    Examples
    --------
    >>> channel_names([{"epoch": 1, "train_cost": 0.5, "best": True}])
    ['train_cost']
    """
    names = {}
    for row in rows:
        names.update(dict.fromkeys(name for name, value in row.items() if _is_number(value)))
    return [name for name in names if name not in (*X_AXES, "minibatch")]


def running_mean(values: np.ndarray, width: int) -> np.ndarray:
    """Means over `width` neighbours; towards the ends over as many as there are on both sides.

    Examples
    --------
    >>> running_mean(np.array([9.0, 0.0, 3.0, 3.0]), 3)
    array([9., 4., 2., 3.])
    """
    n = len(values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(n)
    reach = np.minimum(width // 2, np.minimum(places, n - 1 - places))
    return (sums[places + reach + 1] - sums[places - reach]) / (2 * reach + 1)


@drawn
def learning_curves(
    runs: Mapping,
    channels: Sequence[str] | None = None,
    x: str = "epoch",
    smooth: bool = False,
    yrange: tuple[float | None, float | None] | None = None,
) -> Image.Image:
    """Channels of one or several logs against epoch, iteration or seconds.

    Parameters
    ----------
    runs : dict of name -> `dltut.training.Log`, or rows
        A row is a dict of what one validation recorded. Rates, such as errors, are fractions, drawn
        in percent. The last row that is called "best" is marked.
    channels : sequence of str, optional
        What to draw; what was measured on the training, validation and test sets unless given.
        Each measure, such as the cost or the error, gets a panel.
    x : {"epoch", "iteration", "seconds"}
        The horizontal axis. Rows of `dltut.training.read_log` have all three, as a log has.
    smooth : bool
        Draw running means over a tenth of the rows, with the rows themselves pale behind them.
    yrange : (bottom, top), optional
        Ends of the vertical axis, in percent for rates; None leaves an end free.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If a channel or an x axis is unknown, or there is nothing to draw.
    """
    if x not in X_AXES:
        raise InputError(f"x={x!r} is no axis; {nearest(x, X_AXES)}")
    called = next((run.called for run in runs.values() if hasattr(run, "called")), words)
    runs = {name: _rows(run) for name, run in runs.items()}
    panels = _panels(runs, channels)
    across = min(3, len(panels))
    down = math.ceil(len(panels) / across)
    figure = sheet(5.2 * across + 0.4, 3.8 * down)
    for place, names in enumerate(panels):
        axes = figure.add_subplot(down, across, place + 1)
        for i, (run, rows) in enumerate(runs.items()):
            for j, name in enumerate(names):
                if not any(name in row for row in rows):
                    continue
                label = [run] * (len(runs) > 1)
                label += [called(name)] * (len(runs) == 1 or len(names) > 1)
                look = _look(i, j, len(runs)) | {"label": ", ".join(label)}
                _draw_line(axes, _points(run, rows, name, x), look, smooth)
                _mark_best(axes, run, rows, name, x, look["color"])
        if len(runs) == 1:
            _draw_best(axes, *runs.values(), x)
        title = called(names[0]) if len(names) == 1 else words(measure_of(names[0]))
        axes.set_title(f"{title} (%)" if is_rate(names[0]) else title)
        _finish(axes, x, yrange)
    return figure


def _rows(run):
    """The rows of a log, each with its seconds; or the rows themselves."""
    if not hasattr(run, "rows"):
        return run
    return [row | {"seconds": time} for row, time in zip(run.rows, run.clock, strict=True)]


def _panels(runs, channels):
    """The channels to draw, those of one measure together."""
    known = list(dict.fromkeys(name for rows in runs.values() for name in channel_names(rows)))
    if not known:
        raise InputError("nothing to draw: the log has no rows yet, so train for an epoch first")
    usual = [name for split in SPLITS for name in known if name.startswith(f"{split}_")] or known
    chosen = usual if channels is None else list(channels)
    for name in chosen:
        if name not in known:
            raise InputError(f"no channel {name!r} in the log; {nearest(name, known)}")
    if not chosen:
        raise InputError(f"no channel is named: the log has {', '.join(known)}")
    panels = {}
    for name in chosen:
        panels.setdefault(measure_of(name), []).append(name)
    return list(panels.values())


def _points(run, rows, name, x):
    """Finite values of a channel and where they lie on the x axis, shape (2, n)."""
    having = [row for row in rows if _is_number(row.get(name))]
    if any(x not in row for row in having):
        raise InputError(f"the log of {run} has no {x} in every row: choose another x axis")
    points = np.array([(row[x], row[name]) for row in having], "float64").reshape(-1, 2).T
    return points[:, np.isfinite(points).all(0)] * [[1], [100 if is_rate(name) else 1]]


def _look(run, channel, n_runs):
    """Colours tell the channels of one run apart, or the runs where there are several."""
    if n_runs == 1:
        return {"color": COLOURS[channel % len(COLOURS)], "linestyle": "-"}
    return {"color": COLOURS[run % len(COLOURS)], "linestyle": LINE_STYLES[channel % 4]}


def _draw_line(axes, points, look, smooth):
    places, values = points
    if smooth:
        axes.plot(places, values, linewidth=1, **look | {"alpha": 0.25, "label": None})
        values = running_mean(values, max(3, len(values) // 10))
    marker = "o" if len(values) == 1 else None  # a line of one point is nothing
    axes.plot(places, values, marker=marker, markersize=4, linewidth=1.6, **look)


def _mark_best(axes, run, rows, name, x, colour):
    """A dot where the channel was when the run was at its best."""
    points = _points(run, [best] if (best := _best_row(rows)) else [], name, x)
    axes.scatter(*points, s=34, color=colour, edgecolor="white", linewidth=1, zorder=3)


def _draw_best(axes, rows, x):
    """A line through all that was measured when the run was at its best, with its epoch."""
    best = _best_row(rows)
    if best and x in best:
        label = f"best: epoch {best['epoch']:,}" if "epoch" in best else "best"
        axes.axvline(best[x], color=FAINT, linewidth=1, linestyle=":", label=label, zorder=1)


def _best_row(rows):
    return next((row for row in reversed(rows) if row.get("best")), None)


def _finish(axes, x, yrange):
    axes.set_xlabel(x)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=x != "seconds", min_n_ticks=1))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    if yrange is not None:
        axes.set_ylim(*yrange)
    axes.legend(fontsize=9)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
