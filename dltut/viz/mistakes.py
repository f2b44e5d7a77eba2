"""The mistakes that a model is surest of, as a grid of captioned pictures."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import FAINT, ORANGE, class_names, drawn, sheet
from dltut.viz.later import patches
from dltut.viz.tiles import as_pixels

CELL, GAP, HEAD = 1.02, 0.13, 0.45  # inches of a picture, between two, and of the title
LONGEST = 14  # characters of a name, as wide as a picture


def worst_mistakes(probabilities: np.ndarray, y: np.ndarray, n: int | None = None) -> np.ndarray:
    """The rows whose predicted class is wrong, the most probable wrong class first.

    Parameters
    ----------
    probabilities : array, shape (examples, n_classes)
    y : integer array, shape (examples,)
        True classes.
    n : int, optional
        How many at most; all of them unless given.

    Returns
    -------
    integer array, shape (mistakes,)

    Raises
    ------
    InputError
        If the shapes do not match, or a true class has no column.

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    >>> worst_mistakes(p, np.array([0, 0, 0]))
    array([2, 1])
    """
    probabilities, y = np.asarray(probabilities), np.asarray(y)
    if probabilities.ndim != 2 or y.shape != probabilities.shape[:1]:
        raise InputError(
            f"probabilities of shape {probabilities.shape} and classes of shape {y.shape}: "
            "expected (examples, n_classes) and (examples,)"
        )
    if y.size and not 0 <= y.min() <= y.max() < probabilities.shape[1]:
        raise InputError(f"classes must be whole numbers 0 .. {probabilities.shape[1] - 1}")
    wrong = np.flatnonzero(probabilities.argmax(1) != y)
    surest_first = np.argsort(-probabilities[wrong].max(1), kind="stable")
    return wrong[surest_first][:n]


@drawn
def mistakes_picture(
    x: np.ndarray,
    y: np.ndarray,
    probabilities: np.ndarray,
    image_shape: tuple[int, ...] = (1, 28, 28),
    classes: Sequence[str] | None = None,
    n: int = 40,
) -> Image.Image:
    """The worst mistakes, each with what it is and what it was taken for.

    Parameters
    ----------
    x : array, shape (examples, n_in)
        Pictures, values in [0, 1].
    y : integer array, shape (examples,)
    probabilities : array, shape (examples, n_classes)
    image_shape : (rows, columns) or (channels, rows, columns)
        One or three channels.
    classes : sequence of str, optional
        Names of the classes; numbers unless given.
    n : int
        How many at most.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        As `worst_mistakes`, or if the image shape or the names do not fit.
    """
    worst = worst_mistakes(probabilities, y, n)
    pictures = as_pixels(np.asarray(x)[worst], image_shape)
    names = class_names(classes, probabilities.shape[1])
    names = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names]
    lines = 1 if max(map(len, names)) < 4 else 2  # of a caption
    columns = max(1, min(8 if lines == 1 else 6, len(worst)))
    height, width = (CELL * n / max(pictures.shape[1:3]) for n in pictures.shape[1:3])
    pitch = height + 0.22 * lines + 0.28, CELL + GAP  # down and across
    whole = max(4, columns * pitch[1]), HEAD + math.ceil(len(worst) / columns) * pitch[0]
    figure = sheet(*whole, layout=None)
    axes = figure.add_axes((0, 0, 1, 1))  # one for all, in inches: one each takes far longer
    axes.set_axis_off()
    axes.set(xlim=(0, whole[0]), ylim=(whole[1], 0))
    total = int((probabilities.argmax(1) != y).sum())
    axes.text(GAP / 2, HEAD / 2, _title(len(worst), total, len(y)), fontsize=11, va="center")
    for place, (i, picture) in enumerate(zip(worst, pictures, strict=True)):
        row, column = divmod(place, columns)
        taken = probabilities[i].argmax()
        caption = f"{names[y[i]]} →{' ' if lines == 1 else chr(10)}{names[taken]}"
        left, top = column * pitch[1] + (pitch[1] - width) / 2, HEAD + row * pitch[0] + 0.22 * lines
        box = left, left + width, top + height, top
        _draw(axes, picture, box, caption, f"{100 * probabilities[i, taken]:.0f} %")
    return figure


def _draw(axes, picture, box, caption, sure):
    """A picture in its box (left, right, bottom, top), with a line above it and one below."""
    left, right, bottom, top = box
    axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1, extent=box, aspect="auto")
    frame = patches.Rectangle(
        (left, top), right - left, bottom - top, fill=False, color=FAINT, linewidth=0.5
    )
    axes.add_patch(frame)
    middle = (left + right) / 2
    axes.text(middle, top - 0.04, caption, fontsize=9.5, ha="center", va="bottom")
    axes.text(middle, bottom + 0.04, sure, fontsize=8.5, ha="center", va="top", color=ORANGE)


def _title(shown, wrong, total):
    if not wrong:
        return f"none of {total:,} wrong"
    which = "all of them" if shown == wrong else f"the {shown} surest"
    return f"{wrong:,} of {total:,} wrong; {which}: true → predicted"
