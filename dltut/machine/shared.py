"""Data and parameters that live where the computation happens: shared variables."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import ArrayLike
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError, NoColumn
from dltut.machine.columns import checked_columns

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


class SharedSplit:
    """One split of a data set as shared variables, sliced by minibatch index inside a function.

    Parameters
    ----------
    *columns : shared variable
        Those that are called x and y, in this order.
    **named : shared variable
        Columns of other names.

    Attributes
    ----------
    columns : dict
        {name: shared variable}, in order. Each is an attribute too; iterating, unpacking and
        indexing give the variables.
    part : str
        What the data set calls the split, such as valid, for messages.

    Examples
    --------
    >>> split = shared_dataset((np.eye(3), np.arange(3)))
    >>> x, y = split
    >>> x is split.x, y is split[1], split.n_examples
    (True, True, 3)
    """

    def __init__(self, *columns: SharedVariable, **named: SharedVariable):
        if len(columns) > 2:
            raise InputError(f"{len(columns)} shared variables; expected x and y, others by name")
        self.columns = dict(zip("xy", columns, strict=False)) | named
        self.part = ""

    def __iter__(self) -> Iterator[SharedVariable]:
        return iter(self.columns.values())

    def __getitem__(self, number: int) -> SharedVariable:
        return list(self)[number]

    def __len__(self) -> int:
        return len(self.columns)

    def __getattr__(self, name: str) -> SharedVariable:
        columns = self.__dict__.get("columns", {})
        if name not in columns:
            raise NoColumn(name, columns, self.__dict__.get("part", ""))
        return columns[name]

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {each.type}" for name, each in self.columns.items())
        return f"{type(self).__name__}({self.n_examples:,} examples: {told})"

    @property
    def n_examples(self) -> int:
        """How many examples the split holds."""
        return len(self[-1].get_value(borrow=True))

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
        return n_batches(self.n_examples, batch_size, partial, self.part)


class ChunkedSplit(SharedSplit):
    """A split larger than the device: the shared variables hold one chunk of it at a time.

    Parameters
    ----------
    columns : dict
        {name: array}, the whole split in main memory or on a disk.
    chunk_size : int
        Examples on the device at a time.

    Attributes
    ----------
    source : dict
        The whole columns, as they were given.
    """

    def __init__(self, columns: Mapping[str, np.ndarray], chunk_size: int):
        self.source, self._n = columns, len(next(iter(columns.values())))
        self.chunk_size = min(chunk_size, self._n)
        self._rows = 0, self.chunk_size
        super().__init__(**_shared(columns, slice(self.chunk_size)))

    @property
    def n_examples(self) -> int:
        """How many examples the whole split holds, on the device or not."""
        return self._n

    def load(self, first: int, n_rows: int) -> None:
        """Put rows `first` to `first + n_rows` into the shared variables, unless they are there."""
        if (first, n_rows) != self._rows:
            for name, values in self.source.items():
                self.columns[name].set_value(_kept(name, values[first : first + n_rows]))
            self._rows = first, n_rows


def shared_dataset(split, chunk_size: int | None = None) -> SharedSplit | ChunkedSplit:
    """The shared variables of one split: x and real numbers as floatX, whole numbers as int32.

    Parameters
    ----------
    split : Split, (x, y), (x,) or dict
        Columns with one row an example: y with whole numbers are labels. A dict has their names.
    chunk_size : int, optional
        Keep only so many examples on the device at a time and refill them during the epoch;
        results are the same as with everything there at once.

    Raises
    ------
    InputError
        If the columns differ in length or are empty, a label is negative, or a value is not finite.

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
    columns = _columns(split, width=None if chunk_size else pytensor.config.floatX)
    if chunk_size is None:
        shared = SharedSplit(**_shared(columns))
    elif not isinstance(chunk_size, int | np.integer) or chunk_size < 1:
        raise InputError(f"chunk_size is {chunk_size}; it counts examples and is at least 1")
    else:
        shared = ChunkedSplit(columns, chunk_size)
    shared.part = getattr(split, "part", "")
    return shared


def n_batches(n_examples: int, batch_size: int, partial: str = "drop", part: str = "") -> int:
    """How many minibatches there are in an epoch.

    Parameters
    ----------
    n_examples, batch_size : int
    partial : {"drop", "keep"}
        What becomes of a last minibatch that is not full.
    part : str
        What the split is called, for the message.

    Raises
    ------
    InputError
        If a minibatch is empty or larger than the split, or `partial` is neither.
    """
    if partial not in PARTIAL:
        raise InputError(f"partial is {partial!r}; it is 'drop' or 'keep'")
    if not isinstance(batch_size, int | np.integer) or not 1 <= batch_size <= n_examples:
        raise InputError(
            f"batch_size is {batch_size} but the {f'{part} ' * bool(part)}split has {n_examples} "
            f"examples: choose a batch size from 1 to {n_examples}"
        )
    return n_examples // batch_size if partial == "drop" else math.ceil(n_examples / batch_size)


def _columns(split, width: str | None) -> dict[str, np.ndarray]:
    """The columns of whatever is given for a split, checked."""
    if isinstance(getattr(split, "columns", None), dict):
        return split.columns
    if isinstance(split, Mapping):
        return checked_columns(split, width)
    if hasattr(split, "train"):
        raise InputError(
            "that is a whole data set; a split is shared by itself: "
            "train, valid, test = map(shared_dataset, data)"
        )
    if not isinstance(split, tuple | list) or not 1 <= len(split) <= 2:
        raise InputError(
            f"a split is a Split, a pair (x, y), or (x,) alone; got {type(split).__name__}"
            + (f" of {len(split)}" if isinstance(split, tuple | list) else "")
        )
    return checked_columns(dict(zip("xy", split, strict=False)), width)


def _shared(columns: Mapping, rows: slice = slice(None)) -> dict[str, SharedVariable]:
    return {
        name: pytensor.shared(_kept(name, values[rows]), name=name, borrow=True)
        for name, values in columns.items()
    }


def _kept(name: str, values: np.ndarray) -> np.ndarray:
    """As the device holds them: PyTensor's float width, and int32 for whole numbers."""
    is_real = name == "x" or values.dtype.kind == "f"
    return as_floatX(values) if is_real else np.asarray(values, dtype="int32")
