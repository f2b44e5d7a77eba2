"""Arrays of one's own as a data set: what they hold is decided from their values, and said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from dltut.datasets.base import PARTS, Dataset, Split
from dltut.datasets.kinds import Classes, Kind, Labels, Numbers, Pictures, square_shape
from dltut.datasets.scaling import are_bytes, divisor
from dltut.datasets.words import check_n_words
from dltut.exceptions import InputError, at, nearest
from dltut.machine.columns import as_array, checked_columns
from dltut.machine.notices import say
from dltut.machine.seeds import checked_seed, random_state

TASKS = ("classification", "regression", "multilabel")
LONGER = ("cut", "drop")
MOST_CLASSES = (
    20  # whole numbers with more distinct values are classes only if they are 0, 1, 2, ...
)


@dataclass(frozen=True)
class Stated:
    """What a user states about data; what is None is decided from the values.

    Parameters
    ----------
    task : {"classification", "regression", "multilabel"}, optional
        What y is: whole numbers or texts that name classes, real numbers, or columns of 0 and 1.
    scale : float, optional
        What x is divided by, instead of 256 for bytes and of being standardised for other numbers;
        1 leaves the values as they are.
    image_shape : (channels, rows, columns), optional
        Says that a row is a picture.
    preparation : str, optional
        How a picture from outside becomes like these.
    classes : sequence of str, optional
        The names of the labels 0, 1, ...
    seed : int
        Of the order in which examples are drawn into the three parts.
    n_words, longest, longer, tokeniser
        Of texts, see `dltut.datasets.from_texts`.
    """

    task: str | None = None
    scale: float | None = None
    image_shape: tuple[int, int, int] | None = None
    preparation: str | None = None
    classes: Sequence[str] | None = None
    seed: int = 1234
    n_words: int | None = None
    longest: int | None = None
    longer: str = "cut"
    tokeniser: str = "words"

    def __post_init__(self):
        if self.longer not in LONGER:
            raise InputError(f"longer is {self.longer!r}: {nearest(str(self.longer), LONGER)}")
        if self.longest is not None and self.longest < 1:
            raise InputError(f"longest is {self.longest}; it counts words and is at least 1")
        check_n_words(self.n_words)
        if self.task is not None and self.task not in TASKS:
            raise InputError(f"there is no task {self.task!r}: {nearest(self.task, TASKS)}")
        if self.scale is not None and not 0 < self.scale < np.inf:
            raise InputError(
                f"scale is {self.scale}; x is divided by it: expected a number above 0"
            )
        if self.image_shape is not None:
            Pictures(self.image_shape)  # refuses what is no shape
        checked_seed(self.seed)


@dataclass
class Parts:
    """The arrays of a data set as they were read, before anything is decided.

    Parameters
    ----------
    pairs : list of (x, y)
        All examples, or train and test, or train, valid and test; y may be None.
    names, target_names : sequence of str, optional
        Of the columns of a table and of its targets.
    draws : bool
        Whether missing parts are drawn; else the validation part is the last sixth of train.
    notes : list of str
        What was decided so far.
    """

    pairs: list[tuple]
    names: Sequence[str] | None = None
    target_names: Sequence[str] | None = None
    draws: bool = False
    notes: list[str] = field(default_factory=list)


def from_arrays(
    x: ArrayLike,
    y: ArrayLike | None = None,
    name: str = "arrays",
    names: Sequence[str] | None = None,
    target_names: Sequence[str] | None = None,
    task: str | None = None,
    scale: float | None = None,
    image_shape: tuple[int, int, int] | None = None,
    seed: int = 1234,
) -> Dataset:
    """Arrays as a data set: divided 60 / 20 / 20 at random, classes alike in each part, and scaled.

    Parameters
    ----------
    x : array, shape (n, d), (n, rows, columns) or (n, channels, rows, columns)
        One example a row. Numbers are standardised by the mean and the deviation of the training
        part; pictures of bytes are divided by 256.
    y : array, shape (n,) or (n, k), optional
        Class names or whole numbers; real numbers; or columns of 0 and 1, a label each.
    name : str
    names, target_names : sequence of str, optional
        Of the columns of x and y.
    task : {"classification", "regression", "multilabel"}, optional
        Default: as y looks, and one line says what was decided.
    scale : float, optional
        Divide x by this and do nothing else to it.
    image_shape : (channels, rows, columns), optional
        Says that a row of x is a picture.
    seed : int
        Of the draw.

    Raises
    ------
    InputError
        If the arrays do not fit one another, or what they hold is ambiguous.

    Examples
    --------
    >>> x = np.random.RandomState(0).normal(50, 10, size=(100, 3))
    >>> data = from_arrays(x, x.sum(axis=1), "sums", names=("a", "b", "c"))
    >>> data
    Dataset(sums: 60 / 20 / 20 examples, 3 numbers, standardised, 1 number (y), standardised)
    >>> bool(abs(data.targets.original(data.train.y) - 150).max() < 60)  # as they were
    True
    """
    stated = Stated(task, scale, image_shape, seed=seed)
    parts = Parts([(x, y)], names, target_names, draws=True)
    data = dataset_of(parts, name, name, stated)
    say(notice(data, name, parts))
    return data


def dataset_of(parts: Parts, name: str, place: object, stated: Stated) -> Dataset:
    """A data set made of what was read; what was decided is added to the notes.

    Parameters
    ----------
    parts : Parts
    name : str
        Of the data set.
    place : path or str
        Where it was read, for messages.
    stated : Stated

    Raises
    ------
    InputError
        If the arrays do not fit one another, or what they hold is ambiguous.
    """
    try:
        xs, ys = _arrays(parts)
        with at("target"):
            targets, ys = _understood_targets(ys, parts.target_names, stated)
        xs, ys = _three(xs, ys, isinstance(targets, Classes), parts, stated.seed)
        inputs, xs = _understood_inputs(xs, parts, stated)
        if isinstance(targets, Classes) and not stated.classes:
            _check_known(ys, targets)
        if isinstance(targets, Numbers):
            targets = targets.fitted(ys[0])
            ys = [targets.standardised(y) for y in ys]
        splits = [Split(x=x, y=y) for x, y in zip(xs, ys, strict=True)]
        return Dataset(*splits, name, inputs, targets)
    except InputError as error:
        with at(*getattr(error, "keys", ())):
            raise InputError(f"{place}: {error}") from None


def notice(data: Dataset, place: object, parts: Parts) -> str:
    """One line on a data set: where it was read, its sizes, and what was decided.

    Parameters
    ----------
    data : Dataset
    place : path or str
        Where it was read.
    parts : Parts
        What it was made of, with the notes.
    """
    sizes = " / ".join(f"{len(split):,}" for split in data)
    told = [str(data.inputs), "no target" if data.targets is None else f"target: {data.targets}"]
    if isinstance(data.targets, Classes):
        column = f"{parts.target_names[0]}, " if parts.target_names else ""
        names = f" ({', '.join(data.classes)})" if data.n_classes <= 5 else ""
        told[1] = f"target: {column}{data.targets}{names}"
    return f"data: {place} ({sizes}): {'; '.join([*told, *parts.notes])}"


def _arrays(parts: Parts) -> tuple[list[np.ndarray], list]:
    """The x and the y of each part, checked by themselves and against one another."""
    labelled = [y is not None for _, y in parts.pairs]
    if any(labelled) and not all(labelled):
        raise InputError("some parts have a y and others have none: give it for all or for none")
    xs = [checked_columns({"x": x})["x"] for x, _ in parts.pairs]
    ys = [y if y is None else _target_array(y) for _, y in parts.pairs]
    named = PARTS if len(xs) == 3 else ("train", "test") if len(xs) == 2 else ("given",)
    for part, x, y in zip(named, xs, ys, strict=True):
        if x.ndim < 2:
            raise InputError(f"x has shape {x.shape}, expected (n, d): one row an example")
        if x.shape[1:] != xs[0].shape[1:]:
            raise InputError(
                f"a {part} example has {prod(x.shape[1:])} values, expected {prod(xs[0].shape[1:])}"
            )
        if y is not None and y.shape != (len(x), *ys[0].shape[1:]):
            raise InputError(
                f"{len(x)} {part} examples have a y of shape {y.shape}, expected "
                f"{(len(x), *ys[0].shape[1:])}"
            )
    return xs, ys


def _target_array(y: ArrayLike) -> np.ndarray:
    """Texts as they are; numbers checked; a single column as (n,)."""
    y = as_array("y", y)
    y = y.astype(str) if y.dtype == object and all(isinstance(each, str) for each in y.flat) else y
    if y.dtype.kind != "U":
        y = checked_columns({"y": y.astype(float) if y.dtype.kind in "iu" else y})["y"]
    if y.ndim > 2:
        raise InputError(f"y has shape {y.shape}, expected (n,) or (n, k)")
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def _understood_targets(ys: list, names, stated: Stated) -> tuple[Kind | None, list]:
    """The kind of the targets of all parts together, and the targets as that kind has them."""
    task = stated.task
    if ys[0] is None:
        if task:
            raise InputError(f"there is no y for the task {task}")
        return None, ys
    if stated.classes:
        return Classes(stated.classes), ys
    y = np.concatenate(ys)
    names = names or (["y"] if y.ndim == 1 else list(map(str, range(y.shape[1]))))
    task = task or _task_of(y, names)
    if task == "classification":
        kind, y = _classes(y, names)
    elif y.dtype.kind == "U":
        raise InputError(f"{names[0]} holds text, '{y.flat[0]}'; {task} takes numbers")
    elif task == "multilabel":
        kind, y = Labels(names), y.reshape(len(y), -1)
        if not _is_flags(y):
            raise InputError(f"{', '.join(names)}: labels of their own are 0 or 1, not {y.max():g}")
    else:
        kind = Numbers(names)
    return kind, np.split(y, np.cumsum([len(each) for each in ys])[:-1])


def _task_of(y: np.ndarray, names: Sequence[str]) -> str:
    if y.ndim == 2 and y.dtype.kind != "U":
        if _is_flags(y) and (y.sum(axis=1) == 1).all():
            raise InputError(
                f"{', '.join(names)} have exactly one 1 in each row, as classes have: give one "
                "column with the class, or say task='multilabel' if they are labels of their own"
            )
        return "multilabel" if _is_flags(y) else "regression"
    values = np.unique(y)
    if y.dtype.kind == "U":
        return "classification"
    is_whole = (values == np.floor(values)).all()
    is_few = len(values) <= MOST_CLASSES or np.array_equal(values, np.arange(len(values)))
    return "classification" if is_whole and is_few and 2 * len(values) <= len(y) else "regression"


def _is_flags(y: np.ndarray) -> bool:
    return bool(np.isin(y, (0, 1)).all())


def _classes(y: np.ndarray, names: Sequence[str]) -> tuple[Classes, np.ndarray]:
    """The distinct values as classes, and the number of each example's."""
    if y.ndim != 1:
        raise InputError(f"{len(names)} targets: one column names the class, in classification")
    values, labels = np.unique(y, return_inverse=True)
    is_text = y.dtype.kind == "U"
    if len(values) < 2:
        value = values[0] if is_text else f"{values[0]:g}"
        raise InputError(f"{names[0]} is {value} in each row: there is nothing to tell apart")
    if is_text and 2 * len(values) > len(y):
        raise InputError(
            f"{names[0]} holds {len(values)} different texts in {len(y)} rows, such as "
            f"'{values[0]}': they are no classes; name another target"
        )
    if not is_text and (values != np.floor(values)).any():
        fraction = values[values != np.floor(values)][0]
        raise InputError(f"{names[0]} holds {fraction:g}: classes are whole numbers or names")
    if not is_text and np.abs(values).max() > 2**53:
        raise InputError(
            f"{names[0]} holds {np.abs(values).max():g}, too large to number a class: give names"
        )
    texts = values if is_text else values.astype(np.int64)
    return Classes([str(each) for each in texts.tolist()]), labels


def _three(xs: list, ys: list, are_classes: bool, parts: Parts, seed: int) -> tuple[list, list]:
    """Train, valid and test: given, taken from the end of train, or drawn."""
    if len(xs) == 3:
        return xs, ys
    n, rng, share = len(xs[0]), random_state(seed), 5 if len(xs) == 1 else 6
    labels = ys[0] if are_classes else np.zeros(n)
    if not parts.draws:
        chosen = [slice(n - n // share), slice(n - n // share, n)]
        is_enough = n >= share
    else:
        chosen = _drawn(labels, share, 3 - len(xs), rng)
        is_enough = all(map(len, chosen))
        parts.notes.append(f"parts drawn with seed {seed}")
    if not is_enough:
        raise InputError(
            f"{n} examples are too few to hold one in {share} out: expected at least {share}"
            f"{' of a class' * (are_classes and parts.draws)}"
        )
    divided = [[values[rows] for rows in chosen] for values in (xs[0], ys[0]) if values is not None]
    x, y = divided if len(divided) == 2 else (divided[0], [None] * len(chosen))
    return x + xs[1:], y + ys[1:]


def _drawn(labels: np.ndarray, share: int, n_held: int, rng) -> list[np.ndarray]:
    """Rows of train, and of `n_held` parts with one in `share` of each class, as they are drawn."""
    held, rest = [[] for _ in range(n_held)], []
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        n = len(rows) // share
        for number, part in enumerate(held):
            part.append(rows[number * n : (number + 1) * n])
        rest.append(rows[n_held * n :])
    return [rng.permutation(np.concatenate(part)) for part in (rest, *held)]


def _understood_inputs(xs: list, parts: Parts, stated: Stated) -> tuple[Kind, list]:
    """The kind of the inputs of all parts together, and the inputs as that kind has them."""
    low, high = min(x.min() for x in xs), max(x.max() for x in xs)
    is_whole = all(x.dtype.kind in "biu" or (x == np.floor(x)).all() for x in xs)
    shape, xs = _picture_shape(xs, low, high, is_whole, stated.image_shape, parts.names)
    rows = [x.reshape(len(x), -1) for x in xs]  # (n, d)
    if shape:
        scale = stated.scale or divisor(low, high, is_whole)
        if scale == 1 and is_whole:
            parts.notes.append("whole numbers left as they are")
        if scale != 1:
            parts.notes.append(f"values {low:g} to {high:g} divided by {scale:g}")
            rows = [np.divide(x, scale, dtype=np.float32) for x in rows]
        preparation = stated.preparation or _preparation(rows[0], shape)
        if not stated.scale or high <= 0:
            return Pictures(shape, preparation), rows
        white = 255 if are_bytes(low, high) else high
        return Pictures(shape, preparation, float(white / scale)), rows
    kind = Numbers(parts.names or range(rows[0].shape[1]))
    is_binary = is_whole and low >= 0 and high <= 1
    if stated.scale == 1 or (is_binary and not stated.scale):
        return kind, rows
    if stated.scale:
        n = len(kind.names)
        kind = replace(kind, mean=(0.0,) * n, scale=(stated.scale,) * n)
    else:
        kind = kind.fitted(rows[0])
    return kind, [kind.standardised(x) for x in rows]


def _picture_shape(xs, low, high, is_whole, stated, names) -> tuple[tuple | None, list]:
    """The shape of the pictures that the rows are, None if they are none; channels first."""
    sizes = xs[0].shape[1:]
    if stated is not None:
        if prod(sizes) != prod(stated):
            raise InputError(f"an example has {prod(sizes)} values, no picture of {tuple(stated)}")
        return tuple(stated), xs
    if len(sizes) == 1:
        is_grey = low >= 0 and (high <= 1 or (is_whole and are_bytes(low, high)))
        return (square_shape(sizes[0]) if names is None and is_grey else None), xs
    if len(sizes) == 2:
        return (1, *sizes), xs
    if len(sizes) == 3 and sizes[0] in (1, 3):
        return sizes, xs
    if len(sizes) == 3 and sizes[2] in (1, 3):
        return (sizes[2], *sizes[:2]), [x.transpose(0, 3, 1, 2) for x in xs]
    raise InputError(
        f"an example has shape {sizes}; expected numbers (d,), or a picture (rows, columns) or "
        "(channels, rows, columns) with 1 or 3 channels"
    )


def _preparation(rows: np.ndarray, shape: tuple) -> str:
    """How a picture from outside becomes like these: as a digit, if they look as MNIST's do."""
    if shape != (1, 28, 28):
        return "resize"
    ink = rows[:200].reshape(-1, 28, 28)  # (n, 28, 28)
    total = np.maximum(ink.sum(axis=(1, 2)), 1e-6)
    is_digit = np.ones(len(ink), dtype=bool)
    for axis in (1, 2):
        profile = ink.sum(axis=3 - axis)  # (n, 28)
        places = (profile > 0.05).astype(int)
        extent = 28 - places[:, ::-1].argmax(axis=1) - places.argmax(axis=1)
        centre = profile @ np.arange(28) / total
        is_digit &= (extent <= 20) & (np.abs(centre - 14) < 1)
    return "digit" if is_digit.mean() > 0.95 else "resize"


def _check_known(labels: list[np.ndarray], classes: Classes) -> None:
    """Refuse a class of which there is nothing to learn from."""
    for part, each in zip(PARTS, labels, strict=True):
        unknown = np.setdiff1d(each, labels[0])
        if len(unknown):
            name = classes.names[unknown[0]]
            raise InputError(f"{part} has the class {name}, of which train has no example")
