"""Labels that an example may have several of: how often each was found, and how often wrongly."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.machine.channels import printed
from dltut.viz.figure import FAINT, class_names, drawn, sheet

COLUMNS = ("examples", "found", "missed", "wrongly found", "F1")


def label_counts(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How often each label was found, missed, and found where it is not.

    Parameters
    ----------
    y, predicted : arrays of 0 and 1, shape (n, n_labels)

    Returns
    -------
    int64 array, shape (n_labels, 3)

    Raises
    ------
    InputError
        If the shapes differ.

    Examples
    --------
    >>> label_counts(np.array([[1, 0], [1, 1]]), np.array([[1, 1], [0, 1]]))
    array([[1, 1, 0],
           [1, 0, 1]])
    """
    y, predicted = np.asarray(y) > 0.5, np.asarray(predicted) > 0.5
    if y.shape != predicted.shape or y.ndim != 2:
        raise InputError(
            f"labels of shape {y.shape} and predictions of shape {predicted.shape} do not pair "
            "up: give two arrays of shape (n, n_labels)"
        )
    return np.stack([(y & predicted).sum(0), (y & ~predicted).sum(0), (~y & predicted).sum(0)], 1)


@drawn
def label_picture(
    y: np.ndarray, predicted: np.ndarray, names: Sequence[str] | None = None
) -> Image.Image:
    """A table with a row a label, whose mistakes stand out.

    Parameters
    ----------
    y, predicted : arrays of 0 and 1, shape (n, n_labels)
    names : sequence of str, optional
        Of the labels; numbers unless given.

    Returns
    -------
    PIL image
        Shades: the share missed of the examples that have the label, and the share that is wrong
        of those where it was found. F1 is twice the number found over itself and all mistakes.

    Raises
    ------
    InputError
        As `label_counts`, or if there are not as many names as labels.
    """
    counts = label_counts(y, predicted)
    n = len(counts)
    names = class_names(names, n)
    found, missed, false = counts.T
    examples = found + missed
    f1 = 2 * found / np.maximum(2 * found + missed + false, 1)
    shades = np.zeros((n, len(COLUMNS)))
    shades[:, 2] = missed / np.maximum(examples, 1)
    shades[:, 3] = false / np.maximum(found + false, 1)
    figure = sheet(6.4 + 0.08 * max(map(len, names)), 0.36 * n + 1.0)
    axes = figure.add_subplot()
    axes.imshow(np.ma.masked_equal(shades, 0), cmap="Oranges", vmin=0, vmax=1.6, aspect="auto")
    for i, row in enumerate(np.column_stack([examples, counts])):
        for j, number in enumerate(row):
            axes.text(j, i, f"{number:,}", ha="center", va="center", fontsize=9)
        axes.text(len(row), i, f"{100 * f1[i]:.1f} %", ha="center", va="center", fontsize=9)
    axes.set_xticks(range(len(COLUMNS)), COLUMNS)
    axes.set_yticks(range(n), names)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set(visible=True, color=FAINT, linewidth=0.5)
    wrong, total = int(missed.sum() + false.sum()), np.size(y)
    share = printed("error", wrong / max(total, 1), max(total, 1))
    axes.set_title(f"{wrong:,} of {total:,} labels wrong ({share})")
    return figure
