"""Gibbs chains of restricted Boltzmann machines as one Operation.

A step is two products with everything behind them, and the next step needs all of it: in one
operation neither the sums nor the draws pass through the rest of the graph.
"""

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError, nearest
from dltut.kernels.threefry import Draw, uniform

VISIBLE = ("binary", "gaussian")
A_ROW_EACH = "biases are one row for all chains, or one for each"


class GibbsChain(Draw):
    """A number of Gibbs steps, from hidden units to hidden units.

    A step draws v given h, then h given v; each draw is one call of the generator, of a normal
    number two. Binary units are on where a uniform number lies below the sigmoid of their scores.

    Parameters
    ----------
    n_steps : int
        At least 1.
    visible : {"binary", "gaussian"}
        The second have unit variance.
    """

    __props__ = ("n_steps", "visible")

    def __init__(self, n_steps: int, visible: str = "binary"):
        if n_steps < 1:
            raise InputError(f"n_steps is {n_steps}; a Gibbs chain has at least 1 step")
        if visible not in VISIBLE:
            raise InputError(f"there are no {visible!r} visible units: {nearest(visible, VISIBLE)}")
        self.n_steps, self.visible = n_steps, visible

    @property
    def calls(self) -> int:
        """How often a step calls the generator."""
        return 2 if self.visible == "binary" else 3

    def make_node(self, state, h, W, hbias, vbias):
        """Of a state and a machine the next state and the end of the chains.

        Parameters
        ----------
        state : uint32 vector, shape (3,)
            Or a matrix, (2, 3): the visible units are drawn by the first generator, the hidden ones
            by the second.
        h : matrix, shape (chains, n_hidden)
        W : matrix, shape (n_visible, n_hidden)
        hbias, vbias : vector, shape (n_hidden,) and (n_visible,)
            Or a matrix with a row for each chain, (chains, n_hidden) and (chains, n_visible).

        Returns
        -------
        Apply
            Its outputs: the next state, scores of v and v (chains, n_visible), h and the mean of h
            (chains, n_hidden).
        """
        v = TensorType(h.type.dtype, shape=(h.type.shape[0], W.type.shape[0]))
        return Apply(
            self, [state, h, W, hbias, vbias], [state.type(), v(), v(), h.type(), h.type()]
        )

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: step after step."""
        state, h, W, hbias, vbias = inputs
        check_shapes(h.shape, W.shape, hbias.shape, vbias.shape)
        next_call, state = np.array([0, 0, 1], dtype="uint32"), state.copy()
        generators = state.reshape(-1, 3)
        of_v, of_h = generators[0], generators[-1]  # views of the same one where there is but one

        def draw(generator, scores):
            """Uniform numbers for these scores (any shape), by one call of the generator."""
            numbers = uniform(generator, scores.shape, str(scores.dtype))
            generator += next_call
            return numbers

        def on(generator, mean):
            """Units that are on with the probability of their mean (any shape)."""
            return (draw(generator, mean) < mean).astype(mean.dtype)

        for _ in range(self.n_steps):
            v_scores = np.matmul(h, W.T) + vbias
            if self.visible == "binary":
                v = on(of_v, sigmoid(v_scores))
            else:
                v = v_scores + normal(draw(of_v, v_scores), draw(of_v, v_scores))
            h_mean = sigmoid(np.matmul(v, W) + hbias)
            h = on(of_h, h_mean)
        for storage, value in zip(output_storage, (state, v_scores, v, h, h_mean), strict=True):
            storage[0] = value


def sigmoid(x: np.ndarray) -> np.ndarray:
    """The logistic function without overflow."""
    small = np.exp(-abs(x))
    return np.where(x > 0, 1, small) / (1 + small)


def normal(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Standard normal numbers from two arrays of uniform ones, by Box and Muller."""
    angle = first.dtype.type(2 * np.pi) * second
    return np.sqrt(-2 * np.log(1 - first)) * np.cos(angle)


def check_shapes(h: tuple, W: tuple, hbias: tuple, vbias: tuple) -> None:
    """Refuse units and biases, by their shapes, that do not fit the weights or the chains."""
    if h[1] != W[1] or (vbias[-1], hbias[-1]) != tuple(W):
        raise InputError(
            f"chains of {h[1]} hidden units, {hbias[-1]} hidden and {vbias[-1]} visible biases for "
            f"weights of shape {W}: weights have a row for each visible and a column for each "
            "hidden unit"
        )
    if any(len(bias) == 2 and bias[0] != h[0] for bias in (hbias, vbias)):
        raise InputError(f"biases of shape {hbias} and {vbias} for {h[0]} chains: {A_ROW_EACH}")
