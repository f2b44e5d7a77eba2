"""A compiled function of the minibatch's number, over data that is already on the device."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.kernels.rows import rows
from dltut.machine.backend import function
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
) -> "MinibatchFunction":
    """Compile `outputs` as a function of the number of a minibatch.

    Parameters
    ----------
    outputs : variable or list of variables
        Such as the cost.
    inputs : list of variables
        [x, y], or [x] alone: what stands for a minibatch of ``split.x`` and ``split.y``.
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
    """
    return MinibatchFunction(outputs, inputs, split, batch_size, updates, partial, mode, name)


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

    def __init__(self, outputs, inputs, split, batch_size, updates, partial, mode, name):
        split = SharedSplit(*split) if type(split) is tuple else split
        self.n_batches = split.n_batches(batch_size, partial)
        self.batch_size = batch_size
        self.n_examples = min(self.n_batches * batch_size, split.n_examples)
        self._split = split
        chunk = split.chunk_size if isinstance(split, ChunkedSplit) else split.n_examples
        if chunk < batch_size:
            raise InputError(
                f"chunk_size {chunk} is smaller than batch_size {batch_size}: "
                "a chunk holds at least one minibatch"
            )
        self._is_chunked = isinstance(split, ChunkedSplit)
        self._batches_a_chunk = chunk // batch_size if self._is_chunked else self.n_batches

        def compiled(size):
            index = pt.lscalar("index")
            givens = _givens(inputs, split, index * batch_size, size)
            return function([index], outputs, updates, givens, mode, name)

        self._function = compiled(batch_size)
        rest = self.n_examples % batch_size
        # JAX slices have a fixed size, so a shorter last minibatch is a function of its own.
        self._last = compiled(rest) if rest else self._function
        self.state = _named(self._function.state)

    def __call__(self, index: int):
        """The outputs on minibatch `index`."""
        if not 0 <= index < self.n_batches:
            raise IndexError(f"minibatch {index} of {self.n_batches}")
        chunk, within = divmod(index, self._batches_a_chunk)
        if self._is_chunked:
            n_rows = self._batches_a_chunk * self.batch_size
            self._split.load(chunk * n_rows, n_rows)
        chosen = self._last if index == self.n_batches - 1 else self._function
        return chosen(within)

    def mean(self) -> float:
        """Mean of the output over every example counted, in float64."""
        values = [float(self(index)) for index in range(self.n_batches)]
        sizes = np.full(self.n_batches, self.batch_size)
        sizes[-1] = self.n_examples - self.batch_size * (self.n_batches - 1)
        return float(np.dot(values, sizes) / self.n_examples)


def _givens(inputs, split, start, size):
    data = (split.x, split.y)
    if not 1 <= len(inputs) <= 2:
        raise InputError(f"inputs are [x, y] or [x]; got {len(inputs)} variables")
    givens = {}
    for variable, values in zip(inputs, data, strict=False):
        if variable.ndim != values.ndim:
            raise InputError(
                f"{variable.name or 'an input'} has rank {variable.ndim} but the data has rank "
                f"{values.ndim}: choose a variable of the data's rank"
            )
        givens[variable] = rows(values, start, size).astype(variable.dtype)
    return givens


def _named(variables) -> dict:
    named = {}
    for variable in variables:
        name = variable.name or "state"
        count = sum(each == name or each.startswith(f"{name}#") for each in named)
        named[f"{name}#{count}" if count else name] = variable
    return named
