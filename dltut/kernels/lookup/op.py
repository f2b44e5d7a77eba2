"""Rows of a matrix by their numbers, and the gradient, as Operations."""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError

OUTSIDE = "a word has a number below 0 or not below the number of words: number the words anew"


def check_words(words: np.ndarray, n_words: int) -> None:
    """Refuse a number that is no row's.

    Raises
    ------
    InputError
        Below 0, too: it does not count from the end.
    """
    if words.size and not 0 <= words.min() <= words.max() < n_words:
        raise InputError(OUTSIDE)


class Lookup(Op):
    """``W[words]``, for words of any two axes, without numbers that count from the end."""

    __props__ = ()

    def make_node(self, W, words):
        """Of W (n_words, n) and whole numbers (batch, k) the rows (batch, k, n).

        Raises
        ------
        InputError
            If either has another number of axes.
        """
        if W.type.ndim != 2 or words.type.ndim != 2:
            raise InputError(
                f"rows are looked up in a matrix by a matrix of numbers; these have {W.type.ndim} "
                f"and {words.type.ndim} axes: reshape the numbers to (batch, k)"
            )
        shape = *words.type.shape, W.type.shape[1]
        return Apply(self, [W, words], [TensorType(W.dtype, shape=shape)()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        W, words = inputs
        check_words(words, len(W))
        output_storage[0][0] = W[words]

    def connection_pattern(self, node):
        """It is no smooth function of the numbers."""
        return [[True], [False]]

    def pullback(self, inputs, outputs, cotangents):
        """The other operation, of the gradient of the rows."""
        return [LookupGradient()(*inputs, cotangents[0]), DisconnectedType()()]


class LookupGradient(Op):
    """The gradient of the matrix: what came to each row is added up, other rows are 0."""

    __props__ = ()

    def make_node(self, W, words, up):
        """Of W (n_words, n), words (batch, k) and up (batch, k, n) the gradient (as W)."""
        return Apply(self, [W, words, up], [W.type()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        W, words, up = inputs
        check_words(words, len(W))
        gradient = np.zeros_like(W)
        np.add.at(gradient, words, up)
        output_storage[0][0] = gradient

    def connection_pattern(self, node):
        """Of W only the shape is read."""
        return [[False], [False], [True]]

    def pullback(self, inputs, outputs, cotangents):
        """Linear in up."""
        rows = Lookup()(cotangents[0], inputs[1])
        return [DisconnectedType()(), DisconnectedType()(), rows]
