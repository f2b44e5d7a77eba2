"""Randomness with an owner: NumPy generators for parameters, symbolic streams for draws."""

from numbers import Integral

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import applys_between

from dltut.exceptions import InputError
from dltut.kernels.threefry import Draw, Uniform
from dltut.machine.remember import remembered
from dltut.machine.seeds import checked_seed
from dltut.machine.shared import as_floats

Rng = np.random.RandomState | np.random.Generator


def check_generator(rng) -> None:
    """Refuse what does not draw: a seed in the place of its generator, most of all.

    Raises
    ------
    InputError
        If `rng` is neither a ``RandomState`` nor a ``Generator``.
    """
    if not isinstance(rng, Rng):
        seed = rng if isinstance(rng, Integral) and not isinstance(rng, bool) else 1234
        raise InputError(
            f"rng is {rng!r}, which draws nothing: give np.random.RandomState({seed}) or "
            f"np.random.default_rng({seed})"
        )


def seed_from(rng: Rng) -> int:
    """A seed for `Streams`, drawn from the generator of the parameters.

    Raises
    ------
    InputError
        If `rng` is no generator.

    Notes
    -----
    ``RandomState.randint(2 ** 30)`` is the draw by which the tutorials seed their streams, so the
    parameters that follow come out equal to theirs.
    """
    check_generator(rng)
    integers = rng.integers if isinstance(rng, np.random.Generator) else rng.randint
    return int(integers(2**30))


class Streams:
    """Symbolic draws: each has its own state, which `dltut.function` advances at every call.

    Parameters
    ----------
    seed : int
        From 0 to 2 ** 32 - 1. The same seed gives the same bits in every mode and on every device.

    Examples
    --------
    >>> from dltut import function
    >>> noise = Streams(1234).uniform(pt.zeros((2, 3)))
    >>> draw = function([], noise, mode="FAST_COMPILE")
    >>> first, second = draw(), draw()
    >>> first.shape, bool((first == second).any())
    ((2, 3), False)
    """

    def __init__(self, seed: int):
        self.seed = checked_seed(seed)
        self.states: list[SharedVariable] = []

    def uniform(self, like):
        """Numbers in [0, 1) with the shape and float width of `like`, or floatX for integers."""
        return Uniform()(self.new_state(), as_floats(like))[1]

    def normal(self, like):
        """Standard normal numbers with the shape and float width of `like`, by Box and Muller."""
        first, second = self.uniform(like), self.uniform(like)
        angle = np.asarray(2 * np.pi, dtype=second.dtype) * second  # the width stays
        return pt.sqrt(-2 * pt.log(1 - first)) * pt.cos(angle)

    def bernoulli(self, p: float, like):
        """Ones with probability `p`, else zeros, with the shape and type of `like`."""
        like = pt.as_tensor_variable(like)
        return pt.lt(self.uniform(like), p).astype(like.dtype)

    def new_state(self) -> SharedVariable:
        """The state of one more draw, for an operation that draws by itself."""
        n = len(self.states)
        value = np.array([self.seed, n, 0], dtype="uint32")
        self.states.append(pytensor.shared(value, name=f"stream{self.seed}.{n}", shape=(3,)))
        return self.states[-1]


def next_states(outputs: list) -> dict[SharedVariable, object]:
    """What computing the `outputs` changes: the streams they draw from, and what they remember.

    Parameters
    ----------
    outputs : list of variables

    Returns
    -------
    dict
        {state: next state}; `dltut.function` adds them by itself.
    """
    draws = (node for node in applys_between([], outputs) if isinstance(node.op, Draw))
    advanced = {
        node.inputs[0]: node.outputs[0]
        for node in draws
        if isinstance(node.inputs[0], SharedVariable)
    }
    return advanced | remembered(outputs)
