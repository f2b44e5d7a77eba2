"""Loops that are compiled as a whole."""

import warnings

import pytensor
import pytensor.tensor as pt
from pytensor.gradient import disconnected_grad
from pytensor.graph.replace import graph_replace

from dltut.exceptions import InputError
from dltut.nn.sequences import places


def scan(step, start: list, **options) -> list:
    """The values of each state after each step of a loop: ``pytensor.scan``, in today's form.

    Parameters
    ----------
    step : callable
        An element of each sequence, the states and the constants, to the list of the next states.
    start : list of variables
        The states before the first step.
    **options
        ``sequences``, ``non_sequences`` (the constants) and ``n_steps`` of ``pytensor.scan``.

    Notes
    -----
    In mode FAST_COMPILE, which translates nothing, PyTensor would have a C compiler translate what
    is inside of a loop: seconds for each new graph.
    """
    mode = "FAST_COMPILE" if pytensor.config.mode == "FAST_COMPILE" else None
    settings = {"mode": mode, "return_list": True, "return_updates": False}
    with warnings.catch_warnings():
        # PyTensor 3.3 wants no mode here, and yet has the inside of the loop translated.
        warnings.filterwarnings("ignore", "The `mode` argument of `scan`", FutureWarning)
        return pytensor.scan(step, outputs_info=start, **options, **settings)


def repeated(updates: dict, each, sequence) -> dict:
    """The values that shared variables go through when their updates are done again and again.

    Parameters
    ----------
    updates : dict
        {shared variable: next value}, streams of random numbers included
        (`dltut.machine.rng.next_states`).
    each : scalar variable
        In the updates, it stands for an element of the sequence.
    sequence : vector
        The updates are done once for each of its elements.

    Returns
    -------
    dict
        {shared variable: all its values}; ``[-1]`` is the last, the update of the whole loop.

    Examples
    --------
    >>> import numpy as np
    >>> import pytensor.tensor as pt
    >>> total, number = pytensor.shared(0.0), pt.dscalar()
    >>> with pytensor.config.change_flags(mode="FAST_COMPILE"):
    ...     sums = repeated({total: total + number}, number, pt.as_tensor(np.arange(4.0)))
    ...     sums[total].eval()
    array([0., 1., 3., 6.])
    """
    states = list(updates)

    def step(element, *values):
        inside = dict(zip([each, *states], [element, *values], strict=True))
        return graph_replace(list(updates.values()), inside, strict=False)

    return dict(zip(states, scan(step, states, sequences=[sequence]), strict=True))


def run(
    cell,
    x,
    mask=None,
    backwards: bool = False,
    truncate: int | None = None,
    start: list | None = None,
) -> list:
    """The states of a cell after each step of a sequence, or of a batch of sequences.

    Parameters
    ----------
    cell : cell
        Such as `dltut.layers.LSTM`: ``prepare(x)`` is what it makes of all steps at once,
        ``step(a, *states)`` the next states, ``start(batch_size)`` the first ones.
    x : variable, shape (time, batch, n_in)
    mask : variable, shape (time, batch), optional
        Above 0 where there is a step; a step of padding leaves the states as they are.
    backwards : bool
        Whether the last step comes first.
    truncate : int, optional
        Gradients do not pass from step k, 2 k, ... to the step before: truncated back-propagation
        through time. Default: they pass through all steps.
    start : list of variables, shape (batch, n_out), optional
        The states before the first step. Default: the cell's own.

    Returns
    -------
    list of variables
        For each state its values after each step, (time, batch, n_out), in the order of x. The
        first is what the cell gives out.

    Raises
    ------
    InputError
        If `truncate` is less than 1.

    Notes
    -----
    A cell that has a kernel brings a ``loop`` beside its ``step``: the same as one operation. A
    subclass with another ``step`` goes through `scan`.

    On JAX, `scan` has gradients only where the number of steps is known or made of lengths.

    Examples
    --------
    >>> import numpy as np
    >>> import pytensor.tensor as pt
    >>> class Sum:
    ...     prepare = staticmethod(lambda x: x)
    ...     step = staticmethod(lambda a, h: [a + h])
    ...     start = staticmethod(lambda n: [pt.zeros((n, 1))])
    >>> x = np.ones((4, 1, 1), dtype=pytensor.config.floatX)
    >>> with pytensor.config.change_flags(mode="FAST_COMPILE"):
    ...     [h] = run(Sum(), pt.as_tensor(x), mask=pt.as_tensor([[1], [1], [0], [1]]))
    ...     h.eval().ravel().tolist()
    [1.0, 2.0, 2.0, 3.0]
    """
    if truncate is not None and not (isinstance(truncate, int) and truncate >= 1):
        raise InputError(f"truncate is {truncate!r}; it counts steps and is at least 1")
    start = cell.start(x.shape[1]) if start is None else start
    owner = next(each for each in type(cell).__mro__ if "step" in vars(each))
    if "loop" in vars(owner):
        return cell.loop(x, mask, start, truncate, backwards)
    return stepped(cell.step, cell.prepare(x), mask, start, truncate, backwards)


def stepped(step, a, mask, start: list, truncate: int | None, backwards: bool) -> list:
    """The same, step after step, of what a cell has prepared.

    Parameters
    ----------
    step : callable
        Of a cell.
    a : variable, shape (time, batch, ...)
    mask, start, truncate, backwards
        As for `run`.
    """
    way = slice(None, None, -1) if backwards else slice(None)

    def next_states(number, a, m, *states):
        if truncate:
            ends = pt.and_(number > 0, pt.eq(number % truncate, 0))
            states = [pt.where(ends, disconnected_grad(each), each) for each in states]
        following = step(a, *states)
        if mask is None:
            return following
        pairs = zip(following, states, strict=True)
        return [pt.where(m[:, None] > 0, new, old) for new, old in pairs]

    steps = places(a)
    sequences = [steps, a[way], steps if mask is None else mask[way]]
    return [each[way] for each in scan(next_states, start, sequences=sequences)]
