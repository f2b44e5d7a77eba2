"""Examples of a data set, or samples of a model, as a grid of pictures with captions."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError, nearest
from dltut.viz.figure import drawn, sheet
from dltut.viz.filters import RESCALE
from dltut.viz.tiles import as_pixels

GAP, LINE = 6, 15  # pixels between two pictures, and below one for its caption
SMALLEST = 44  # pixels of a picture's longer side, at least
LETTER = 6.2  # pixels
DPI = 120


@drawn
def example_picture(
    x: np.ndarray,
    image_shape: tuple[int, ...] = (1, 28, 28),
    captions: Sequence[str] | None = None,
    columns: int = 20,
    rescale: str = "global",
) -> Image.Image:
    """Pictures side by side, each with its caption.

    Parameters
    ----------
    x : array, shape (n, n_pixels)
    image_shape : (rows, columns) or (channels, rows, columns)
        One or three channels.
    captions : sequence of str, optional
        One for each picture, such as its class; what is too long for its width is cut.
    columns : int
        Pictures in a row.
    rescale : {"individual", "global", "none"}
        Each picture stretched from black to white on its own; or all alike, by the greatest value
        among them; or not at all. If there are negative values, 0 is mid-grey, otherwise black.

    Returns
    -------
    PIL image
        Small pictures are magnified, each pixel a square.

    Raises
    ------
    InputError
        If the values do not have that shape or are not finite, there are none, or `rescale` is
        unknown.

    Examples
    --------
    >>> example_picture(np.eye(784)[:6], captions=list("012345"), columns=3).size
    (210, 178)
    """
    if rescale not in RESCALE:
        raise InputError(f"rescale={rescale!r} is unknown; {nearest(rescale, RESCALE)}")
    if columns < 1 or not len(x):
        raise InputError(f"{len(x)} examples in {columns} columns: give at least one of each")
    if not np.isfinite(x).all():
        raise InputError("the examples hold NaN or infinite values: mend them first")
    tiles = _magnified(_shades(as_pixels(np.asarray(x), image_shape), rescale))
    columns = min(columns, len(tiles))
    height, width = tiles.shape[1:3]
    pitch = height + GAP + (LINE if captions else 0), width + GAP  # down and across
    whole = math.ceil(len(tiles) / columns) * pitch[0], columns * pitch[1]
    paper = np.ones((*whole, *tiles.shape[3:]))
    figure = sheet(whole[1] / DPI, whole[0] / DPI, layout=None)
    figure.set_dpi(DPI)
    for i, tile in enumerate(tiles):
        top, left = i // columns * pitch[0] + GAP // 2, i % columns * pitch[1] + GAP // 2
        paper[top : top + height, left : left + width] = tile
        if captions:
            middle, base = left + width / 2, whole[0] - top - height - LINE + 4
            text = _cut(str(captions[i]), max(1, int(pitch[1] / LETTER)))
            figure.text(middle / whole[1], base / whole[0], text, fontsize=6.5, ha="center")
    figure.figimage(paper, cmap="gray", vmin=0, vmax=1)
    return figure


def _shades(pixels, rescale):
    """Values from 0, black, to 1, white."""
    if rescale == "individual":
        own = pixels.reshape(len(pixels), -1).astype("float64")
        least, greatest = own.min(1), own.max(1)
        shape = (-1, *[1] * (pixels.ndim - 1))
        span = np.where(greatest > least, greatest - least, 1)
        return (pixels - least.reshape(shape)) / span.reshape(shape)
    if rescale == "global":
        pixels = pixels / (np.abs(pixels).max() or 1)
    return np.clip(pixels / 2 + 0.5 if (pixels < 0).any() else pixels, 0, 1)


def _magnified(tiles):
    zoom = math.ceil(SMALLEST / max(tiles.shape[1:3]))
    return tiles.repeat(zoom, axis=1).repeat(zoom, axis=2)


def _cut(text, longest):
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
