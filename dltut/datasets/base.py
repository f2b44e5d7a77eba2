"""What every data set is: three splits, each of named columns with one row an example."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from dltut.datasets.kinds import (
    Classes,
    Kind,
    Labels,
    Masks,
    Numbers,
    Pictures,
    Series,
    square_shape,
)
from dltut.exceptions import InputError, NoColumn, nearest
from dltut.machine.columns import checked_columns

PARTS = ("train", "valid", "test")


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Split:
    """Examples as named columns: arrays of one length, one row an example.

    Parameters
    ----------
    x : array, shape (n, d) or (n, ...)
        One example a row; pictures are flattened. Kept as float32.
    y : array, shape (n,) or (n, ...)
        The targets: whole numbers, kept as int64, are labels 0, 1, ...; others are real numbers.
    **columns : array, shape (n, ...)
        Columns of other names, such as ``words`` and ``length``. x and y may be given by name, too:
        the order is that in which they are written.

    Attributes
    ----------
    columns : dict
        {name: array}, in order. Each is an attribute too, and iterating gives the arrays.
    part : str
        What a `Dataset` calls it: train, valid or test.

    Raises
    ------
    InputError
        If the lengths differ, a value is not finite, or a label is negative.

    Examples
    --------
    >>> split = Split(np.zeros((10, 28, 28)), np.arange(10))
    >>> split.x.shape, len(split), split[2:5].y
    ((10, 784), 10, array([2, 3, 4]))
    >>> Split(words=np.ones((10, 7), int), length=np.full(10, 7), y=np.linspace(0, 1, 10))
    Split(10 examples: words, 7 whole numbers; length, whole numbers; y, real numbers)
    """

    columns: dict[str, np.ndarray]
    part: str = ""

    def __init__(self, x=None, y=None, /, **columns):
        columns = {name: each for name, each in (("x", x), ("y", y)) if each is not None} | columns
        taken = next((name for name in columns if hasattr(Split, name) or name == "columns"), None)
        if taken:
            raise InputError(f"a column cannot be called {taken}: choose another name")
        columns = checked_columns(columns, width="float32")
        if "x" in columns:
            x = columns["x"]
            if x.ndim < 2:
                raise InputError(f"x has shape {x.shape}, expected (n, d): one row an example")
            columns["x"] = x.reshape(len(x), -1)  # (n, d)
        self._keep(columns, "")

    def _keep(self, columns: dict, part: str) -> "Split":
        """Columns that have been checked, without another look at them."""
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "part", part)
        return self

    def __getattr__(self, name: str) -> np.ndarray:
        columns = self.__dict__.get("columns", {})
        if name not in columns:
            raise NoColumn(name, columns, self.__dict__.get("part", ""))
        return columns[name]

    def __repr__(self) -> str:
        told = "; ".join(f"{name}, {_told(each)}" for name, each in self.columns.items())
        return f"Split({len(self):,} {self.part and self.part + ' '}examples: {told})"

    def _repr_html_(self) -> str:
        rows = [
            (name, _told(each), each.shape, each.dtype, f"{each.min():.4g} to {each.max():.4g}")
            for name, each in self.columns.items()
        ]
        return _table(f"{len(self):,} examples", ("column", "", "shape", "type", "values"), rows)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter(self.columns.values())

    @property
    def n_inputs(self) -> int:
        """How many values x has for an example."""
        return self.x.shape[1]

    def __getitem__(self, rows: slice | np.ndarray) -> "Split":
        if isinstance(rows, int | np.integer):
            raise InputError(f"row {rows} alone is no split: write split[{rows}:{rows + 1}]")
        if isinstance(rows, str):
            hint = f"write split.{rows}" if rows in self.columns else nearest(rows, self.columns)
            raise InputError(f"split[{rows!r}] would be rows, not a column: {hint}")
        rows = rows if isinstance(rows, slice) else np.asarray(rows)
        try:
            if not isinstance(rows, slice) and (rows.ndim != 1 or rows.dtype.kind not in "biu"):
                raise IndexError(f"{rows.dtype} of shape {rows.shape}")
            chosen = {name: each[rows] for name, each in self.columns.items()}
        except (IndexError, TypeError) as error:
            raise InputError(
                f"these are no rows of a split of {len(self)} ({error}): give a slice, or the "
                "numbers of rows, or a truth for each"
            ) from None
        if not all(map(len, chosen.values())):
            raise InputError(f"these rows of a split of {len(self)} are none: a split is not empty")
        return object.__new__(Split)._keep(chosen, self.part)

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


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A data set in three parts: to learn from, to choose by, to report.

    Parameters
    ----------
    train, valid, test : Split
        With the same columns.
    name : str
    inputs : Pictures, Numbers or a kind of your own
        What a row of x is; a bare (channels, rows, columns) means `Pictures`. Default: as x looks,
        pictures if it is squares of grey levels in 0..1, of 8 x 8 or more, else numbers.
    targets : Classes, Labels, Numbers or a kind of your own
        What y is; bare names mean `Classes`. Default: as y looks, None where there is no y.

    Raises
    ------
    InputError
        If a column does not fit what it is said to be, such as a label without a class.

    Examples
    --------
    >>> split = Split(np.zeros((10, 784)), np.arange(10))
    >>> data = Dataset(split, split, split, "ten zeros", (1, 28, 28))
    >>> data
    Dataset(ten zeros: 10 / 10 / 10 examples, pictures of 1 x 28 x 28, 10 classes)
    >>> train, valid, test = data
    >>> len(train), data.n_classes
    (10, 10)
    """

    train: Split
    valid: Split
    test: Split
    name: str
    inputs: Kind | Sequence[int] | None = None
    targets: Kind | Sequence[str] | None = None

    def __post_init__(self):
        for part in PARTS:
            split = getattr(self, part)
            if not isinstance(split, Split):
                raise InputError(
                    f"{part} is a {type(split).__name__}; expected Split(x=..., y=...)"
                )
            if list(split.columns) != list(self.train.columns):
                raise InputError(
                    f"{self.name}: {part} has the columns {', '.join(split.columns)}, "
                    f"train {', '.join(self.train.columns)}"
                )
        self._set("inputs", _inputs(self.inputs, self.train))
        self._set("targets", _targets(self.targets, [split.columns.get("y") for split in self]))
        for part, split in zip(PARTS, self, strict=True):
            self._set(part, self._checked(split, part))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _checked(self, split: Split, part: str) -> Split:
        columns = dict(split.columns)
        for name, kind in ((getattr(self.inputs, "column", "x"), self.inputs), ("y", self.targets)):
            if kind is not None and name in columns:
                try:
                    columns[name] = kind.checked(columns[name], part)
                except InputError as error:
                    raise InputError(f"{self.name}: {error}") from None
        return object.__new__(Split)._keep(columns, part)

    def __repr__(self) -> str:
        return f"Dataset({self.name}: {self._sizes} examples, {self._told})"

    def _repr_html_(self) -> str:
        names = list(self.train.columns)
        rows = [
            (part, f"{len(split):,}", *(_told(each) for each in split))
            for part, split in zip(PARTS, self, strict=True)
        ]
        return _table(f"{self.name}: {self._told}", ("part", "examples", *names), rows)

    @property
    def _sizes(self) -> str:
        return " / ".join(f"{len(split):,}" for split in self)

    @property
    def _told(self) -> str:
        return ", ".join(str(kind) for kind in (self.inputs, self.targets) if kind is not None)

    def __iter__(self) -> Iterator[Split]:
        return iter((self.train, self.valid, self.test))

    def with_inputs(
        self, function: Callable[[np.ndarray], np.ndarray], inputs: Kind | None
    ) -> "Dataset":
        """The same examples with other inputs.

        Parameters
        ----------
        function : callable
            Of the rows of x in each part, (n, d), what takes their place, (n, ...).
        inputs : Pictures, Numbers or a kind of your own
            What it is.
        """
        parts = {
            part: Split(**{**split.columns, "x": function(split.x)})
            for part, split in zip(PARTS, self, strict=True)
        }
        return replace(self, inputs=inputs, **parts)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(channels, rows, columns) of an example that is a picture.

        Raises
        ------
        InputError
            If the examples are none.
        """
        if not isinstance(self.inputs, Pictures):
            raise InputError(f"{self.name}: its examples are {self.inputs}, no pictures")
        return self.inputs.shape

    @property
    def series_shape(self) -> tuple[int, int]:
        """(steps, channels) of an example that is a series.

        Raises
        ------
        InputError
            If the examples are none.
        """
        if not isinstance(self.inputs, Series):
            raise InputError(f"{self.name}: its examples are {self.inputs}, no series")
        return self.inputs.shape

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, or of each label where an example may have several.

        Raises
        ------
        InputError
            If the targets are real numbers, or there are none.
        """
        if not isinstance(self.targets, Classes | Labels | Masks):
            told = "no targets" if self.targets is None else f"real targets, {self.targets}"
            raise InputError(f"{self.name} has {told}: there are no classes to tell apart")
        return self.targets.names

    @property
    def n_classes(self) -> int:
        """How many classes or labels there are; an `InputError` as for `classes`."""
        return len(self.classes)

    @property
    def n_outputs(self) -> int:
        """How many numbers a model gives for an example: one for each class, label or real target.

        Raises
        ------
        InputError
            If there is no target.
        """
        return len(self.targets.names) if isinstance(self.targets, Numbers) else self.n_classes

    @property
    def facts(self) -> dict:
        """What a model file should say about its inputs and outputs, as plain values.

        Notes
        -----
        ``kind_from(facts["inputs"])`` and ``kind_from(facts["targets"])`` are the kinds again.
        Pictures and classes are also named as version 0.1 named them.
        """
        kinds = {"inputs": self.inputs, "targets": self.targets}
        facts = {"dataset": self.name} | {name: kind and kind.facts for name, kind in kinds.items()}
        if isinstance(self.inputs, Pictures):
            facts |= {
                "image_shape": list(self.inputs.shape),
                "preparation": self.inputs.preparation,
            }
        if isinstance(self.targets, Classes):
            facts["classes"] = list(self.targets.names)
        return facts


def _inputs(given, split: Split) -> Kind | None:
    if isinstance(given, tuple | list):
        return Pictures(tuple(given))
    if given is not None or "x" not in split.columns:
        return given
    shape, is_grey = square_shape(split.n_inputs), split.x.min() >= 0 and split.x.max() <= 1
    return Pictures(shape) if shape and is_grey else Numbers(range(split.n_inputs))


def _targets(given, ys: list) -> Kind | None:
    """What the targets are said to be, else what they look like in all parts."""
    if isinstance(given, tuple | list):
        return Classes(tuple(given))
    if given is not None or ys[0] is None:
        return given
    are_whole, width = all(y.dtype.kind == "i" for y in ys), ys[0].shape[1:]
    if len(width) == 1 and all(np.isin(y, (0, 1)).all() for y in ys):
        return Labels(range(*width))
    if not are_whole or len(width) == 1:
        return Numbers(range(*width) if width else ["y"])
    labels = np.unique(np.concatenate([y.ravel() for y in ys]))
    gaps = labels != np.arange(len(labels))
    if gaps.any():
        raise InputError(
            f"labels go up to {labels[-1]:,}, but {gaps.argmax()} is not among them: number the "
            "classes 0, 1, 2, ... or give the name of each, targets=Classes(names)"
        )
    return Classes(range(len(labels)))


def _told(column: np.ndarray) -> str:
    """A column in words."""
    what = "whole numbers" if column.dtype.kind == "i" else "real numbers"
    sizes = " x ".join(map(str, column.shape[1:]))
    return f"{sizes} {what}".strip()


def _table(caption: str, head: Sequence, rows: Sequence) -> str:
    """An HTML table for notebooks."""
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    titles = "".join(f"<th>{escape(str(cell))}</th>" for cell in head)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{escape(caption)}</caption><tr>{titles}</tr>{body}</table>"
