"""Predicted numbers against true ones."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import BLUE, FAINT, class_names, drawn, sheet
from dltut.viz.later import ticker


@drawn
def agreement_picture(
    y: np.ndarray, predicted: np.ndarray, names: Sequence[str] | None = None
) -> Image.Image:
    """A dot an example, predicted over true; on the diagonal where they agree.

    Parameters
    ----------
    y, predicted : arrays, shape (n,) or (n, n_targets)
    names : sequence of str, optional
        Of the targets, each of which has a panel; numbers unless given.

    Returns
    -------
    PIL image
        The titles say how large the errors are: the root of their mean square (RMSE), and R², the
        share of the variance that is explained: 1 where all agrees, 0 for the mean of y.

    Raises
    ------
    InputError
        If the shapes differ, nothing is given, or there are not as many names as targets.
    """
    y, predicted = np.asarray(y, "float64"), np.asarray(predicted, "float64")
    if y.shape != predicted.shape or y.ndim not in (1, 2) or not y.size:
        raise InputError(
            f"numbers of shape {y.shape} and predictions of shape {predicted.shape} do not pair "
            "up: give two arrays of equal shape, (n,) or (n, n_targets)"
        )
    y, predicted = y.reshape(len(y), -1).T, predicted.reshape(len(y), -1).T  # (n_targets, n)
    names = class_names(names, len(y))
    figure = sheet(4.6 * len(y), 4.6)
    for axes, name, true, guess in zip(
        figure.subplots(1, len(y), squeeze=False)[0], names, y, predicted, strict=True
    ):
        axes.plot(true, guess, ".", color=BLUE, markersize=6, alpha=0.5, markeredgewidth=0)
        least, greatest = min(true.min(), guess.min()), max(true.max(), guess.max())
        margin = 0.05 * (greatest - least) or 1
        ends = least - margin, greatest + margin
        axes.plot(ends, ends, color=FAINT, linewidth=1, zorder=0)
        axes.set(xlim=ends, ylim=ends, aspect="equal", xlabel="true", ylabel="predicted")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(ticker.MaxNLocator(5))
            axis.set_major_formatter(ticker.StrMethodFormatter("{x:,.10g}"))
        axes.set_title(f"{name}\n{_scores(true, guess)}")
    return figure


def _scores(y, predicted):
    squares, variance = ((y - predicted) ** 2).mean(), y.var()
    explained = f", R² {1 - squares / variance:.2f}" if variance else ""
    return f"RMSE {np.sqrt(squares):,.3g}{explained}"
