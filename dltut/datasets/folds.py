"""Cross-validation: the examples in folds, each of which is the validation part once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dltut.datasets.base import Dataset, Split
from dltut.datasets.kinds import Classes, Numbers
from dltut.exceptions import InputError
from dltut.machine.checks import check_counts


def cross_validation(data: Dataset, n_folds: int = 5, seed: int = 1234) -> Iterator[Dataset]:
    """Data sets of the same examples, divided anew.

    Parameters
    ----------
    data : Dataset
        Its training and validation parts are put together and divided; its test part stays.
    n_folds : int
        At least 2.
    seed : int
        The same gives the same folds.

    Yields
    ------
    Dataset
        As many as folds: one fold is the validation part, the others are the training part.

    Raises
    ------
    InputError
        If there are fewer examples than folds.

    Notes
    -----
    Each class is shared out evenly: folds differ by one example of it at most. The inputs of a
    table that were standardised are standardised again, by the training part alone. Other
    transforms must be fitted to each fold: give data without them, and `transformed(fold, ...)`.

    Examples
    --------
    >>> data = Dataset(*[Split(np.eye(6), [0, 0, 0, 1, 1, 1])] * 3, "six")
    >>> [sorted(fold.valid.y.tolist()) for fold in cross_validation(data, 3)]
    [[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]
    """
    check_counts("folds", 2, n_folds=n_folds)
    pairs = zip(data.train.columns.items(), data.valid, strict=True)
    columns = {name: np.concatenate([train, valid]) for (name, train), valid in pairs}
    n = len(data.train) + len(data.valid)
    if n < n_folds:
        raise InputError(f"{n} examples do not make {n_folds} folds: choose fewer")
    labels = columns["y"] if isinstance(data.targets, Classes) else np.zeros(n)
    number = fold_numbers(labels, n_folds, seed)
    for fold in range(n_folds):
        parts = [Split(**{name: c[chosen] for name, c in columns.items()})
                 for chosen in (number != fold, number == fold)]  # fmt: skip
        yield _standardised(replace(data, train=parts[0], valid=parts[1]))


def fold_numbers(labels: Sequence, n_folds: int, seed: int) -> np.ndarray:
    """The fold of each example, each class and the whole shared out evenly.

    Parameters
    ----------
    labels : array, shape (n,)
    n_folds, seed : int

    Examples
    --------
    >>> np.bincount(fold_numbers([0, 1, 1, 0, 1], 2, seed=1)).tolist()
    [3, 2]
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(np.asarray(labels)[order], kind="stable")]  # class after class
    folds = np.empty(len(labels), dtype=int)
    folds[order] = np.arange(len(labels)) % n_folds
    return folds


def cross_validated(
    train: Callable[[Dataset], Mapping[str, float]],
    data: Dataset,
    n_folds: int = 5,
    seed: int = 1234,
) -> dict[str, list[float]]:
    """What a training comes to on each fold.

    Parameters
    ----------
    train : callable
        Trains on a data set and returns {channel: number}, such as the last row of its log.
    data, n_folds, seed
        As for `cross_validation`.

    Returns
    -------
    dict
        {channel: a number for each fold}, for `mean_and_deviation` to tell.

    Examples
    --------
    >>> data = Dataset(*[Split(np.arange(6.0)[:, None])] * 3, "six")
    >>> found = cross_validated(lambda fold: {"mean": fold.valid.x.mean()}, data, n_folds=2)
    >>> len(found["mean"])
    2
    """
    results = [train(fold) for fold in cross_validation(data, n_folds, seed)]
    return {name: [float(each[name]) for each in results] for name in results[0]}


def mean_and_deviation(results: Mapping[str, Sequence[float]]) -> str:
    """A line a channel: its mean over the folds and its standard deviation.

    Parameters
    ----------
    results : dict
        {channel: a number for each fold}.

    Examples
    --------
    >>> print(mean_and_deviation({"valid_error": [0.25, 0.35], "cost": [1.0, 1.0]}))
    valid_error  0.3 +- 0.0707 (2 folds)
    cost           1 +- 0 (2 folds)
    """
    lines = {
        name: (f"{np.mean(v):.4g}", f"{np.std(v, ddof=1):.3g} ({len(v)} folds)")
        for name, v in results.items()
    }
    width, digits = max(map(len, lines)), max(len(mean) for mean, _ in lines.values())
    return "\n".join(f"{n:{width}}  {mean:>{digits}} +- {d}" for n, (mean, d) in lines.items())


def _standardised(data: Dataset) -> Dataset:
    """The inputs of a table standardised by this training part, if they were by another."""
    inputs = data.inputs
    if not isinstance(inputs, Numbers) or inputs.mean is None or not any(inputs.mean):
        return data
    fitted = inputs.fitted(inputs.original(data.train.x))
    return data.with_inputs(lambda x: fitted.standardised(inputs.original(x)), fitted)
