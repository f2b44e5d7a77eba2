"""Loops that are compiled as a whole."""

import warnings

import pytensor
from pytensor.graph.replace import graph_replace


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
