"""What a data set of Pylearn2 becomes: a split, and what is known of its columns."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pytensor.tensor as pt

from dltut.datasets import Dataset, Split
from dltut.datasets.kinds import Classes, Kind, Numbers, Pictures, square_shape
from dltut.datasets.npy import Arrays, read_npy
from dltut.datasets.sources import data_folder, expanded
from dltut.exceptions import InputError
from dltut.layers import Network
from dltut.machine.backend import function
from dltut.machine.files import open_unpacked
from dltut.machine.shared import as_floatX


@dataclass(frozen=True, eq=False)
class Examples:
    """A split, and what its columns are.

    Parameters
    ----------
    split : Split
    inputs : Kind
    targets : Kind, optional
    name : str
        Of the data set.

    Examples
    --------
    >>> examples = Examples(Split(np.zeros((9, 784)), np.arange(9)), Pictures())
    >>> len(examples.rows(0, 5).split)
    5
    """

    split: Split
    inputs: Kind
    targets: Kind | None = None
    name: str = "examples"

    @property
    def checked(self) -> Split:
        """The split with its columns as their kinds have them: real targets are real numbers."""
        return Dataset(*[self.split] * 3, self.name, self.inputs, self.targets).train

    def rows(self, start: int | None = None, stop: int | None = None) -> "Examples":
        """Some of the examples.

        Raises
        ------
        InputError
            If there are no such rows.
        """
        return replace(self, split=self.split.subset(start or 0, stop))

    def with_x(self, x: np.ndarray, inputs: Kind | None = None) -> "Examples":
        """The same targets of other inputs: as numbers, unless it is said what they are."""
        columns = self.split.columns | {"x": x}
        inputs = inputs or Numbers(range(x.shape[1]))
        return replace(self, split=Split(**columns), inputs=inputs)


class Data:
    """What a file calls a data set: it is read when its examples are first asked for."""

    @cached_property
    def examples(self) -> Examples:
        """All of them."""
        return self.read()

    def read(self) -> Examples:
        """All of them, read anew."""
        raise NotImplementedError


def examples_of(x, y=None, n_classes: int | None = None) -> Examples:
    """Arrays as examples: pictures if they look so, whole numbers of one column as classes.

    Parameters
    ----------
    x : array, shape (n, d)
    y : array, shape (n,) or (n, k), optional
    n_classes : int, optional
        Of the targets; default: as they look.

    Raises
    ------
    InputError
        If they are no numbers, or do not fit one another.
    """
    try:
        x = np.asarray(x, dtype="float32")
        y = None if y is None else np.asarray(y)
    except (TypeError, ValueError) as error:
        raise InputError(f"these are no rows of numbers: {error}") from None
    if y is not None and y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    split = Split(x) if y is None else Split(x, y)
    is_square = square_shape(split.n_inputs) and split.x.min() >= 0 and split.x.max() <= 1
    inputs = Pictures(square_shape(split.n_inputs)) if is_square else Numbers(range(split.n_inputs))
    if y is None:
        return Examples(split, inputs)
    if split.y.ndim == 1 and split.y.dtype.kind == "i":
        return Examples(split, inputs, Classes(range(n_classes or split.y.max() + 1)))
    return Examples(split, inputs, Numbers(range(y.shape[1]) if y.ndim == 2 else ["y"]))


def codes(model: Network, x: np.ndarray, batch_size: int = 1000) -> np.ndarray:
    """What a model makes of every row of x.

    Parameters
    ----------
    model : Network
    x : array, shape (n, d)
    batch_size : int
        Rows at a time.
    """
    rows = pt.matrix("x")
    code = function([rows], model(rows), name="the code of the data")
    parts = [code(as_floatX(x[i : i + batch_size])) for i in range(0, len(x), batch_size)]
    return np.concatenate(parts)


def readable(path: Path, data_dir: Path | None) -> Path:
    """A file of data: as it is named, else in the data folder.

    Raises
    ------
    InputError
        If it is in neither place.
    """
    folder = data_folder(data_dir)
    places = expanded(path), folder / path
    found = next((each for each in places if each.is_file()), None)
    if found is None:
        raise InputError(f"there is no file {path}, neither here nor in {folder.absolute()}")
    return found


def loaded_arrays(path: Path):
    """The array of an npy file, or {name: array} of an npz file.

    Raises
    ------
    InputError
        If it is none, or holds objects.
    """
    with open_unpacked(path) as file:
        is_one = file.peek(6)[:6] == b"\x93NUMPY"
        return read_npy(file, path) if is_one else dict(Arrays(file, path))
