"""Texts, each character with a colour of its own."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import INK, drawn, sheet
from dltut.viz.later import matplotlib

WIDTH = 80  # characters in a line
LINE, CELL = 0.2, 0.092  # inches
MOST_LINES = 60


@drawn
def text_picture(
    text: str, values: Sequence[float], title: str = "", most: float | None = None
) -> Image.Image:
    """A text on a ground that is the darker the larger the value of a character is.

    Parameters
    ----------
    text : str
    values : sequence of float
        One a character, 0 or above.
    title : str
    most : float, optional
        The value of the darkest ground; default: the largest.

    Raises
    ------
    InputError
        If there is not one value for each character, or no character.
    """
    values = np.asarray(values, "float64")
    if not text or values.shape != (len(text),):
        raise InputError(f"{len(text)} characters and values of shape {values.shape}: one for each")
    cells = list(_cells(text))
    n_lines = min(cells[-1][0] + 1, MOST_LINES)
    shades = matplotlib.colormaps["Oranges"](
        0.75 * np.clip(values / (most or values.max() or 1), 0, 1)
    )
    figure = sheet(WIDTH * CELL, (n_lines + 2) * LINE, layout=None)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(n_lines + 0.4, -1.6))
    axes.axis("off")
    axes.text(0, -1.1, title, va="center", fontsize=11)
    for (line, place), character, shade, value in zip(cells, text, shades, values, strict=True):
        if line >= MOST_LINES:
            break
        if value > 0:
            axes.fill_between([place, place + 1], line - 0.5, line + 0.5, color=shade, linewidth=0)
        if not character.isspace():
            style = {"family": "DejaVu Sans Mono", "fontsize": 9, "color": INK}
            axes.text(place + 0.5, line, character, ha="center", va="center", **style)
    return figure


def _cells(text):
    """(line, place) of each character."""
    line = place = 0
    for character in text:
        if place == WIDTH:
            line, place = line + 1, 0
        yield line, place
        line, place = (line + 1, 0) if character == "\n" else (line, place + 1)
