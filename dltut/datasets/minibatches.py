"""Which rows make up each minibatch of an epoch."""

from collections.abc import Iterator

import numpy as np

from dltut.exceptions import InputError, nearest

MODES = ("sequential", "shuffled", "random")


def minibatches(
    n_examples: int,
    batch_size: int,
    mode: str = "sequential",
    partial: str = "drop",
    rng: np.random.Generator | np.random.RandomState | None = None,
) -> Iterator[np.ndarray]:
    """The row numbers of one minibatch after another, for one epoch.

    Parameters
    ----------
    n_examples : int
    batch_size : int
        From 1 to `n_examples`.
    mode : {"sequential", "shuffled", "random"}
        In order; each row once in an order drawn anew; rows drawn with replacement.
    partial : {"drop", "keep"}
        What becomes of a last minibatch that is not full.
    rng : numpy Generator or RandomState
        Needed by "shuffled" and "random".

    Yields
    ------
    int array, shape (batch_size,)
        Shorter only for a kept last minibatch.

    Raises
    ------
    InputError
        At the call, if an argument is not one of these.

    Examples
    --------
    >>> list(minibatches(5, 2, partial="keep"))
    [array([0, 1]), array([2, 3]), array([4])]
    >>> list(minibatches(5, 2, mode="shuffled", rng=np.random.RandomState(0)))
    [array([2, 0]), array([1, 3])]
    """
    if mode not in MODES:
        raise InputError(f"no iteration mode {mode!r}: {nearest(mode, MODES)}")
    if partial not in ("drop", "keep"):
        raise InputError(f"partial is {partial!r}; it is 'drop' or 'keep'")
    if not 1 <= batch_size <= n_examples:
        raise InputError(
            f"batch_size is {batch_size} but the split has {n_examples} examples: "
            f"choose a batch size from 1 to {n_examples}"
        )
    if mode != "sequential" and rng is None:
        raise InputError(f"mode {mode!r} draws rows: pass rng=np.random.RandomState(seed)")
    return _batches(_order(n_examples, mode, rng), batch_size, partial)


def _order(n_examples: int, mode: str, rng) -> np.ndarray:
    if mode == "sequential":
        return np.arange(n_examples)
    if mode == "shuffled":
        return rng.permutation(n_examples)
    # integers() is the Generator's name for what RandomState calls randint()
    return getattr(rng, "integers", getattr(rng, "randint", None))(0, n_examples, n_examples)


def _batches(order: np.ndarray, batch_size: int, partial: str) -> Iterator[np.ndarray]:
    stop = len(order) - len(order) % batch_size if partial == "drop" else len(order)
    for start in range(0, stop, batch_size):
        yield order[start : min(start + batch_size, stop)]
