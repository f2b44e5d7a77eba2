"""A text whose words are coloured by how much each says."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import BLUE, FAINT, INK, ORANGE, drawn, sheet
from dltut.viz.later import canvases, colors

WIDTH, LINE, GAP = 8.4, 0.27, 0.07  # inches: of the sheet, of a line, between words


@drawn
def weighed_words(
    words: Sequence[str], weights: Sequence[float], title: str = "", ends: Sequence[str] = ()
) -> Image.Image:
    """Words one after another, blue behind those of positive weight, orange behind the others.

    Parameters
    ----------
    words : sequence of str
    weights : sequence of float
        One for each word; the largest, in either direction, has the full colour.
    title : str
    ends : pair of str, optional
        What blue and orange speak for.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If there is no word, or not a weight for each.

    Examples
    --------
    >>> weighed_words(["not", "good"], [-2.0, 0.5], "against", ("for", "against")).height < 200
    True
    """
    weights = np.asarray(weights, dtype=float)
    if not len(words) or weights.shape != (len(words),):
        raise InputError(f"{weights.size} weights for {len(words)} words: give one for each")
    figure = sheet(WIDTH, 1.0, layout=None)
    renderer = canvases.Canvas(figure).get_renderer()
    largest = max(np.abs(weights).max(), 1e-12)
    first, left = (2 if title else 0), 0.0
    placed = [(figure.text(0, 0, title, fontsize=11, va="center"), 0.0, 0)] if title else []
    line = first
    for word, weight in zip(words, weights / largest, strict=True):
        box = {"facecolor": _shade(weight), "edgecolor": "none", "pad": 1.5}
        text = figure.text(0, 0, word, fontsize=10, va="center", color=INK, bbox=box)
        width = text.get_window_extent(renderer).width / figure.dpi
        if left and left + width > WIDTH:
            line, left = line + 1, 0.0
        placed.append((text, left, line))
        left += width + GAP
    if ends:
        told = f"blue: for {ends[0]}; orange: for {ends[1]}"
        line += 1
        placed.append((figure.text(0, 0, told, fontsize=7, va="center", color=FAINT), 0.0, line))
    height = LINE * (line + 1)
    figure.set_size_inches(WIDTH, height)
    for text, x, number in placed:
        text.set_position((x / WIDTH, 1 - (number + 0.5) * LINE / height))
    return figure


def stacked_pictures(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures below one another on white, as wide as the widest.

    Parameters
    ----------
    pictures : sequence of PIL image

    Examples
    --------
    >>> stacked_pictures([Image.new("RGB", (30, 10)), Image.new("RGB", (20, 5))]).size
    (30, 15)
    """
    size = max(each.width for each in pictures), sum(each.height for each in pictures)
    whole, top = Image.new("RGB", size, "white"), 0
    for each in pictures:
        whole.paste(each, (0, top))
        top += each.height
    return whole


def _shade(weight: float) -> tuple[float, ...]:
    """White for 0, the full colour for 1 and -1, light enough to be written on."""
    colour = np.array(colors.to_rgb(BLUE if weight > 0 else ORANGE))
    return tuple(1 - 0.75 * abs(weight) * (1 - colour))
