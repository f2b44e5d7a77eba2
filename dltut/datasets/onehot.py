"""Labels as rows with a single one, and back."""

import numpy as np
from numpy.typing import ArrayLike

from dltut.exceptions import InputError


def one_hot(y: ArrayLike, n_classes: int) -> np.ndarray:
    """One row for each label, 1 at the label and 0 elsewhere.

    Parameters
    ----------
    y : array of int, shape (n,)
        Labels from 0 to ``n_classes - 1``.
    n_classes : int

    Returns
    -------
    float32 array, shape (n, n_classes)

    Raises
    ------
    InputError
        If a label is not one of ``0, ..., n_classes - 1``.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    y = np.asarray(y)
    if y.ndim != 1 or y.dtype.kind not in "iu":
        raise InputError(f"labels of shape {y.shape}, {y.dtype}; expected whole numbers, one a row")
    if y.size and not (y.min() >= 0 and y.max() < n_classes):
        raise InputError(f"labels from {y.min()} to {y.max()}; expected 0 to {n_classes - 1}")
    rows = np.zeros((len(y), n_classes), dtype=np.float32)
    rows[np.arange(len(y)), y] = 1
    return rows


def from_one_hot(rows: ArrayLike) -> np.ndarray:
    """The label of each row: where its largest value stands.

    Parameters
    ----------
    rows : array, shape (n, n_classes)
        One-hot rows, or scores or probabilities.

    Returns
    -------
    int64 array, shape (n,)

    Raises
    ------
    InputError
        If `rows` is not a matrix with at least one column.

    Examples
    --------
    >>> from_one_hot(one_hot([2, 0], 3))
    array([2, 0])
    """
    rows = np.asarray(rows)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise InputError(f"rows of shape {rows.shape}; expected (n, n_classes)")
    return rows.argmax(axis=1)
