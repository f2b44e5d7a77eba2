"""The mistakes that a model is surest of, as a grid of captioned pictures."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import FAINT, ORANGE, class_names, drawn, sheet
from dltut.viz.tiles import as_pixels


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
    longest = max(map(len, names))
    columns = max(1, min(8 if longest < 4 else 6, len(worst)))
    rows = max(1, math.ceil(len(worst) / columns))
    figure = sheet(max(4, columns * 1.15), rows * (1.4 if longest < 4 else 1.65) + 0.5)
    total = int((probabilities.argmax(1) != y).sum())
    figure.suptitle(_title(len(worst), total, len(y)), x=0.02, ha="left", fontsize=11)
    for place, (i, picture) in enumerate(zip(worst, pictures, strict=True)):
        axes = figure.add_subplot(rows, columns, place + 1)
        axes.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        taken = probabilities[i].argmax()
        break_or_space = " " if longest < 4 else "\n"
        axes.set_title(
            f"{names[y[i]]} →{break_or_space}{names[taken]}", fontsize=9.5, loc="center", pad=3
        )
        axes.set_xlabel(
            f"{100 * probabilities[i, taken]:.0f} %", fontsize=8.5, color=ORANGE, labelpad=2
        )
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=FAINT, linewidth=0.5)
    return figure


def _title(shown, wrong, total):
    if not wrong:
        return f"none of {total:,} wrong"
    which = "all of them" if shown == wrong else f"the {shown} surest"
    return f"{wrong:,} of {total:,} wrong; {which}: true → predicted"
