"""What each bit's probability is made of, given the bits before it, as Operations."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError
from dltut.kernels.gibbs.op import sigmoid

UNFIT = (
    "rows and weights of a NADE do not fit: v is (n, n_visible), W and V are (n_visible, n_hidden) "
    "and hbias is (n, n_hidden)"
)


def check_shapes(v: tuple, W: tuple, V: tuple, hbias: tuple) -> None:
    """Refuse rows and weights, by their shapes, that do not fit each other."""
    if W != V or v[1] != W[0] or hbias != (v[0], W[1]):
        raise InputError(f"{UNFIT}; given {v}, {W}, {V} and {hbias}")


class NadeScores(Op):
    r"""For each bit of each row ``V[i] . sigmoid(hbias + sum(v[j] * W[j] for j < i))``.

    The hidden units change only behind a bit that is not 0: where few are, as in chords, most of
    the sigmoids are those of the bit before.
    """

    __props__ = ()

    def make_node(self, v, W, V, hbias):
        """Of v (n, n_visible), W, V (n_visible, n_hidden), hbias (n, n_hidden) scores (as v)."""
        scores = TensorType(W.type.dtype, shape=(v.type.shape[0], W.type.shape[0]))
        return Apply(self, [v, W, V, hbias], [scores()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: bit after bit, all rows at once."""
        v, W, V, a = inputs
        check_shapes(v.shape, W.shape, V.shape, a.shape)
        scores = np.empty((len(v), len(W)), W.dtype)
        for i in range(len(W)):
            scores[:, i] = sigmoid(a) @ V[i]
            a = a + v[:, i, None] * W[i]
        output_storage[0][0] = scores

    def connection_pattern(self, node):
        """Rows are data: no gradient goes to them."""
        return [[False], [True], [True], [True]]

    def pullback(self, inputs, outputs, cotangents):
        """The other operation, of the gradient of the scores."""
        return [DisconnectedType()(), *NadeGradient()(*inputs, cotangents[0])]


class NadeGradient(Op):
    """The gradients of W, V and hbias, given that of the scores."""

    __props__ = ()

    def make_node(self, v, W, V, hbias, up):
        """Of the inputs of `NadeScores` and up (n, n_visible) the gradients of the last three."""
        return Apply(self, [v, W, V, hbias, up], [W.type(), V.type(), hbias.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: bit after bit, then back."""
        v, W, V, a, up = inputs
        check_shapes(v.shape, W.shape, V.shape, a.shape)
        hidden = []
        for i in range(len(W)):
            hidden.append(sigmoid(a))
            a = a + v[:, i, None] * W[i]
        by_W, by_V, by_a = np.empty_like(W), np.empty_like(V), np.zeros_like(a)
        for i, h in reversed([*enumerate(hidden)]):
            by_W[i] = v[:, i] @ by_a
            by_V[i] = up[:, i] @ h
            by_a += up[:, i, None] * V[i] * h * (1 - h)
        for storage, value in zip(output_storage, (by_W, by_V, by_a), strict=True):
            storage[0] = value
