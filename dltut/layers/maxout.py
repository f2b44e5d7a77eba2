"""The layer that learns its activation: the largest of several sums."""

from dataclasses import InitVar
from typing import ClassVar

from dltut.layers.feature_pool import FeaturePool
from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import init


class Maxout(Network):
    r"""Each unit is the largest of its linear pieces: :math:`\max_k (x W_k + b_k)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_in, n_out : int
        Inputs and outputs (units).
    n_pieces : int
        Pieces of a unit.
    W : array, shared variable or initializer, optional
        Shape ``(n_in, n_out * n_pieces)``, the pieces of a unit side by side. Default: Glorot's
        uniform rule.
    b : array, shared variable or initializer, optional
        Shape ``(n_out * n_pieces,)``. Default zeros.
    name : str
        Prefix of the parameters' names.

    References
    ----------
    .. [1] Goodfellow, Warde-Farley, Mirza, Courville, Bengio (2013), Maxout networks.

    Examples
    --------
    Two pieces are enough for an absolute value:

    >>> import numpy as np
    >>> import pytensor.tensor as pt
    >>> layer = Maxout(np.random.RandomState(1), 1, 1, W=[[1.0, -1.0]])
    >>> layer(pt.as_tensor([[-3.0], [2.0]])).eval()
    array([[3.],
           [2.]])
    """

    n_axes: ClassVar[int] = 1

    rng: InitVar
    n_in: int
    n_out: int
    n_pieces: int = 2
    W: InitVar = None
    b: InitVar = None
    name: str = ""

    def __post_init__(self, rng, W, b):
        n_sums = self.n_out * self.n_pieces
        W = init.glorot_uniform() if W is None else W
        self.W = parameter(W, (self.n_in, n_sums), joined(self.name, "W"), rng)
        self.b = parameter(b, (n_sums,), joined(self.name, "b"), rng)

    def __call__(self, x, train: bool = False):
        """Outputs, shape (batch, n_out), for inputs of shape (batch, n_in)."""
        return FeaturePool(self.n_pieces)(x @ self.W + self.b)
