"""Forecasts beside the truth."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import COLOURS, FAINT, INK, class_names, drawn, sheet
from dltut.viz.later import ticker

HISTORY_SHOWN = 50  # steps at most


@drawn
def forecast_picture(
    truth: np.ndarray,
    forecasts: Mapping[str, np.ndarray],
    history: np.ndarray | None = None,
    titles: Sequence[str] | None = None,
    unit: str = "",
) -> Image.Image:
    """What came, what was forecast, and below the residuals: what came less what was forecast.

    Parameters
    ----------
    truth : array, shape (n_panels, n)
        The values that came, step after step; a panel each.
    forecasts : dict
        {name: array of the truth's shape}; the first is drawn in front.
    history : array, shape (n_panels, m), optional
        What was known before.
    titles : sequence of str, optional
        One a panel.
    unit : str
        What the numbers are.

    Raises
    ------
    InputError
        If the shapes differ, or nothing is given.
    """
    truth = np.asarray(truth, "float64")
    forecasts = {name: np.asarray(each, "float64") for name, each in forecasts.items()}
    wrong = {name: each.shape for name, each in forecasts.items() if each.shape != truth.shape}
    if truth.ndim != 2 or not truth.size or not forecasts or wrong:
        raise InputError(
            f"truth of shape {truth.shape} and forecasts of {wrong or 'none'}: give arrays of one "
            "shape, (n_panels, n)"
        )
    titles = [""] * len(truth) if titles is None else class_names(titles, len(truth))
    figure = sheet(max(9.0, 4.2 * len(truth)), 5.2)
    grid = figure.subplots(2, len(truth), squeeze=False, sharex="col", height_ratios=(2, 1))
    for k, (above, below) in enumerate(grid.T):
        steps = np.arange(1, truth.shape[1] + 1)
        if history is not None:
            _before(above, np.asarray(history)[k])
        above.plot(steps, truth[k], color=INK, linewidth=1.4, label="what came")
        for number, (name, each) in reversed(list(enumerate(forecasts.items()))):
            style = _style(number)
            above.plot(steps, each[k], label=name, **style)
            below.plot(steps, truth[k] - each[k], **style)
        below.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
        above.set_title(titles[k])
        below.set_xlabel("step")
        below.xaxis.set_major_locator(ticker.MaxNLocator(8, integer=True))
    grid[0, 0].set_ylabel(unit)
    grid[1, 0].set_ylabel("residual")
    grid[0, 0].legend(fontsize=8, loc="upper left", ncols=2)
    _room_for_legend(grid[0, 0])
    return figure


@drawn
def continuation_picture(
    history: np.ndarray, forecasts: Mapping[str, np.ndarray], names: Sequence[str]
) -> Image.Image:
    """The end of a series, and what is said to come.

    Parameters
    ----------
    history : array, shape (m, d)
        What is known, a row a step.
    forecasts : dict
        {name: array of shape (n, d)}; the first is drawn in front.
    names : sequence of str
        Of the columns, which have a panel each.

    Raises
    ------
    InputError
        If the shapes differ, or there are not as many names as columns.
    """
    history = np.asarray(history, "float64")
    d = history.shape[1] if history.ndim == 2 else 0
    if not d or any(np.ndim(each) != 2 or np.shape(each)[1] != d for each in forecasts.values()):
        raise InputError(f"a history of shape {history.shape} and forecasts that do not go on it")
    figure = sheet(9.0, 2.8 * d)
    panels = figure.subplots(d, 1, squeeze=False, sharex=True)[:, 0]
    for k, (axes, name) in enumerate(zip(panels, class_names(names, d), strict=True)):
        _before(axes, history[:, k], label="what was given")
        for number, (label, each) in reversed(list(enumerate(forecasts.items()))):
            ahead = np.asarray(each, "float64")[:, k]
            joined = np.concatenate([history[-1:, k], ahead])
            marker = {"marker": "o", "markersize": 4} if len(ahead) <= HISTORY_SHOWN else {}
            axes.plot(np.arange(len(joined)), joined, label=label, **_style(number), **marker)
        axes.set_title(name)
        axes.xaxis.set_major_locator(ticker.MaxNLocator(8, integer=True))
    panels[-1].set_xlabel("step; 0 is the last that was given")
    panels[0].legend(fontsize=8, loc="upper left", ncols=3)
    _room_for_legend(panels[0])
    return figure


@drawn
def horizon_picture(errors: Mapping[str, np.ndarray], unit: str = "") -> Image.Image:
    """How the error grows with the number of steps ahead.

    Parameters
    ----------
    errors : dict
        {name: root of the mean square at each step ahead, shape (n,)}; the first in front.
    unit : str
        What the numbers are.

    Raises
    ------
    InputError
        If there are none, or they differ in length.
    """
    if not errors or len({np.shape(each) for each in errors.values()}) != 1:
        raise InputError("errors at each step ahead: give one or more arrays of one length")
    figure = sheet(6.4, 4.0)
    axes = figure.subplots()
    for number, (name, each) in reversed(list(enumerate(errors.items()))):
        steps = np.arange(1, len(each) + 1)
        axes.plot(steps, each, label=name, marker="o", markersize=3, **_style(number))
    axes.set(xlabel="steps ahead", ylabel=f"RMSE {unit}".strip(), ylim=(0, None))
    axes.xaxis.set_major_locator(ticker.MaxNLocator(8, integer=True))
    axes.grid(axis="y")
    axes.legend(fontsize=9)
    return figure


def _before(axes, values, label=None) -> None:
    """What was known, up to step 0."""
    shown = values[-HISTORY_SHOWN:]
    axes.plot(np.arange(1 - len(shown), 1), shown, color=FAINT, linewidth=1.2, label=label)
    axes.axvline(0, color=FAINT, linewidth=0.8, linestyle=":")


def _style(number: int) -> dict:
    colour = COLOURS[number % len(COLOURS)]
    if number == 0:
        return {"color": colour, "linewidth": 1.6}
    return {"color": colour, "linewidth": 1.0, "linestyle": "--" if number == 1 else ":"}


def _room_for_legend(axes) -> None:
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.22 * (high - low))
