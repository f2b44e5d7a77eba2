"""The adding problem: what is the sum of the two numbers of a sequence that are marked."""

import numpy as np

from dltut.datasets.base import Dataset, Split
from dltut.datasets.kinds import Numbers, Series
from dltut.exceptions import InputError
from dltut.machine.checks import check_counts

COLUMNS = "number", "mark"
VARIANCE = 1 / 6  # of the sum of two numbers from 0 to 1: the error of who always says 1


def load(
    length: int = 50, n_train: int = 10_000, n_valid: int = 1000, n_test: int = 1000, seed: int = 1
) -> Dataset:
    """The adding problem, generated.

    Parameters
    ----------
    length : int
        Steps of a sequence.
    n_train, n_valid, n_test : int
        Sequences in each part.
    seed : int

    Returns
    -------
    Dataset
        A row of x holds, step after step, a number from 0 to 1 and a mark, 0 or 1; y their sum.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997.

    Examples
    --------
    >>> data = load(length=5, n_train=100)
    >>> x, y = data.train.x[0].reshape(5, 2), data.train.y[0]
    >>> x[:, 1].sum(), bool(np.isclose(x[:, 0] @ x[:, 1], y))
    (np.float32(2.0), True)
    """
    rngs = np.random.default_rng(seed).spawn(3)
    sizes = n_train, n_valid, n_test
    splits = [Split(*examples(r, n, length)) for r, n in zip(rngs, sizes, strict=True)]
    return Dataset(*splits, f"adding {length}", Series(COLUMNS, length), Numbers(("sum",)))


def examples(rng: np.random.Generator, n: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences, a row each, and the sums of their marked numbers.

    Parameters
    ----------
    rng : Generator
    n : int
        How many sequences.
    length : int
        Of each: the first mark is in the first half, the second in the second.

    Returns
    -------
    x, y
        float32, of shape (n, 2 * length) and (n, 1).

    Raises
    ------
    InputError
        If a sequence is too short for two marks.
    """
    check_counts("sequences", n=n)
    if not isinstance(length, int | np.integer) or length < 2:
        raise InputError(f"a sequence of length {length} has no room for two marks: give 2 or more")
    x = np.zeros((n, length, 2), dtype=np.float32)
    x[..., 0] = rng.random((n, length), dtype=np.float32)
    first, second = rng.integers(length // 2, size=n), rng.integers(length // 2, length, size=n)
    rows = np.arange(n)
    x[rows, first, 1] = x[rows, second, 1] = 1
    return x.reshape(n, -1), (x[..., 0] * x[..., 1]).sum(axis=1, keepdims=True)
