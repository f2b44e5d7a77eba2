"""Rows of small pictures under one another: inputs, and what a model makes of them."""

from collections.abc import Mapping

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import drawn, sheet
from dltut.viz.tiles import as_pixels

GAP = 2  # pixels of the small pictures


@drawn
def comparison_picture(
    rows: Mapping[str, np.ndarray], image_shape: tuple[int, ...] = (1, 28, 28), n: int = 12
) -> Image.Image:
    """The same examples several times, such as inputs above their reconstructions.

    Parameters
    ----------
    rows : dict of name -> array, shape (examples, n_in)
        One row of pictures each, with its name in front; values in [0, 1], others are cut off.
    image_shape : (rows, columns) or (channels, rows, columns)
        One or three channels.
    n : int
        How many examples at most, the first ones.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If there is nothing to draw, the rows are not equally long, or the shape does not fit.

    Examples
    --------
    >>> x = np.random.RandomState(0).rand(12, 784)
    >>> picture = comparison_picture({"input": x, "half as bright": x / 2})
    >>> picture.width > 3 * picture.height
    True
    """
    lengths = {len(x) for x in rows.values()}
    if len(lengths) != 1 or min(n, *lengths) < 1:
        raise InputError(
            f"nothing to compare in rows of {sorted(lengths)} examples, of which {n} are asked "
            "for: give one row or more, equally long, with an example or more"
        )
    lines = [_line(as_pixels(np.asarray(x)[:n], image_shape)) for x in rows.values()]
    figure = sheet(lines[0].shape[1] / 40 + 1.2, len(lines) * lines[0].shape[0] / 40 + 0.2)
    axes = figure.subplots()
    axes.imshow(np.concatenate(lines), cmap="gray", vmin=0, vmax=1)
    axes.set_yticks([(i + 0.5) * len(line) for i, line in enumerate(lines)], list(rows))
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def _line(pictures):
    """The pictures side by side in white frames; shape (rows, columns) or (rows, columns, 3)."""
    frame = [(0, 0), (GAP, GAP), (GAP, GAP)] + [(0, 0)] * (pictures.ndim - 3)
    return np.concatenate(np.pad(np.clip(pictures, 0, 1), frame, constant_values=1), axis=1)
