"""What came out of the trials of a sweep, against each of the arguments."""

import json
import math
from collections.abc import Collection, Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.machine.channels import is_rate, words
from dltut.viz.figure import BLUE, COLOURS, FAINT, ORANGE, drawn, sheet
from dltut.viz.later import ticker

RED = COLOURS[4]
WIDEST = 10  # an axis is logarithmic where the largest number is so many times the smallest
MOST_CHOICES = 8  # numbers of which there are more have an axis of numbers
SPREAD, TURN = 0.24, 0.618  # of marks that share a choice: beside each other, the same each time


@drawn
def trials_picture(rows: Sequence[dict], log: Collection[str] = ()) -> Image.Image:
    """The value of each trial against each argument.

    Parameters
    ----------
    rows : list of dict
        As `dltut.sweeps.Study.rows` gives them: with trial, outcome, value, channel, lower and
        arguments.
    log : collection of str
        The arguments whose axis is logarithmic.

    Returns
    -------
    PIL image
        A panel for each argument. The best trial has a ring; pruned trials are pale; those that
        failed have no value, and are crosses at the upper edge.

    Raises
    ------
    InputError
        If no trial has ended yet.
    """
    ended = [row for row in rows if row["outcome"] != "running"]
    if not ended:
        raise InputError("nothing to draw: no trial has ended yet")
    names = list(ended[0]["arguments"])
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    figure = sheet(3.9 * across + 0.6, 3.3 * down + 0.3)
    panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        _draw(axes, name, ended, name in log)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    channel = next((row["channel"] for row in ended if row["channel"]), "value")
    for axes in panels[::across]:
        axes.set_ylabel(f"{words(channel)} (%)" if is_rate(channel) else words(channel))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4, fontsize=9)
    return figure


def _draw(axes, name, rows, is_log):
    values = [row["arguments"][name] for row in rows]
    places, choices = (values, []) if is_log else _places(values, rows)
    groups = {"complete": {"color": BLUE}, "pruned": {"color": FAINT, "alpha": 0.55}}
    marked = list(zip(places, rows, strict=True))
    for outcome, look in groups.items():
        points = [(x, _value(row)) for x, row in marked if row["outcome"] == outcome]
        if points:
            axes.scatter(*zip(*points, strict=True), s=26, linewidth=0, label=outcome, **look)
    failed = [x for x, row in marked if row["value"] is None]
    if failed:
        look = {"s": 24, "marker": "x", "color": RED, "label": "failed", "clip_on": False}
        axes.scatter(failed, [1] * len(failed), transform=axes.get_xaxis_transform(), **look)
    if best := _best(marked):
        ring = {"facecolor": "none", "edgecolor": ORANGE, "linewidth": 2, "label": "best"}
        axes.scatter(best[0], _value(best[1]), s=90, zorder=3, **ring)
    _finish(axes, name, places, choices, is_log)
    values = [_value(row) for row in rows if row["value"] is not None]
    if values and 0 < min(values) * WIDEST < max(values):
        axes.set_yscale("log")
        _write_out(axes.yaxis)


def _finish(axes, name, places, choices, is_log):
    axes.set_xlabel(name)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    if choices:
        axes.set_xticks(range(len(choices)), choices)
        axes.set_xlim(-0.5, len(choices) - 0.5)
    elif is_log:
        axes.set_xscale("log")
        _write_out(axes.xaxis)
        axes.set_xlim(np.exp(_ends(np.log(places))))
    else:
        axes.xaxis.set_major_locator(ticker.MaxNLocator(5))
        axes.set_xlim(_ends(places))


def _ends(places):
    """Of an axis on which all these lie; matplotlib would leave out those of the failed."""
    low, high = min(places), max(places)
    margin = 0.05 * (high - low) or 1.0
    return low - margin, high + margin


def _write_out(axis):
    """Numbers on a logarithmic axis: powers of ten would be formulas, which text is not here."""
    axis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(ticker.NullFormatter())


def _places(values, rows):
    """Where the trials lie on the axis, and the names of its places if these are only a few."""
    are_numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in values)
    if are_numbers and len(set(values)) > MOST_CHOICES:
        return values, []
    labels = [each if isinstance(each, str) else json.dumps(each) for each in values]
    numbers = dict(zip(labels, values, strict=True))
    names = sorted(numbers, key=lambda each: numbers[each] if are_numbers else (len(each), each))
    beside = [SPREAD * (2 * (row["trial"] * TURN % 1) - 1) for row in rows]
    return [names.index(label) + shift for label, shift in zip(labels, beside, strict=True)], names


def _value(row):
    return row["value"] * (100 if is_rate(row["channel"]) else 1)


def _best(marked):
    having = [(x, row) for x, row in marked if row["value"] is not None]
    sign = 1 if not having or having[0][1]["lower"] else -1
    return min(having, key=lambda each: (sign * each[1]["value"], each[1]["trial"]), default=None)
