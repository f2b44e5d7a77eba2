"""The drawing sheet under every figure: one look, no window, a PIL image out."""

import math
import os
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from dltut.exceptions import InputError, nearest
from dltut.machine.files import atomic
from dltut.viz.later import canvases, figures, matplotlib

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FAINT, PALE = "#333333", "#8a8a8a", "#e9f0f7"
BLUE, ORANGE, GREEN = "#2a6fb0", "#d9742b", "#3d8f5f"
MARGIN = 12  # pixels
COLOURS = (BLUE, ORANGE, GREEN, "#a24b8f", "#b03a3a", "#6b5bb5", "#3b9aa8", "#8a6d3b")

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a class may be called "$1 to $2"
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
    "figure.dpi": 120,
}


def drawn(draw: Callable[..., "Figure"]) -> Callable[..., Image.Image]:
    """A function that draws a figure, turned into one that returns its picture."""

    @wraps(draw)
    def picture(*arguments, **options):
        with matplotlib.rc_context(STYLE):
            canvas = canvases.Canvas(draw(*arguments, **options))
            canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        return ImageOps.expand(image, MARGIN, "white")

    return picture


def sheet(width: float, height: float, layout: str | None = "constrained") -> "Figure":
    """An empty figure, its size in inches; margins are fitted to what is drawn.

    Parameters
    ----------
    width, height : float
    layout : {"constrained", None}
        None: everything stays where it is put.
    """
    return figures.Figure(figsize=(width, height), layout=layout)


def titled(picture: Image.Image, title: str) -> Image.Image:
    """A picture under a line of text, each of its pixels as it is, with a white margin around it.

    Parameters
    ----------
    picture : PIL image
    title : str

    Examples
    --------
    >>> titled(Image.new("L", (480, 480)), "nothing yet").size
    (504, 540)
    """
    heading = _heading(title, picture.width)
    width = max(heading.width, picture.width + 2 * MARGIN)
    whole = Image.new("RGB", (width, heading.height + picture.height + MARGIN), "white")
    whole.paste(heading)
    whole.paste(picture, (MARGIN, heading.height))
    return whole


@drawn
def _heading(title: str, width: int) -> "Figure":
    """The title alone, on a strip of that many pixels or as many as it needs."""
    figure = figures.Figure(figsize=(width / STYLE["figure.dpi"], 0.2))
    text = figure.text(0, 0, title, fontsize=STYLE["axes.titlesize"], va="bottom")
    extent = text.get_window_extent(canvases.Canvas(figure).get_renderer())
    figure.set_figwidth(max(width, math.ceil(extent.width)) / figure.dpi)
    return figure


def class_names(classes: Sequence[str] | None, n: int) -> list[str]:
    """The names of `n` classes; numbers if there are none.

    Raises
    ------
    InputError
        If there are more or fewer names than classes.
    """
    names = [str(each) for each in (range(n) if classes is None else classes)]
    if len(names) != n:
        raise InputError(f"{len(names)} class names for {n} classes: give one for each")
    return names


def save_picture(path: str | os.PathLike, picture: Image.Image | np.ndarray) -> None:
    """Write a picture to a file, whole or not at all.

    Parameters
    ----------
    path : path
        Its ending names the format: png, jpg, gif, bmp, tiff or webp. The folder is created.
    picture : PIL image, or array of bytes, shape (rows, columns) or (rows, columns, 3 or 4)

    Raises
    ------
    InputError
        If the ending names no picture format, the array is not a picture's, or the file cannot be
        written.
    """
    formats = {
        ".png": "PNG",
        ".jpg": "JPEG",
        ".jpeg": "JPEG",
        ".gif": "GIF",
        ".bmp": "BMP",
        ".tiff": "TIFF",
        ".webp": "WEBP",
    }
    ending = Path(path).suffix.lower()
    if ending not in formats:
        raise InputError(
            f"{path} cannot be written as a picture: its name ends in {ending or 'nothing'!r}; "
            + nearest(ending, formats)
        )
    image = _from_bytes(picture) if isinstance(picture, np.ndarray) else picture
    if formats[ending] == "JPEG":
        image = image.convert("RGB")
    with atomic(path) as file:
        image.save(file, formats[ending])


def _from_bytes(pixels):
    if pixels.dtype != np.uint8 or pixels.ndim < 2 or pixels.shape[2:] not in ((), (3,), (4,)):
        raise InputError(
            f"an array of shape {pixels.shape} and type {pixels.dtype} is no picture: give bytes "
            "(uint8), (rows, columns) or (rows, columns, 3 or 4)"
        )
    return Image.fromarray(pixels)
