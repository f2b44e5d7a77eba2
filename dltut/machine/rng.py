"""Randomness with an owner: NumPy generators for parameters, symbolic streams for draws."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import applys_between

from dltut.exceptions import InputError
from dltut.kernels.gibbs import GibbsChain
from dltut.kernels.threefry import Draw, Uniform
from dltut.machine.shared import as_floats


def seed_from(rng: np.random.RandomState | np.random.Generator) -> int:
    """A seed for `Streams`, drawn from the generator of the parameters.

    Notes
    -----
    ``RandomState.randint(2 ** 30)`` is the draw by which the tutorials seed their streams, so the
    parameters that follow come out equal to theirs.
    """
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
        if not 0 <= seed < 2**32:
            raise InputError(f"the seed is {seed}; it is a whole number from 0 to {2**32 - 1}")
        self.seed = seed
        self.states: list[SharedVariable] = []

    def uniform(self, like):
        """Numbers in [0, 1) with the shape and float width of `like`, or floatX for integers."""
        return Uniform()(self._new_state(), as_floats(like))[1]

    def normal(self, like):
        """Standard normal numbers with the shape and float width of `like`, by Box and Muller."""
        first, second = self.uniform(like), self.uniform(like)
        turn = np.asarray(2 * np.pi, dtype=second.dtype)  # the width stays
        return pt.sqrt(-2 * pt.log(1 - first)) * pt.cos(turn * second)

    def bernoulli(self, p: float, like):
        """Ones with probability `p`, else zeros, with the shape and type of `like`."""
        like = pt.as_tensor_variable(like)
        return pt.lt(self.uniform(like), p).astype(like.dtype)

    def gibbs_chain(self, h, W, hbias, vbias, n_steps: int, visible: str = "binary"):
        """Gibbs steps of a restricted Boltzmann machine, from hidden units to hidden units.

        Parameters
        ----------
        h : matrix, shape (chains, n_hidden)
            Where the chains begin: samples of the hidden units.
        W, hbias, vbias : variables
            Shapes (n_visible, n_hidden), (n_hidden,) and (n_visible,).
        n_steps : int
            At least 1. Each draws the visible units given the hidden ones, then the hidden units.
        visible : {"binary", "gaussian"}
            The second have unit variance.

        Returns
        -------
        list of variables
            What the last visible units were drawn from (before the sigmoid, or the mean), the last
            visible units, the last hidden units. All are constants to a gradient.

        Raises
        ------
        InputError
            If there is no step, or no such kind of units.
        """
        h = as_floats(h)
        rest = (each.astype(h.dtype) for each in (W, hbias, vbias))
        return GibbsChain(n_steps, visible)(self._new_state(), h, *rest)[1:4]

    def _new_state(self) -> SharedVariable:
        n = len(self.states)
        value = np.array([self.seed, n, 0], dtype="uint32")
        self.states.append(pytensor.shared(value, name=f"stream{self.seed}.{n}"))
        return self.states[-1]


def next_states(outputs: list) -> dict[SharedVariable, object]:
    """The update that advances each stream which the `outputs` draw from.

    Parameters
    ----------
    outputs : list of variables

    Returns
    -------
    dict
        {state: next state}; `dltut.function` adds them by itself.
    """
    draws = (node for node in applys_between([], outputs) if isinstance(node.op, Draw))
    return {
        node.inputs[0]: node.outputs[0]
        for node in draws
        if isinstance(node.inputs[0], SharedVariable)
    }
