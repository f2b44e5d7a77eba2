"""The columns of a split, arrays with one row an example: checked here, whoever keeps them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from dltut.exceptions import InputError, NoColumn

BLOCK = 4096  # rows looked at together: the data may be larger than the memory


def checked_columns(
    columns: Mapping[str, ArrayLike], width: str | None = None
) -> dict[str, np.ndarray]:
    """The same columns as arrays of finite numbers, one row an example in each.

    Parameters
    ----------
    columns : dict
        {name: array of shape (n, ...)}; a column that is None is left out.
    width : {"float32", "float64"}, optional
        What x and real numbers become; default: they stay as they are, a memory map on the disk.

    Returns
    -------
    dict
        {name: array}, in the same order. Whole numbers in y that come as floats, as in the
        tutorials, are int64.

    Raises
    ------
    InputError
        If there is no column, one is empty, ragged or holds no numbers, a value is not finite, the
        lengths differ, or a label is negative.

    Examples
    --------
    >>> checked_columns({"x": [[0.5], [1.5]], "y": [3.0, 1.0]})["y"]
    array([3, 1])
    """
    given = {name: values for name, values in columns.items() if values is not None}
    checked = {name: _column(name, values, width) for name, values in given.items()}
    if not checked:
        raise InputError("a split has no column: give it x, or x and y")
    lengths = {name: len(column) for name, column in checked.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{name} has {n:,}" for name, n in lengths.items())
        raise InputError(
            f"the columns have different lengths ({listed}): one row an example in each"
        )
    return checked


def check_range(split, low: float = 0.0, high: float = 1.0, of: str = "this model") -> None:
    """Refuse a split whose x leaves the range that a model takes.

    Parameters
    ----------
    split : Split, SharedSplit or Dataset
        Of a data set, all three parts are looked at.
    low, high : float
        The smallest and the largest value that is allowed.
    of : str
        Who takes these values, for the message.

    Raises
    ------
    InputError
        If a value is smaller or larger.

    Notes
    -----
    The costs of autoencoders and Boltzmann machines take a value of x for a probability: outside of
    0 to 1 they still are numbers, but no longer costs.

    Examples
    --------
    >>> from dltut.datasets import Split
    >>> check_range(Split(x=[[0.0], [7.5]]), of="a denoising autoencoder")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: x goes from 0 to 7.5, but a denoising autoencoder takes 0 to 1: ...
    """
    for part in split if hasattr(split, "train") else [split]:
        x = getattr(part, "source", part.columns).get("x")  # all of it, if it is held in chunks
        if x is None:
            raise NoColumn("x", part.columns, part.part)
        x = x.get_value(borrow=True) if hasattr(x, "get_value") else x
        smallest, largest = float(x.min()), float(x.max())
        if not low <= smallest <= largest <= high:
            raise InputError(
                f"x goes from {smallest:.4g} to {largest:.4g}, but {of} takes {low:g} to {high:g}: "
                "load the data with another scale, or choose a model for any numbers"
            )


MEMORY = 8 * 2**20  # bytes that texts may take, beside ten times their own


def as_array(name: str, values: ArrayLike) -> np.ndarray:
    """The values as one array.

    Raises
    ------
    InputError
        If they are rows of different lengths, or short texts with a long one among them: an array
        has room for the longest in each place.
    """
    if isinstance(values, list | tuple) and values and all(isinstance(v, str) for v in values):
        widest, total = max(map(len, values)), sum(map(len, values))
        if 4 * widest * len(values) > MEMORY + 40 * total:
            raise InputError(
                f"{name} holds a text of {widest:,} letters among {len(values):,} short ones: is a "
                "quote missing?"
            )
    try:
        return np.asarray(values)
    except ValueError:
        raise InputError(f"{name} is no one array: its rows differ in length") from None


def _column(name: str, values: ArrayLike, width: str | None) -> np.ndarray:
    values = as_array(name, values)
    if values.dtype.kind not in "biuf":
        kind = "rows that differ in length" if values.dtype == object else f"{values.dtype} values"
        raise InputError(f"{name} holds {kind}; expected numbers, equally many in each row")
    if values.ndim == 0 or values.size == 0:
        raise InputError(
            f"{name} has shape {values.shape}; expected one row an example, and values"
        )
    if width and (name == "x" or values.dtype.kind == "f"):
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes inf, found below
            values = values.astype(width, copy=False)
    blocks = (values[first : first + BLOCK] for first in range(0, len(values), BLOCK))
    bad = np.concatenate([~np.isfinite(each.reshape(len(each), -1)).all(axis=1) for each in blocks])
    if bad.any():
        raise InputError(
            f"{name}: example {bad.argmax()} holds NaN or an infinite value, as do {bad.sum()} in "
            "all: remove or repair them"
        )
    if name != "x" and values.dtype.kind in "iu" and not _in_32_bits(values):
        raise InputError(
            f"{name} goes from {values.min():,} to {values.max():,}; whole numbers are kept in 32 "
            "bits: make labels 0, 1, 2, ..., and what is to be predicted floats, y.astype(float)"
        )
    return _target(values) if name == "y" else values


def _in_32_bits(values: np.ndarray) -> bool:
    return values.min() >= -(2**31) and values.max() < 2**31


def _target(y: np.ndarray) -> np.ndarray:
    """Whole numbers as int64, labels that come as floats among them; other numbers as they are."""
    if y.dtype.kind != "f":
        if y.ndim == 1 and y.min() < 0:
            raise InputError(
                f"label {y.min()} is negative; expected 0, 1, 2, ...; a number that is to be "
                "predicted is a float: y.astype(float)"
            )
        return y.astype(np.int64, copy=False)
    is_label = y.ndim == 1 and y.min() >= 0 and _in_32_bits(y) and (y == np.floor(y)).all()
    return y.astype(np.int64) if is_label else y
