"""A compiled function of the minibatch's number, over data that is already on the device."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import ancestors

from dltut.exceptions import InputError
from dltut.kernels.rows import rows
from dltut.machine.backend import JaxFunction, function
from dltut.machine.measured import Measured
from dltut.machine.shared import ChunkedSplit, SharedSplit


def minibatch_function(
    outputs,
    inputs: Sequence,
    split: SharedSplit | ChunkedSplit | tuple,
    batch_size: int,
    updates: Mapping | None = None,
    partial: str = "drop",
    mode: str | None = None,
    name: str | None = None,
    order: SharedVariable | None = None,
) -> "MinibatchFunction":
    """Compile `outputs` as a function of the number of a minibatch.

    Parameters
    ----------
    outputs : variable or list of variables
        Such as the cost.
    inputs : list of variables
        What stands for a minibatch of the split's columns, in their order: [x, y]; [x] alone leaves
        out the rest.
    split : SharedSplit, ChunkedSplit or pair of shared variables
        From `dltut.shared_dataset` or `dltut.datasets.load_data`.
    batch_size : int
        Examples in a minibatch.
    updates : dict, optional
        {shared variable: next value}, from a rule of `dltut.optim`.
    partial : {"drop", "keep"}
        Whether a last minibatch that is not full is left out, as in the tutorials, or used.
    mode : str, optional
        As in `dltut.function`.
    name : str, optional
        What the "compiling" notice calls it.
    order : shared variable, optional
        The number of a row for each example, which stands for it: ``Order(...).rows``. Default: the
        rows as they are.

    Returns
    -------
    MinibatchFunction

    Raises
    ------
    InputError
        If the batch is larger than the split, or an input does not fit the data.

    Notes
    -----
    Minibatch i is rows ``i * batch_size`` to ``(i + 1) * batch_size``: nothing is copied or sent.
    With an order it is put together of its rows, where the data is.
    """
    return MinibatchFunction(
        outputs, inputs, split, batch_size, updates, partial, mode, name, order
    )


def minibatch_functions(
    measures: Mapping,
    inputs: Sequence,
    splits: Mapping[str, SharedSplit | ChunkedSplit | tuple],
    batch_size: int,
    partial: str = "keep",
    mode: str | None = None,
    at_once: int = 1500,
) -> dict[str, "Measured"]:
    """Each measure on each split, over all its minibatches.

    Parameters
    ----------
    measures : dict
        {name: variable}, each the mean of something over a minibatch's examples, such as
        ``{"error": errors(scores, y)}``; or of parameters alone, such as a norm.
    inputs : list of variables
        As for `minibatch_function`.
    splits : dict
        {name: split}, such as ``{"valid": valid, "test": test}``; of an empty name, the measures
        have their own names alone.
    batch_size : int
        Examples taken at a time; all of a split that has fewer.
    partial : {"keep", "drop"}
        "keep" counts every example; "drop" leaves out a last minibatch that is not full, as the
        tutorials do.
    mode : str, optional
        As in `dltut.function`.
    at_once : int
        Where every example counts, minibatches of up to so many are taken together, which is
        faster: the means are the same.

    Returns
    -------
    dict
        {"valid_error": Measured, ...}: what `dltut.training.Monitor` watches.

    Raises
    ------
    InputError
        As for `minibatch_function`.

    Notes
    -----
    There is one function a split, of which a Monitor makes one pass for all the measures. What
    depends on no input is computed once and not on every minibatch.

    Examples
    --------
    >>> from dltut import shared_dataset
    >>> x = pt.matrix("x")
    >>> valid = shared_dataset((np.arange(10.0)[:, None],))
    >>> measured = minibatch_functions({"mean": x.mean()}, [x], {"valid": valid}, batch_size=4)
    >>> measured["valid_mean"].mean(), measured["valid_mean"].n_examples
    (4.5, 10)
    """
    given = set(inputs)
    of_examples = {k: each for k, each in measures.items() if given & set(ancestors([each]))}
    fixed = {k: each for k, each in measures.items() if k not in of_examples}
    joint = _Fixed(fixed, mode) if fixed else None
    measured = {}
    for part, data in splits.items():
        split = _shared_split(data)
        size = _size(split, min(batch_size, split.n_examples), partial, at_once)
        if of_examples or not fixed:
            rest = partial if size == batch_size else "keep"
            options = None, rest, mode, f"what is measured on {part}"
            function = MinibatchFunction([*of_examples.values()], inputs, split, size, *options)
        for measure in measures:
            among = of_examples if measure in of_examples else fixed
            place = list(among).index(measure)
            source = function if among is of_examples else joint
            measured[f"{part}_{measure}" if part else measure] = Measured(source, place)
    return measured


def _size(split, batch_size: int, partial: str, at_once: int) -> int:
    """How many examples are taken together: the minibatch's, doubled as often as possible."""
    counted = split.n_examples - split.n_examples % batch_size
    if isinstance(split, ChunkedSplit) or (partial == "drop" and counted < split.n_examples):
        return batch_size
    size = batch_size
    while 2 * size <= min(at_once, split.n_examples):
        size *= 2  # doubled, so that a share of wrong answers stays exact
    return size


class _Fixed:
    """What is the same on all examples."""

    n_batches = n_examples = 1

    def __init__(self, measures: Mapping, mode):
        self._function = function([], [*measures.values()], mode=mode, name="what is measured")

    def __call__(self, index: int):
        return self._function()

    def means(self) -> np.ndarray:
        return np.array(self._function(), "float64")


class MinibatchFunction:
    """``f(index)``: the outputs on one minibatch, and the updates done.

    Attributes
    ----------
    n_batches : int
        Valid indices are 0 to n_batches - 1.
    n_examples : int
        How many examples an epoch counts: with ``partial="drop"`` fewer than the split may hold.
    batch_size : int
    state : dict
        {name: shared variable} of everything a call changes: parameters, rule state, streams.
    """

    def __init__(
        self, outputs, inputs, split, batch_size, updates, partial, mode, name, order=None
    ):
        split = _shared_split(split)
        self.n_batches = split.n_batches(batch_size, partial)
        self.batch_size = batch_size
        self.n_examples = min(self.n_batches * batch_size, split.n_examples)
        self._split = split
        self._is_chunked = isinstance(split, ChunkedSplit)
        chunk = split.chunk_size if self._is_chunked else split.n_examples
        if chunk < batch_size:
            raise InputError(
                f"chunk_size {chunk} is smaller than batch_size {batch_size}: "
                "a chunk holds at least one minibatch"
            )
        self._batches_a_chunk = chunk // batch_size if self._is_chunked else self.n_batches

        needed = _needed(inputs, split, outputs, updates)

        def compiled(size):
            index = pt.lscalar("index")
            start = index * batch_size

            def batch(data):
                if order is None:
                    return rows(data, start, size)
                return data[rows(order, start, size)]

            givens = {each: batch(data).astype(each.dtype) for each, data in needed}
            return function([index], outputs, updates, givens, mode, name)

        self._function = compiled(batch_size)
        rest = self.n_examples % batch_size
        # JAX slices have a fixed size; elsewhere the end of the data ends the last minibatch
        is_fixed = isinstance(self._function, JaxFunction)
        self._last = compiled(rest) if rest and is_fixed else self._function
        self.state = _named(self._function.state)

    def __call__(self, index: int):
        """The outputs on minibatch `index`."""
        chosen, within = self._found(index)
        return chosen(within)

    def many(self, first: int, n: int) -> np.ndarray:
        """The output, one number, on minibatches `first`, `first` + 1, ..., and the updates done.

        Parameters
        ----------
        first, n : int

        Returns
        -------
        array, shape (n,) or shorter, float64
            It ends with the first number that is not finite, and so does what is done.

        Raises
        ------
        IndexError
            If there are no such minibatches.

        Notes
        -----
        The same as n calls, bit for bit; in modes NUMBA and JAX they are one loop of compiled code.
        """
        parts, end = [np.empty(0)], first + n
        if end > self.n_batches:
            raise IndexError(f"minibatches {first} to {end - 1} of {self.n_batches}")
        for chosen, within, count in self._stretches(first, end):
            parts.append(chosen.many(within, count))
            if not np.isfinite(parts[-1][-1]):
                break
        return np.concatenate(parts)

    def _stretches(self, first: int, end: int):
        """Yield (function, first in the chunk, how many) for minibatches that are done alike."""
        while first < end:
            chosen, within = self._found(first)
            count = min(end - first, self._batches_a_chunk - within)
            if chosen is not self._last:
                count = min(count, self.n_batches - 1 - first)
            yield chosen, within, count
            first += count

    def _found(self, index: int) -> tuple:
        """The function of a minibatch and its place in the chunk that is loaded for it."""
        if not 0 <= index < self.n_batches:
            raise IndexError(f"minibatch {index} of {self.n_batches}")
        chunk, within = divmod(index, self._batches_a_chunk)
        if self._is_chunked:
            n_rows = self._batches_a_chunk * self.batch_size
            self._split.load(chunk * n_rows, n_rows)
        return self._last if index == self.n_batches - 1 else self._function, within

    def mean(self) -> float:
        """Mean of the output over every example counted, in float64."""
        return float(self.means())

    def means(self) -> np.ndarray:
        """The same for each of several outputs."""
        values = []
        for chosen, within, count in self._stretches(0, self.n_batches):
            values += chosen.each(range(within, within + count))
        sizes = np.full(self.n_batches, self.batch_size)
        sizes[-1] = self.n_examples - self.batch_size * (self.n_batches - 1)
        return np.dot(np.array(values, "float64").T, sizes) / self.n_examples


def _shared_split(given) -> SharedSplit:
    """The split that is given, or made of plain shared variables."""
    split = SharedSplit(*given) if type(given) in (tuple, list) else given
    if not isinstance(split, SharedSplit) or not all(isinstance(v, SharedVariable) for v in split):
        raise InputError(
            f"the split is a {type(given).__name__} in main memory: share it first, "
            "train = shared_dataset(data.train)"
        )
    return split


def _needed(inputs, split, outputs, updates) -> list[tuple]:
    """(variable, column) of the inputs that anything depends on; both are in one order."""
    if not 1 <= len(inputs) <= len(split):
        raise InputError(
            f"{len(inputs)} inputs for a split of {', '.join(split.columns)}: "
            "one variable for each column, in this order; the last may be left out"
        )
    listed = outputs if isinstance(outputs, list | tuple) else [outputs]
    used = set(ancestors([*listed, *(updates or {}).values()]))
    for variable, (name, values) in zip(inputs, split.columns.items(), strict=False):
        if variable.ndim != values.ndim:
            raise InputError(
                f"{variable.name or 'an input'} has rank {variable.ndim} but the data's {name} has "
                f"rank {values.ndim}: choose a variable of the data's rank"
            )
        if variable.dtype.startswith("int") and not values.dtype.startswith("int"):
            raise InputError(
                f"{variable.name or 'an input'} takes whole numbers but the data's {name} are real "
                "numbers: choose a variable such as pt.vector"
            )
    pairs = zip(inputs, split, strict=False)
    needed = [(variable, column) for variable, column in pairs if variable in used]
    if not needed:
        raise InputError(
            "the outputs depend on none of the inputs: build them from these variables"
        )
    return needed


def _named(variables) -> dict:
    named = {}
    for variable in variables:
        name = variable.name or "state"
        count = sum(each == name or each.startswith(f"{name}#") for each in named)
        named[f"{name}#{count}" if count else name] = variable
    return named
