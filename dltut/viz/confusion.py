"""Which classes are taken for which: the confusion matrix and its picture."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.machine.channels import printed
from dltut.viz.figure import FAINT, INK, PALE, class_names, drawn, sheet
from dltut.viz.later import patches


def confusion_matrix(
    y: np.ndarray, predicted: np.ndarray, n_classes: int | None = None
) -> np.ndarray:
    """How often each class was predicted for each true class.

    Parameters
    ----------
    y, predicted : integer arrays, shape (n,)
        True and predicted classes.
    n_classes : int, optional
        One more than the greatest class seen unless given.

    Returns
    -------
    int64 array, shape (n_classes, n_classes)
        Row: the true class; column: the predicted one.

    Raises
    ------
    InputError
        If the lengths differ or a class lies outside 0 .. n_classes - 1.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 1, 1, 2]), np.array([0, 1, 2, 2]))
    array([[1, 0, 0],
           [0, 1, 1],
           [0, 0, 1]])
    """
    y, predicted = np.asarray(y), np.asarray(predicted)
    if y.ndim != 1 or y.shape != predicted.shape:
        raise InputError(
            f"classes of shape {y.shape} and predictions of shape {predicted.shape} do not pair "
            "up: give two vectors of equal length"
        )
    pairs = np.stack([y, predicted])
    if n_classes is None:
        n_classes = int(pairs.max(initial=-1)) + 1
    if not np.issubdtype(pairs.dtype, np.integer) or not ((pairs >= 0) & (pairs < n_classes)).all():
        raise InputError(f"classes must be whole numbers 0 .. {n_classes - 1}")
    return np.bincount(y * n_classes + predicted, minlength=n_classes**2).reshape(
        n_classes, n_classes
    )


@drawn
def confusion_picture(counts: np.ndarray, classes: Sequence[str] | None = None) -> Image.Image:
    """The confusion matrix as a table whose mistakes stand out.

    Parameters
    ----------
    counts : array, shape (n_classes, n_classes)
        From `confusion_matrix`.
    classes : sequence of str, optional
        Their names; numbers unless given.

    Returns
    -------
    PIL image
        Shade: the share of its row among the mistakes; the diagonal, usually far greater, is pale.
    """
    n = len(counts)
    names = class_names(classes, n)
    side = max(4.2, 0.52 * n + 1.2)
    figure = sheet(side + 0.1 * max(map(len, names)), side + 0.3)
    axes = figure.add_subplot()
    wrong = counts * (1 - np.eye(n))
    shares = wrong / np.maximum(counts.sum(1, keepdims=True), 1)
    darkest = 1.6 * shares.max() or 1  # not reached, so that the numbers stay readable
    axes.imshow(np.ma.masked_equal(shares, 0), cmap="Oranges", vmin=0, vmax=darkest)
    for i, j in np.argwhere(counts):
        axes.text(j, i, counts[i, j], ha="center", va="center", fontsize=8.5, color=INK)
    for i in range(n):
        axes.add_patch(patches.Rectangle((i - 0.5, i - 0.5), 1, 1, color=PALE))
    turned = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(n), names, **(turned if max(map(len, names)) > 3 else {}))
    axes.set_yticks(range(n), names)
    axes.tick_params(length=0)
    axes.spines[:].set(visible=True, color=FAINT, linewidth=0.5)
    axes.set(xlabel="predicted", ylabel="true")
    errors, total = int(wrong.sum()), int(counts.sum())
    share = printed("error", errors / max(total, 1), max(total, 1))
    axes.set_title(f"{errors:,} of {total:,} wrong ({share})")
    return figure
