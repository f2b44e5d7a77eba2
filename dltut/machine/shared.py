"""Data and parameters that live where the computation happens: shared variables."""

import math
from typing import NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import ArrayLike
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError

PARTIAL = ("drop", "keep")


def as_floatX(values: ArrayLike) -> np.ndarray:
    """`values` as an array of PyTensor's float width, ``pytensor.config.floatX``."""
    return np.asarray(values, dtype=pytensor.config.floatX)


def as_floats(variable):
    """A tensor variable as it is if it holds floats, else in PyTensor's float width."""
    variable = pt.as_tensor_variable(variable)
    is_float = variable.dtype.startswith("float")
    return variable if is_float else variable.astype(pytensor.config.floatX)


def shared_zeros(shape: tuple[int, ...], name: str | None = None) -> SharedVariable:
    """A shared floatX variable of zeros."""
    return pytensor.shared(np.zeros(shape, dtype=pytensor.config.floatX), name=name)


class SharedSplit(NamedTuple):
    """One split of a data set as two shared variables, sliced by minibatch index inside a function.

    Attributes
    ----------
    x : shared floatX, shape (n, ...)
    y : shared int32, shape (n,)
    """

    x: SharedVariable
    y: SharedVariable

    @property
    def n_examples(self) -> int:
        """How many examples the split holds."""
        return len(self.y.get_value(borrow=True))

    def n_batches(self, batch_size: int, partial: str = "drop") -> int:
        """How many minibatches an epoch has.

        Parameters
        ----------
        batch_size : int
            Examples a minibatch, from 1 to the number of examples.
        partial : {"drop", "keep"}
            What becomes of a last minibatch that is not full; the tutorials drop it.

        Examples
        --------
        >>> split = shared_dataset((np.zeros((10, 4)), np.zeros(10, int)))
        >>> split.n_batches(3), split.n_batches(3, partial="keep")
        (3, 4)
        """
        return n_batches(self.n_examples, batch_size, partial)


class ChunkedSplit:
    """A split larger than the device: the shared variables hold one chunk of it at a time.

    Attributes
    ----------
    x : shared floatX, shape (chunk_size, ...)
    y : shared int32, shape (chunk_size,)
    chunk_size : int
        Examples on the device at a time.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, chunk_size: int):
        self._source = x, y
        self.chunk_size = min(chunk_size, len(y))
        self.x, self.y = _shared_pair(x[: self.chunk_size], y[: self.chunk_size])
        self._rows = 0, self.chunk_size

    @property
    def n_examples(self) -> int:
        """How many examples the whole split holds, on the device or not."""
        return len(self._source[1])

    def n_batches(self, batch_size: int, partial: str = "drop") -> int:
        """How many minibatches an epoch has, see `SharedSplit.n_batches`."""
        return n_batches(self.n_examples, batch_size, partial)

    def load(self, first: int, n_rows: int) -> None:
        """Put rows `first` to `first + n_rows` into the shared variables, unless they are there."""
        if (first, n_rows) != self._rows:
            x, y = (values[first : first + n_rows] for values in self._source)
            self.x.set_value(as_floatX(x))
            self.y.set_value(np.asarray(y, dtype="int32"))
            self._rows = first, n_rows


def shared_dataset(split, chunk_size: int | None = None) -> SharedSplit | ChunkedSplit:
    """The two shared variables of one split: x as floatX, y as int32.

    Parameters
    ----------
    split : (x, y) or Split
        x of shape (n, ...), y of shape (n,) with whole numbers.
    chunk_size : int, optional
        Keep only so many examples on the device at a time and refill them during the epoch;
        results are the same as with everything there at once.

    Raises
    ------
    InputError
        If x and y differ in length or are empty, y is not a vector of labels 0, 1, ..., or a value
        of x is not finite.

    Notes
    -----
    Arrays of the right type are not copied: do not change them while they are shared.

    The tutorials keep y as floats and cast it inside the graph, a trick for the GPUs of 2010;
    int32 needs no cast.

    Examples
    --------
    >>> x, y = shared_dataset((np.eye(3), np.arange(3)))
    >>> x.get_value().shape, y.get_value().dtype
    ((3, 3), dtype('int32'))
    """
    x, y = (split.x, split.y) if hasattr(split, "x") else split
    x, y = np.asarray(x), np.asarray(y)
    _check(x, y)
    if chunk_size is None:
        return SharedSplit(*_shared_pair(x, y))
    if chunk_size < 1:
        raise InputError(f"chunk_size is {chunk_size}; it counts examples and is at least 1")
    return ChunkedSplit(x, y, chunk_size)


def n_batches(n_examples: int, batch_size: int, partial: str = "drop") -> int:
    """How many minibatches there are in an epoch.

    Parameters
    ----------
    n_examples, batch_size : int
    partial : {"drop", "keep"}
        What becomes of a last minibatch that is not full.

    Raises
    ------
    InputError
        If a minibatch is empty or larger than the split, or `partial` is neither.
    """
    if partial not in PARTIAL:
        raise InputError(f"partial is {partial!r}; it is 'drop' or 'keep'")
    if not 1 <= batch_size <= n_examples:
        raise InputError(
            f"batch_size is {batch_size} but the split has {n_examples} examples: "
            f"choose a batch size from 1 to {n_examples}"
        )
    return n_examples // batch_size if partial == "drop" else math.ceil(n_examples / batch_size)


def _shared_pair(x: np.ndarray, y: np.ndarray) -> tuple[SharedVariable, SharedVariable]:
    labels = pytensor.shared(np.asarray(y, dtype="int32"), name="y", borrow=True)
    return pytensor.shared(as_floatX(x), name="x", borrow=True), labels


def _check(x: np.ndarray, y: np.ndarray) -> None:
    if x.ndim < 1 or y.ndim != 1 or len(x) != len(y) or not len(y):
        raise InputError(
            f"x has shape {x.shape} and y {y.shape}; expected one label for each row of x, "
            "and at least one row"
        )
    for name, values in (("x", x), ("y", y)):
        if values.dtype.kind not in "biuf":
            raise InputError(f"{name} holds values of type {values.dtype}; expected numbers")
    if not ((y >= 0) & (y < 2**31) & (y == np.floor(y))).all():
        raise InputError(
            f"y holds {y.dtype} values that are not labels; labels are whole numbers from 0 on"
        )
    if not np.isfinite(x).all():
        raise InputError("x holds NaN or infinite values; remove or replace them before training")
