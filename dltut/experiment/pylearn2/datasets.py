"""Data sets of Pylearn2, each one split."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import Literal

import numpy as np

from dltut.datasets import Split, load
from dltut.datasets.kinds import Numbers, Pictures
from dltut.datasets.tables import read_table
from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag, Share
from dltut.experiment.pylearn2.examples import (
    Data,
    Examples,
    codes,
    examples_of,
    loaded_arrays,
    readable,
)
from dltut.experiment.pylearn2.preprocessing import Preprocessor
from dltut.layers import Network
from dltut.machine.arguments import Count, Size
from dltut.machine.files import open_unpacked

QUICK = 1000  # examples of a split, to see that something runs
SHUFFLED = [1, 2, 3]  # the seed of a shuffled MNIST
AXES = ("b", 0, 1, "c")
Axes = Sequence[Literal["b", "c", 0, 1]]


@dataclass(kw_only=True)
class _Prepared(Data):
    """What data sets share that may be prepared."""

    preprocessor: Preprocessor | None = None
    fit_preprocessor: Flag = False

    def _prepared(self, examples: Examples) -> Examples:
        if self.preprocessor is None:
            return examples
        return self.preprocessor.applied(examples, bool(self.fit_preprocessor))


@dataclass(kw_only=True)
class MNIST(_Prepared):
    """The digits: 60,000 for training, 10,000 for the test; grey levels from 0 to 1.

    Notes
    -----
    `start` and `stop` hold one without the other, too. Bytes are divided by 255, as Pylearn2 does;
    elsewhere in dltut by 256.
    """

    which_set: Literal["train", "test"]
    center: Flag = False
    shuffle: Flag = False
    binarize: Flag = False
    start: Count | None = None
    stop: Size | None = None
    axes: Axes = AXES
    fit_test_preprocessor: Flag = False
    data_dir: Path | None = None
    quick: bool = False

    def read(self) -> Examples:
        """The digits that are asked for; the first of them, if it is to be quick.

        Raises
        ------
        InputError
            If MNIST is not there, or has no such rows.
        """
        given = _digits(self.data_dir, self.quick)
        digits = given[self.which_set]
        n, start, stop = len(digits.split), self.start or 0, self.stop
        if self.quick:
            start = min(start, n - QUICK)
            stop = min(n if stop is None else stop, start + QUICK)
        x = digits.split.x
        x = (x > 0.5).astype("float32") if self.binarize else x
        x = x - x.mean(axis=0) if self.center else x
        order = slice(None)
        if self.shuffle:
            order = np.random.RandomState(SHUFFLED).permutation(n)
        changed = replace(digits, split=Split(x[order], digits.split.y[order]))
        return self._prepared(changed.rows(start, stop))


@lru_cache(maxsize=1)
def _digits(data_dir: Path | None, quick: bool) -> dict[str, Examples]:
    """Both files, read once however many data sets are made of them."""
    data = load("auto" if quick else "mnist", data_dir)
    train = (
        np.concatenate([data.train.x, data.valid.x]),
        np.concatenate([data.train.y, data.valid.y]),
    )
    pictures = replace(data.inputs, white=1.0)
    return {
        name: Examples(Split(x * np.float32(256 / 255), y), pictures, data.targets, "mnist")
        for name, (x, y) in {"train": train, "test": data.test}.items()
    }


@dataclass(kw_only=True)
class DenseDesignMatrix(_Prepared):
    """Arrays: an example a row."""

    X: object = None
    topo_view: object = None
    y: object = None
    view_converter: NoneType = None
    axes: Axes = AXES
    rng: object = None
    X_labels: NoneType = None
    y_labels: Size | None = None

    def read(self) -> Examples:
        """The rows; pictures come as (batch, rows, columns, channels) unless `axes` says more.

        Raises
        ------
        InputError
            If there are none, or both kinds.
        """
        if (self.X is None) == (self.topo_view is None):
            raise InputError("DenseDesignMatrix takes X or topo_view, one of them")
        if self.X is not None:
            return self._prepared(examples_of(self.X, self.y, self.y_labels))
        order = [self.axes.index(axis) for axis in ("b", "c", 0, 1)]
        pictures = np.asarray(self.topo_view, dtype="float32").transpose(order)
        examples = examples_of(pictures.reshape(len(pictures), -1), self.y, self.y_labels)
        return self._prepared(replace(examples, inputs=Pictures(pictures.shape[1:])))


@dataclass(kw_only=True)
class CSVDataset(_Prepared):
    """A table; the target stands in the first columns."""

    path: Path = Path("train.csv")
    task: Literal["classification", "regression"] = "classification"
    expect_labels: Flag = True
    expect_headers: Flag = True
    delimiter: str = ","
    start: Count | None = None
    stop: Size | None = None
    start_fraction: Share | None = None
    end_fraction: Share | None = None
    num_outputs: Size = 1
    data_dir: Path | None = None
    quick: bool = False

    def read(self) -> Examples:
        """The rows that are asked for.

        Raises
        ------
        InputError
            If the file is not there or is no table of numbers.
        """
        path = readable(self.path, self.data_dir)
        with open_unpacked(path) as file:
            table = read_table(file.read(), path, bool(self.expect_headers))
        columns = np.stack([table.column(number) for number in range(len(table.names))], axis=1)
        if columns.dtype.kind not in "if":
            raise InputError(f"{path} holds text: a CSVDataset is a table of numbers")
        n_targets = self.num_outputs if self.expect_labels else 0
        y = columns[:, :n_targets].astype(float) if n_targets else None
        if n_targets and self.task == "classification":
            y = columns[:, 0].astype(int)
        examples = examples_of(columns[:, n_targets:], y)
        if n_targets and self.task == "regression":  # of whole numbers, too
            examples = replace(examples, targets=Numbers(table.names[:n_targets]))
        return self._prepared(examples.rows(*self._range(len(columns))))

    def _range(self, n: int) -> tuple[int, int | None]:
        shares = self.start_fraction, self.end_fraction
        given = [each for each in (*shares, self.start or self.stop) if each]
        if len(given) > 1:
            raise InputError(
                "CSVDataset takes start and stop, or start_fraction, or end_fraction: one of them"
            )
        if self.start_fraction:
            return 0, int(self.start_fraction * n)
        if self.end_fraction:
            return int((1 - self.end_fraction) * n), None
        return self.start or 0, self.stop


@dataclass(kw_only=True)
class NpyDataset(Data):
    """The array of an npy file, an example a row, without targets."""

    file: Path
    mmap_mode: NoneType = None
    data_dir: Path | None = None

    def read(self) -> Examples:
        """The rows."""
        return examples_of(loaded_arrays(readable(self.file, self.data_dir)))


@dataclass(kw_only=True)
class NpzDataset(Data):
    """Arrays of an npz file."""

    file: Path
    key: str
    target_key: str | None = None
    data_dir: Path | None = None

    def read(self) -> Examples:
        """The rows.

        Raises
        ------
        InputError
            If there is no array of that name.
        """
        path = readable(self.file, self.data_dir)
        arrays = loaded_arrays(path)
        for key in filter(None, (self.key, self.target_key)):
            if key not in arrays:
                raise InputError(f"{path} has no array {key!r}: it has {', '.join(arrays)}")
        return examples_of(arrays[self.key], self.target_key and arrays[self.target_key])


@dataclass(kw_only=True)
class TransformerDataset(Data):
    """What a model makes of the examples of another data set."""

    raw: Data
    transformer: Network
    cpu_only: Flag = False
    space_preserving: Flag = False

    def read(self) -> Examples:
        """Its codes of all of them, with their targets."""
        raw = self.raw.examples
        return raw.with_x(codes(self.transformer, raw.split.x))


@dataclass(kw_only=True)
class ZCA_Dataset(Data):
    """Some rows of a data set that ZCA has whitened."""

    preprocessed_dataset: Data
    preprocessor: Preprocessor | None = None
    start: Count | None = None
    stop: Size | None = None
    axes: Axes = AXES

    def read(self) -> Examples:
        """The rows."""
        return self.preprocessed_dataset.examples.rows(self.start, self.stop)


@dataclass(kw_only=True)
class DatasetRange(Data):
    """Some rows of a data set."""

    dataset: Data
    start: Count
    stop: Size

    def read(self) -> Examples:
        """The rows."""
        return self.dataset.examples.rows(self.start, self.stop)


@dataclass(kw_only=True)
class FromDataset(Data):
    """The first rows of a data set."""

    dataset: Data
    num_examples: Size

    def read(self) -> Examples:
        """The rows."""
        return self.dataset.examples.rows(0, self.num_examples)


@dataclass(kw_only=True)
class RandomDesignMatrix(Data):
    """Normal numbers and classes that have nothing to do with them, for trying something out."""

    rng: np.random.RandomState
    num_examples: Size
    dim: Size
    num_classes: Size

    def read(self) -> Examples:
        """The rows."""
        x = self.rng.normal(size=(self.num_examples, self.dim))
        return examples_of(x, self.rng.randint(self.num_classes, size=len(x)), self.num_classes)
