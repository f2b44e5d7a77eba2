"""Learning curves: costs and rates from the rows of one log or of several."""

import itertools
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError, nearest
from dltut.machine.channels import SPLITS, is_rate, measure_of, words
from dltut.viz.figure import COLOURS, FAINT, drawn, sheet
from dltut.viz.later import ticker

COUNTS = ("epoch", "iteration", "examples", "seconds", "minibatch")  # no channels
X_AXES = {name: name for name in ("epoch", "iteration", "seconds")}
X_AXES |= {"batch": "iteration", "example": "examples", "second": "seconds"}
MANY = 2000  # points of a line, more than a picture has columns of pixels
LINE_STYLES = ("-", "--", ":", "-.")
SAME = 1e-6  # relative difference of what is the same
EXTREME = re.compile(r"(.+)_(max|mean|min)(|_u|_max_class)")  # h0_col_norms_max, y_mean_max_class


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
    return [name for name in names if name not in COUNTS]


def columns_of(run) -> dict[str, np.ndarray]:
    """A log as columns: a number for each row, NaN where a row has none.

    Parameters
    ----------
    run : `dltut.training.Log`, rows, or columns already

    Examples
    --------
    >>> columns_of([{"epoch": 1, "train_cost": 0.5}, {"epoch": 2}])
    {'epoch': array([1., 2.]), 'train_cost': array([0.5, nan])}
    """
    if isinstance(run, Mapping):
        return dict(run)
    rows = run
    if hasattr(run, "rows"):
        rows = [row | {"seconds": time} for row, time in zip(run.rows, run.clock, strict=True)]
    names = dict.fromkeys(
        name for row in rows for name, value in row.items() if isinstance(value, int | float)
    )
    values = {name: [row.get(name, math.nan) for row in rows] for name in names}
    return {name: np.array(each, "float64") for name, each in values.items()}


def panels_of(runs: Mapping, channels: Sequence[str] | None = None) -> list[list[str]]:
    """The channels to draw, those of one measure together.

    Parameters
    ----------
    runs : dict of name -> columns
    channels : sequence of str, optional
        Default: what was measured on the training, validation and test sets.

    Raises
    ------
    InputError
        If a channel is unknown, or there is nothing to draw.

    Examples
    --------
    >>> columns = dict.fromkeys(["epoch", "train_cost", "valid_error", "test_error", "best"], [])
    >>> panels_of({"mlp": columns})
    [['train_cost'], ['valid_error', 'test_error']]
    """
    named = dict.fromkeys(name for columns in runs.values() for name in columns)
    known = [name for name in named if name not in (*COUNTS, "best")]
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
    for name in dict.fromkeys(chosen):
        panels.setdefault(measure_of(name), []).append(name)
    return list(panels.values())


def families_of(panels: Sequence[Sequence[str]], runs: Mapping) -> list[list[str]]:
    """The panels, with the largest, the mean and the smallest of something in one.

    Parameters
    ----------
    panels : list of list of str
        As of `panels_of`.
    runs : dict of name -> columns
        What they hold twice stays once: the norms of weights, whatever the split, or a likelihood
        that is the objective.

    Examples
    --------
    >>> n = np.arange(5.0)
    >>> columns = {"train_norms_max": n + 1, "train_norms_min": n / 2, "train_objective": -n}
    >>> columns |= {"train_nll": -n, "valid_norms_max": n + 1, "valid_norms_min": n / 2}
    >>> families_of(panels_of({"mlp": columns}), {"mlp": columns})
    [['train_norms_max', 'train_norms_min'], ['train_objective']]
    """
    families, seen = {}, []
    for name in (name for names in panels for name in names):
        if not any(_is_same(name, each, runs) for each in seen):
            families.setdefault(_family_and_extreme(name)[0], []).append(name)
            seen.append(name)
    return list(families.values())


def points_of(run: str, columns: Mapping, name: str, x: str) -> np.ndarray:
    """Finite values of a channel, rates in percent, and where they lie on the x axis.

    Parameters
    ----------
    run : str
        Its name, for messages.
    columns : dict of name -> array
    name : str
        Of the channel.
    x : str
        Of the axis, as for `learning_curves`.

    Returns
    -------
    array, shape (2, n)

    Raises
    ------
    InputError
        If a row has the channel but no place on the axis.
    """
    values = columns.get(name, np.array([]))
    places = columns.get(X_AXES[x], np.full(len(values), math.nan))
    drawn = np.isfinite(values)
    if not np.isfinite(places[drawn]).all():
        raise InputError(f"the log of {run} has no {X_AXES[x]} in every row: choose another x axis")
    return np.stack([places, values * (100 if is_rate(name) else 1)])[:, drawn]


def thinned(points: np.ndarray, n: int = MANY) -> np.ndarray:
    """At most `n` of the points of a line, which look the same: of each stretch, both extremes.

    Parameters
    ----------
    points : array, shape (2, any)
        Places, which rise, and values.
    n : int
        At least 4.

    Examples
    --------
    >>> values = np.zeros(10_000)
    >>> values[[17, 5003]] = 9, -3
    >>> places, few = thinned(np.stack([np.arange(10_000), values]), 100)
    >>> len(few) <= 100, places[few == 9], places[few == -3]
    (True, array([17.]), array([5003.]))
    """
    length = points.shape[1]
    if length <= n:
        return points
    ends = np.linspace(0, length, (n - 2) // 2 + 1).astype(int)
    kept = {0, length - 1}  # the line begins and ends where it did
    for first, end in itertools.pairwise(ends):
        part = points[1, first:end]
        kept |= {first + int(part.argmin()), first + int(part.argmax())}
    return points[:, sorted(kept)]


def best_place(columns: Mapping) -> int | None:
    """The number of the last row that is called best, None before there is one."""
    places = np.flatnonzero(columns.get("best", np.array([])) == 1)
    return int(places[-1]) if len(places) else None


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
    """Channels of one or several logs against epochs, iterations, examples or seconds.

    Parameters
    ----------
    runs : dict of name -> `dltut.training.Log`, rows, or columns of `dltut.training.read_columns`
        A row is a dict of what one validation recorded. Rates, such as errors, are fractions, drawn
        in percent. The last row that is called "best" is marked.
    channels : sequence of str, optional
        What to draw; what was measured on the training, validation and test sets unless given.
        Each measure, such as the cost or the error, gets a panel.
    x : {"epoch", "iteration", "seconds", "batch", "example", "second"}
        The horizontal axis. Rows of `dltut.training.read_log` have the first three, as a log has;
        a batch is an iteration, and "example" asks for a column "examples".
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
    runs = {name: columns_of(run) for name, run in runs.items()}
    panels = panels_of(runs, channels)
    if channels is None:
        panels = families_of(panels, runs)
    across = min(3, len(panels))
    down = math.ceil(len(panels) / across)
    figure = sheet(5.2 * across + 0.4, 3.8 * down)
    for place, names in enumerate(panels):
        axes = figure.add_subplot(down, across, place + 1)
        is_family = len({_family_and_extreme(name)[1] for name in names}) > 1
        draw_panel = _draw_family if is_family else _draw_channels
        axes.set_title(draw_panel(axes, runs, names, x, smooth, called, yrange))
        _finish(axes, x, yrange)
    return figure


def _draw_channels(axes, runs, names, x, smooth, called, yrange) -> str:
    """A line for each channel of each run, the best marked; the panel's title."""
    for i, (run, columns) in enumerate(runs.items()):
        for j, name in enumerate(names):
            if name in columns:
                label = [run] * (len(runs) > 1)
                label += [called(name)] * (len(runs) == 1 or len(names) > 1)
                look = _look(i, j, len(runs)) | {"label": ", ".join(label)}
                _draw_line(axes, points_of(run, columns, name, x), look, smooth)
                _mark_best(axes, run, columns, name, x, look["color"])
    if len(runs) == 1:
        _draw_best(axes, *runs.values(), x)
    title = called(names[0]) if len(names) == 1 else words(measure_of(names[0]))
    title += " (%)" * is_rate(names[0])
    return title + (_leave_out_the_start(axes, runs.values(), names) if yrange is None else "")


def _draw_family(axes, runs, names, x, smooth, called, yrange) -> str:
    """The largest, the mean and the least of something, for each split; the panel's title."""
    for i, (run, columns) in enumerate(runs.items()):
        for name in names:
            if name in columns:
                run_name = run if len(runs) > 1 else ""
                look = _look_in_family(i, run_name, name, names, len(runs))
                _draw_line(axes, points_of(run, columns, name, x), look, smooth)
    if len(runs) == 1:
        _draw_best(axes, *runs.values(), x)
    title = words(_family_and_extreme(names[0])[0]) + ": max, mean, min"
    return title + " (%)" * is_rate(names[0])


def _look(run, channel, n_runs):
    """Colours tell the channels of one run apart, or the runs where there are several."""
    if n_runs == 1:
        return {"color": COLOURS[channel % len(COLOURS)], "linestyle": "-"}
    return {"color": COLOURS[run % len(COLOURS)], "linestyle": LINE_STYLES[channel % 4]}


def _look_in_family(run, run_name, name, names, n_runs):
    """Colours for the splits, or the runs; the extremes are thin, and the mean alone is named."""
    splits = list(dict.fromkeys(_split_of(each) for each in names))
    split = splits.index(_split_of(name))
    look = {"color": COLOURS[(run if n_runs > 1 else split) % len(COLOURS)]}
    look["linestyle"] = LINE_STYLES[split % 4] if n_runs > 1 else "-"
    if _family_and_extreme(name)[1] != "mean":
        return look | {"linewidth": 0.8, "alpha": 0.7, "label": None}
    words_of_split = SPLITS.get(splits[split]) if len(splits) > 1 else None
    return look | {"label": ", ".join(filter(None, [run_name, words_of_split])) or None}


def _family_and_extreme(name):
    """What a channel is the max, the mean or the min of, in whatever split."""
    found = EXTREME.fullmatch(measure_of(name))
    return (found[1] + found[3], found[2]) if found else (measure_of(name), "")


def _split_of(name):
    return name.removesuffix(measure_of(name))[:-1]


def _is_same(name, other, runs):
    """Whether two channels are equal, but for rounding, and not by chance: one tells both."""
    if measure_of(name) == measure_of(other):  # of two splits: of weights, but not of errors
        may_be = _family_and_extreme(name)[1]
    else:
        values = [v for columns in runs.values() for v in columns.get(name, ()) if v == v]
        may_be = _split_of(name) == _split_of(other) and len(set(values)) > 2
    pairs = [(columns.get(name), columns.get(other)) for columns in runs.values()]
    return bool(may_be) and all(
        a is not None and b is not None and np.allclose(a, b, SAME, 0, equal_nan=True)
        for a, b in pairs
        if a is not None or b is not None
    )


def _draw_line(axes, points, look, smooth):
    places, values = points
    if smooth:
        axes.plot(*thinned(points), linewidth=1, **look | {"alpha": 0.25, "label": None})
        points = np.stack([places, running_mean(values, max(3, len(values) // 10))])
    marker = "o" if len(values) == 1 else None  # a line of one point is nothing
    look = {"linewidth": 1.6, "marker": marker, "markersize": 4} | look
    axes.plot(*thinned(points), **look)


def _mark_best(axes, run, columns, name, x, colour):
    """A dot where the channel was when the run was at its best."""
    best = best_place(columns)
    there = {key: column[best : best + 1] for key, column in columns.items() if best is not None}
    points = points_of(run, there, name, x)
    axes.scatter(*points, s=34, color=colour, edgecolor="white", linewidth=1, zorder=3)


def _draw_best(axes, columns, x):
    """A line through all that was measured when the run was at its best, with its epoch."""
    best = best_place(columns)
    if best is not None and X_AXES[x] in columns:
        label = f"best: epoch {columns['epoch'][best]:,.0f}" if "epoch" in columns else "best"
        place = columns[X_AXES[x]][best]
        axes.axvline(place, color=FAINT, linewidth=1, linestyle=":", label=label, zorder=1)


def _leave_out_the_start(axes, runs, names):
    """Let what was before training be out of sight, and told, where it makes all else flat."""
    factor, starts, others = 100 if is_rate(names[0]) else 1, [], []
    for columns in runs:
        is_start = columns.get("epoch", np.array([])) == 0
        for values in (columns[name] for name in names if name in columns and is_start.any()):
            starts += list(factor * values[np.isfinite(values) & is_start])
            others += list(factor * values[np.isfinite(values) & ~is_start])
    if not starts or len(others) < 3 * len(starts):
        return ""
    least, most = min(others), max(others)
    if max(starts) - most <= most - least or most == least:
        return ""
    room = 0.08 * (most - least)
    axes.set_ylim(least - room, most + room)
    return f", {np.mean(starts):.3g} before training"


def _finish(axes, x, yrange):
    axes.set_xlabel({"example": "examples", "second": "seconds"}.get(x, x))
    axes.xaxis.set_major_locator(
        ticker.MaxNLocator(6, integer=X_AXES[x] != "seconds", min_n_ticks=1)
    )
    axes.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.10g}"))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    if yrange is not None:
        axes.set_ylim(*yrange)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(fontsize=9)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
