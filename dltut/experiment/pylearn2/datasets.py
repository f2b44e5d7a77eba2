"""Data sets of Pylearn2, each one split; and what prepares them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from types import NoneType
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut.datasets import Dataset, Split, load
from dltut.datasets.kinds import Classes, Kind, Numbers, Pictures, square_shape
from dltut.datasets.npy import Arrays, read_npy
from dltut.datasets.sources import data_folder, expanded
from dltut.datasets.tables import read_table
from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag, Share
from dltut.layers import Network
from dltut.machine.arguments import Amount, Count, Size
from dltut.machine.backend import function
from dltut.machine.files import open_unpacked
from dltut.machine.shared import as_floatX

QUICK = 1000  # examples of a split, to see that something runs
SHUFFLED = [1, 2, 3]  # the seed of a shuffled MNIST
AXES = ("b", 0, 1, "c")
Axes = Sequence[Literal["b", "c", 0, 1]]


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


@dataclass(kw_only=True)
class Preprocessor:
    """What changes inputs; some learn first how, from the data set that may fit it."""

    def fit(self, x: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """What is done with x and with other rows, given the rows that it learns from."""
        raise NotImplementedError

    def applied(self, examples: Examples, can_fit: bool) -> Examples:
        """The examples with changed inputs.

        Raises
        ------
        InputError
            If it may not learn from these and has not learned from others before.
        """
        if can_fit:
            self.change = self.fit(examples.split.x)
        elif not hasattr(self, "change"):
            raise InputError(
                f"{type(self).__name__} has learned from no data: give fit_preprocessor: true to "
                "the training set, and the same preprocessor (an anchor) to the others"
            )
        return examples.with_x(self.change(examples.split.x))


@dataclass(kw_only=True)
class Standardize(Preprocessor):
    """Mean 0 and deviation 1, column by column or over all."""

    global_mean: Flag = False
    global_std: Flag = False
    std_eps: Amount = 1e-4

    def fit(self, x):
        """Subtract the mean of these rows, divide by their deviation."""
        mean = x.mean(None if self.global_mean else 0, dtype="float64")
        scale = x.std(None if self.global_std else 0, dtype="float64") + self.std_eps
        return lambda x: ((x - mean) / scale).astype("float32")


@dataclass(kw_only=True)
class RemoveMean(Preprocessor):
    """Mean 0 of each column."""

    axis: Literal[0] = 0

    def fit(self, x):
        """Subtract the mean of these rows."""
        mean = x.mean(axis=0, dtype="float64")
        return lambda x: (x - mean).astype("float32")


@dataclass(kw_only=True)
class GlobalContrastNormalization(Preprocessor):
    """The mean of each example taken from it, and its contrast made `scale`."""

    subtract_mean: Flag = True
    scale: Amount = 1.0
    sqrt_bias: Amount = 0.0
    use_std: Flag = False
    min_divisor: Amount = 1e-8
    batch_size: Size | None = None

    def fit(self, x):
        """There is nothing to learn: each example is taken by itself."""

        def normalised(x):
            x = x.astype("float64")
            x = x - x.mean(axis=1, keepdims=True) if self.subtract_mean else x
            n = x.shape[1] - 1 if self.use_std else 1
            norms = np.sqrt(self.sqrt_bias + (x**2).sum(axis=1, keepdims=True) / n) / self.scale
            return (x / np.where(norms < self.min_divisor, 1.0, norms)).astype("float32")

        return normalised

    def applied(self, examples, can_fit):
        """The examples with normalised contrast."""
        return super().applied(examples, can_fit=True)


@dataclass(kw_only=True)
class ZCA(Preprocessor):
    """Columns without correlation, turned back so that pictures stay pictures."""

    n_components: Size | None = None
    n_drop_components: Count | None = None
    filter_bias: Amount = 0.1
    store_inverse: Flag = True

    def fit(self, x):
        """Whiten by the covariance of these rows, whose small values `filter_bias` lifts."""
        mean = x.mean(axis=0, dtype="float64")
        variances, directions = np.linalg.eigh(np.cov(x - mean, rowvar=False, bias=True))
        n = len(variances)
        kept = slice(n - (self.n_components or n), n - (self.n_drop_components or 0))
        scaled = directions[:, kept] / np.sqrt(variances[kept] + self.filter_bias)
        whitening = scaled @ directions[:, kept].T
        return lambda x: ((x - mean) @ whitening).astype("float32")


@dataclass(kw_only=True)
class Pipeline(Preprocessor):
    """Several, one after the other."""

    items: Sequence[Preprocessor] = ()

    def applied(self, examples, can_fit):
        """The examples, changed by each in turn."""
        for each in self.items:
            examples = each.applied(examples, can_fit)
        return examples


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
