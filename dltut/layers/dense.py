"""The fully connected layer, the tutorials' HiddenLayer."""

from collections.abc import Callable
from dataclasses import InitVar
from typing import ClassVar

from dltut.layers.batch_norm import BatchNorm
from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import init
from dltut.nn.activations import activation


class Dense(Network):
    r"""Every output sees every input: :math:`s(x W + b)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_in, n_out : int
        Inputs and outputs (units).
    W : array, shared variable or initializer, optional
        Shape (n_in, n_out). Default: the tutorials' uniform rule, four times as wide for a sigmoid.
    b : array, shared variable or initializer, optional
        Shape (n_out,). Default zeros.
    activation : callable or str, optional
        Applied element by element; None is linear.
    name : str
        Prefix of the parameters' names.
    batch_norm : bool
        Whether the sums are normalised before the activation by `BatchNorm`, whose shift takes the
        place of b.

    References
    ----------
    .. [1] Deep Learning Tutorials, Multilayer perceptron.

    Examples
    --------
    >>> import numpy as np
    >>> import pytensor.tensor as pt
    >>> layer = Dense(np.random.RandomState(1234), 784, 500)
    >>> layer(pt.matrix("x")).ndim
    2
    """

    n_axes: ClassVar[int] = 1

    rng: InitVar
    n_in: int
    n_out: int
    W: InitVar = None
    b: InitVar = None
    activation: Callable | str | None = "tanh"
    name: str = ""
    batch_norm: bool = False

    def __post_init__(self, rng, W, b):
        self.activation = activation(self.activation)
        W = init.glorot_tutorial(self.activation) if W is None else W
        self.W = parameter(W, (self.n_in, self.n_out), joined(self.name, "W"), rng)
        if self.batch_norm:
            self.normal = BatchNorm(self.n_out, beta=b, name=self.name)
        else:
            self.b = parameter(b, (self.n_out,), joined(self.name, "b"), rng)

    def __call__(self, x, train: bool = False):
        """Outputs, shape (batch, n_out), for inputs of shape (batch, n_in)."""
        sums = x @ self.W
        return self.activation(self.normal(sums, train) if self.batch_norm else sums + self.b)
