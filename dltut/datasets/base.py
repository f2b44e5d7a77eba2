"""What every data set is: three splits of examples with labels."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

import numpy as np

from dltut.exceptions import InputError, nearest

DIGITS = tuple("0123456789")
PREPARATIONS = ("resize", "digit", "light on dark")


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Examples and their labels.

    Parameters
    ----------
    x : array, shape (n, d) or (n, ...)
        One example a row; pictures are flattened. Kept as float32.
    y : array of whole numbers >= 0, shape (n,)
        Kept as int64.

    Raises
    ------
    InputError
        If the shapes do not fit, a value is not finite, or a label is not a whole number >= 0.

    Examples
    --------
    >>> split = Split(np.zeros((10, 28, 28)), np.arange(10))
    >>> split.x.shape, len(split), split[2:5].y
    ((10, 784), 10, array([2, 3, 4]))
    """

    x: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "x", _examples(self.x))
        object.__setattr__(self, "y", _labels(self.y))
        if len(self.x) != len(self.y):
            raise InputError(
                f"{len(self.x)} examples have {len(self.y)} labels; expected one label an example"
            )

    def __repr__(self) -> str:
        return f"Split({len(self)} examples of {self.x.shape[1]} values)"

    def __len__(self) -> int:
        return len(self.y)

    @property
    def n_inputs(self) -> int:
        """How many values an example has."""
        return self.x.shape[1]

    def __getitem__(self, rows: slice | np.ndarray) -> "Split":
        if isinstance(rows, int | np.integer):
            raise InputError(f"row {rows} alone is no split: write split[{rows}:{rows + 1}]")
        return Split(self.x[rows], self.y[rows])

    def subset(self, start: int = 0, stop: int | None = None) -> "Split":
        """The examples from row `start` up to, not including, row `stop`.

        Raises
        ------
        InputError
            If the split has no such rows; a slice ``split[start:stop]`` would end up shorter.

        Examples
        --------
        >>> len(Split(np.zeros((10, 4)), np.zeros(10, int)).subset(stop=3))
        3
        """
        stop = len(self) if stop is None else stop
        if not 0 <= start < stop <= len(self):
            raise InputError(
                f"rows {start} to {stop} of a split of {len(self)}: "
                f"expected 0 <= start < stop <= {len(self)}"
            )
        return self[start:stop]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in three parts: to learn from, to choose by, to report.

    Parameters
    ----------
    train, valid, test : Split
    name : str
    image_shape : (channels, height, width)
        What a row of x is when it is put back into a picture.
    classes : tuple of str
        The name of each label.
    preparation : {"resize", "digit", "light on dark"}
        How a picture from outside becomes like these, see `dltut.datasets.pictures.prepare`.

    Raises
    ------
    InputError
        If a split's rows do not have the picture's size, a label has no class, or there is no
        such preparation.

    Examples
    --------
    >>> split = Split(np.zeros((10, 784)), np.arange(10))
    >>> train, valid, test = Dataset(split, split, split, "ten zeros")
    >>> len(train)
    10
    """

    train: Split
    valid: Split
    test: Split
    name: str
    image_shape: tuple[int, int, int] = (1, 28, 28)
    classes: tuple[str, ...] = field(default=DIGITS, repr=False)
    preparation: str = field(default="resize", repr=False)

    def __post_init__(self):
        if self.preparation not in PREPARATIONS:
            hint = nearest(self.preparation, PREPARATIONS)
            raise InputError(f"there is no preparation {self.preparation!r}: {hint}")
        for part, split in zip(("train", "valid", "test"), self, strict=True):
            if split.x.shape[1] != prod(self.image_shape):
                raise InputError(
                    f"{self.name}: a {part} example has {split.x.shape[1]} values, expected "
                    f"{prod(self.image_shape)}, a picture of {self.image_shape}"
                )
            if split.y.max() >= self.n_classes:
                raise InputError(
                    f"{self.name}: a {part} label is {split.y.max()}, expected 0 to "
                    f"{self.n_classes - 1}: there are {self.n_classes} classes"
                )

    def __iter__(self) -> Iterator[Split]:
        return iter((self.train, self.valid, self.test))

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    @property
    def facts(self) -> dict:
        """What a model file should say about its inputs and outputs, as plain values."""
        return {
            "dataset": self.name,
            "image_shape": list(self.image_shape),
            "classes": list(self.classes),
            "preparation": self.preparation,
        }


def _examples(x) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes inf, found below
            x = np.asarray(x, dtype=np.float32)
    except (TypeError, ValueError):
        raise InputError("the examples are not one array of numbers with equal rows") from None
    if x.ndim < 2 or x.size == 0:
        raise InputError(f"the examples have shape {x.shape}, expected (n, d) with n and d >= 1")
    x = x.reshape(len(x), -1)  # (n, d)
    bad = ~np.isfinite(x).all(axis=1)
    if bad.any():
        raise InputError(
            f"example {bad.argmax()} holds NaN or an infinite value, as do {bad.sum()} in all: "
            "remove or repair them"
        )
    return x


def _labels(y) -> np.ndarray:
    y = np.asarray(y)
    if y.ndim != 1:
        raise InputError(f"the labels have shape {y.shape}, expected (n,): one number an example")
    if y.dtype.kind not in "biuf" or not np.isfinite(y).all() or (y != np.floor(y)).any():
        raise InputError("the labels are not all whole numbers; expected 0, 1, 2, ...")
    if y.size and y.min() < 0:
        raise InputError(f"label {y.min()} is negative; expected 0, 1, 2, ...")
    return y.astype(np.int64, copy=False)
