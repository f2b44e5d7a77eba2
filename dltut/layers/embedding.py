"""Words, or whatever is numbered, as vectors that are learned."""

from dataclasses import InitVar
from typing import ClassVar

import pytensor.tensor as pt

from dltut.kernels.lookup import Lookup
from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import init


class Embedding(Network):
    """A vector for each of `n_words` numbers: the rows of W.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_words : int
        How many there are; they are numbered from 0 to n_words - 1.
    n_out : int
        The length of a vector.
    W : array, shared variable or initializer, optional
        Shape (n_words, n_out). Default: normal with a standard deviation of 0.01.
    name : str
        Prefix of the parameter's name.

    Notes
    -----
    A number that is no word's is an `InputError` when it is looked up; JAX, which cannot raise one,
    gives NaN.

    A step of learning changes the rows of the words that it saw; a rule with momentum goes on to
    move those that it saw before.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Embedding(np.random.RandomState(1), 3, 2, W=[[0, 1], [2, 3], [4, 5]])
    >>> layer(pt.as_tensor([[2, 0]])).eval()
    array([[[4., 5.],
            [0., 1.]]])
    """

    n_axes: ClassVar[int] = 1

    rng: InitVar
    n_words: int
    n_out: int
    W: InitVar = None
    name: str = ""

    def __post_init__(self, rng, W):
        W = init.normal() if W is None else W
        self.W = parameter(W, (self.n_words, self.n_out), joined(self.name, "W"), rng)

    def __call__(self, x, train: bool = False):
        """Vectors, (batch, n, n_out), of the numbers in x, (batch, n), which may be floats."""
        return Lookup()(self.W, pt.as_tensor(x).astype("int32"))
