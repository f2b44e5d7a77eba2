"""In which order the examples of an epoch are visited: shuffled, or as Pylearn2's modes say."""

import numpy as np
from numpy.typing import ArrayLike

from dltut.exceptions import InputError, nearest
from dltut.machine.checks import check_counts
from dltut.machine.shared import shared_dataset
from dltut.training.extensions import Extension


class Order(Extension):
    """Visit the examples of a split as an iteration mode says, in a new order every epoch.

    Parameters
    ----------
    split : SharedSplit
        It is not changed, so that a monitor may measure it.
    mode : str
        One of `MODES`, also with ``even_`` before it; see `row_order`.
    batch_size : int
        Of the step.
    seed : int
        With the epoch's number it gives the order, so that a resumed run needs no memory of it.
    lengths : array, shape (n,), optional
        How long each example is, for the mode ``bucketed``.

    Attributes
    ----------
    rows : shared variable or None
        The numbers of the rows in this epoch's order, for the step; None for a mode that keeps the
        data's own.
    partial : str
        For the step: the modes that begin with ``even_`` drop a last minibatch that is not full,
        the others keep it.

    Raises
    ------
    InputError
        If there is no such mode, or the split is held in chunks and to be shuffled.

    Examples
    --------
    >>> from dltut import shared_dataset
    >>> from dltut.training import Trainer, minibatch_function
    >>> import pytensor.tensor as pt
    >>> train = shared_dataset((np.arange(7.0)[:, None],))
    >>> order = Order(train, "shuffled_sequential", batch_size=3, seed=1)
    >>> x = pt.matrix("x")
    >>> step = minibatch_function(
    ...     x.sum(), [x], train, 3, partial=order.partial, order=order.rows, mode="FAST_COMPILE"
    ... )
    >>> log = Trainer(step, extensions=[order]).run(max_epochs=2)
    >>> order.rows.get_value().tolist()
    [0, 6, 5, 1, 4, 3, 2]
    """

    def __init__(
        self, split, mode: str, batch_size: int, seed: int, lengths: ArrayLike | None = None
    ):
        self.mode, self.batch_size, self.seed, self.lengths = mode, batch_size, seed, lengths
        if mode.removeprefix(EVEN) == "bucketed":
            _check_lengths(lengths, split.n_examples)
        self.partial, self.rows = partial_of(mode), None
        if mode.removeprefix(EVEN) == "sequential":
            return
        if hasattr(split, "chunk_size"):
            raise InputError(
                f"the rows of a split held in chunks cannot be visited by {mode}: leave out "
                "chunk_size, or visit them in order, by sequential"
            )
        self.rows = shared_dataset({"rows": np.arange(split.n_examples)}).rows

    def before_epoch(self, trainer) -> None:
        """Say this epoch's order."""
        if self.rows is not None:
            rng = np.random.default_rng([self.seed, trainer.log.epoch])
            n_examples = len(self.rows.get_value(borrow=True))
            order = row_order(self.mode, n_examples, self.batch_size, rng, self.lengths)
            self.rows.set_value(order.astype(np.int32))


class ShuffleEpochs(Extension):
    """Visit the examples of a split in a new order every epoch.

    Parameters
    ----------
    split : SharedSplit
        All its columns are put into the same order, and back into their first when the run ends.
    seed : int
        With the epoch's number it gives the order, so that a resumed run needs no memory of it.

    Raises
    ------
    InputError
        If the split is held in chunks, of which the variables hold one at a time.
    """

    def __init__(self, split, seed: int):
        if hasattr(split, "chunk_size"):
            raise InputError(
                "a split held in chunks cannot be shuffled by rows: shuffle the arrays before "
                "shared_dataset, or leave out chunk_size"
            )
        self.split, self.seed = split, seed
        self._first = None

    def before_epoch(self, trainer) -> None:
        """Put the rows in this epoch's order."""
        columns = self._first_order()
        order = np.random.default_rng([self.seed, trainer.log.epoch]).permutation(len(columns[0]))
        self._place([column[order] for column in columns])

    def after_training(self, trainer) -> None:
        """Put the rows back."""
        self._place(self._first_order())

    def _first_order(self) -> list[np.ndarray]:
        if self._first is None:
            self._first = [np.array(each.get_value()) for each in self.split]
        return self._first

    def _place(self, columns: list[np.ndarray]) -> None:
        for variable, column in zip(self.split, columns, strict=True):
            variable.set_value(column)


def row_order(
    mode: str,
    n_examples: int,
    batch_size: int,
    rng: np.random.Generator,
    lengths: ArrayLike | None = None,
) -> np.ndarray:
    """The rows of an epoch, as many as there are examples: minibatches are cut of them in turn.

    Parameters
    ----------
    mode : str
        ``sequential``: as they come. ``shuffled_sequential``: each once, in any order.
        ``batchwise_shuffled_sequential``: minibatches side by side in the data, each once, in any
        order; one that is not full stays the last. ``random_slice``: minibatches side by side from
        anywhere, which may overlap. ``random_uniform``: every example drawn by itself, so that one
        may come twice or not at all. ``bucketed``: each once, examples of like length together, the
        minibatches in any order; which examples are left for one that is not full is drawn, too.
        With ``even_`` before it the same; see `partial_of`.
    n_examples, batch_size : int
    rng : Generator
    lengths : array, shape (n_examples,), optional
        For ``bucketed``.

    Returns
    -------
    array, shape (n_examples,)

    Raises
    ------
    InputError
        If there is no such mode, or a minibatch has more rows than there are.

    Examples
    --------
    >>> row_order("batchwise_shuffled_sequential", 10, 3, np.random.default_rng(2)).tolist()
    [6, 7, 8, 0, 1, 2, 3, 4, 5, 9]
    >>> lengths = np.array([9, 2, 9, 3, 2, 9])
    >>> lengths[row_order("bucketed", 6, 3, np.random.default_rng(1), lengths)].tolist()
    [9, 9, 9, 2, 2, 3]
    """
    check_mode(mode)
    check_counts("examples", batch_size=batch_size)
    if batch_size > n_examples:
        raise InputError(f"batch_size is {batch_size}, but there are {n_examples} examples")
    if mode.removeprefix(EVEN) == "bucketed":
        return _bucketed(_check_lengths(lengths, n_examples), batch_size, rng)
    return MODES[mode.removeprefix(EVEN)](n_examples, batch_size, rng)


def partial_of(mode: str) -> str:
    """What the step does with a last minibatch that is not full: "drop" it or "keep" it.

    Examples
    --------
    >>> partial_of("even_sequential"), partial_of("sequential")
    ('drop', 'keep')
    """
    check_mode(mode)
    return "drop" if mode.startswith(EVEN) else "keep"


def check_mode(mode: str) -> None:
    """Refuse an iteration mode that is none.

    Raises
    ------
    InputError
        With the nearest one.
    """
    names = [*MODES, "bucketed"]
    valid = [*names, *(EVEN + each for each in names)]
    if mode not in valid:
        raise InputError(f"there is no iteration mode {mode!r}: {nearest(mode, valid)}")


def _sequential(n, size, rng):
    return np.arange(n)


def _shuffled(n, size, rng):
    return rng.permutation(n)


def _batchwise(n, size, rng):
    full, rest = np.split(np.arange(n), [n - n % size])
    return np.concatenate([rng.permutation(full.reshape(-1, size)).ravel(), rest])


def _slices(n, size, rng):
    starts = rng.integers(n - size + 1, size=-(-n // size))
    return (starts[:, None] + np.arange(size)).ravel()[:n]


def _uniform(n, size, rng):
    return rng.integers(n, size=n)


def _bucketed(lengths, size, rng):
    rows = rng.permutation(len(lengths))
    full, rest = np.split(rows, [len(rows) - len(rows) % size])
    full = full[np.argsort(lengths[full], kind="stable")]
    return np.concatenate([rng.permutation(full.reshape(-1, size)).ravel(), rest])


def _check_lengths(lengths, n: int) -> np.ndarray:
    """The lengths as an array, if there is one for each of n examples."""
    if np.shape(lengths) != (n,):
        raise InputError(
            f"bucketed examples need their lengths, {n} numbers; lengths has shape "
            f"{np.shape(lengths)}: give the number of steps of each"
        )
    return np.asarray(lengths)


EVEN = "even_"
MODES = {
    "sequential": _sequential,
    "shuffled_sequential": _shuffled,
    "batchwise_shuffled_sequential": _batchwise,
    "random_slice": _slices,
    "random_uniform": _uniform,
}
