"""Draws from a distribution in the plane, over its density."""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import BLUE, ORANGE, drawn, sheet
from dltut.viz.later import ticker

GRID = 200  # points of the density along each axis


@drawn
def samples_picture(
    samples: np.ndarray,
    density: Callable[[np.ndarray], np.ndarray],
    path: np.ndarray | None = None,
    names: Sequence[str] = ("$x_1$", "$x_2$"),
) -> Image.Image:
    """Dots where the draws are, lines where the density is equal.

    Parameters
    ----------
    samples : array, shape (n, 2)
    density : callable
        Points, shape (n, 2), to the density at each, up to a factor.
    path : array, shape (steps, 2), optional
        A way through the plane, drawn as a line with dots from a ring to its last point.
    names : two str
        Of the axes, as matplotlib writes mathematics.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If the samples are not points in the plane.
    """
    samples = np.asarray(samples)
    if samples.ndim != 2 or samples.shape[1] != 2 or not len(samples):
        raise InputError(
            f"samples of shape {samples.shape} cannot be drawn: choose two of their columns, "
            "shape (n, 2)"
        )
    figure = sheet(5.6, 4.6)
    axes = figure.subplots()
    axes.plot(*samples.T, ".", color=BLUE, markersize=4, alpha=0.4, markeredgewidth=0)
    _draw_density(axes, density)
    if path is not None:
        axes.plot(*path.T, "o-", color=ORANGE, linewidth=1.4, markersize=3.5)
        axes.plot(*path[0], "o", color="white", markeredgecolor=ORANGE, markersize=9)
    for axis, name in zip((axes.xaxis, axes.yaxis), names, strict=True):
        axis.set_label_text(name, parse_math=True)
        axis.set_major_locator(ticker.MaxNLocator(6))
    return figure


def _draw_density(axes, density):
    """Lines that hold half, 90 % and 99 % of what is inside of the axes."""
    x, y = (np.linspace(*limits, GRID) for limits in (axes.get_xlim(), axes.get_ylim()))
    points = np.stack(np.meshgrid(x, y), axis=-1)  # (rows, columns, 2)
    heights = np.asarray(density(points.reshape(-1, 2))).reshape(GRID, GRID)
    falling = np.sort(heights.ravel())[::-1]
    share = np.cumsum(falling) / falling.sum()
    levels = [falling[np.searchsorted(share, held)] for held in (0.99, 0.9, 0.5)]
    axes.contour(x, y, heights, levels, colors="#333333", linewidths=0.9)
