"""The fully connected layer, the tutorials' HiddenLayer."""

from collections.abc import Callable

import pytensor.tensor as pt

from dltut.layers.parameter import joined, owned, parameter
from dltut.nn import init
from dltut.nn.activations import activation as activation_of


class Dense:
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

    Attributes
    ----------
    params : list
        [W, b].
    weights : list
        [W], what penalties apply to.

    References
    ----------
    .. [1] Deep Learning Tutorials, Multilayer perceptron.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Dense(np.random.RandomState(1234), 784, 500)
    >>> layer(pt.matrix("x")).ndim
    2
    """

    def __init__(
        self,
        rng,
        n_in: int,
        n_out: int,
        W=None,
        b=None,
        activation: Callable | str | None = pt.tanh,
        name: str = "",
    ):
        self.activation = activation_of(activation)
        W = init.tutorial(self.activation) if W is None else W
        self.W = parameter(W, (n_in, n_out), joined(name, "W"), rng)
        self.b = parameter(init.constant() if b is None else b, (n_out,), joined(name, "b"), rng)
        self.params, self.weights = owned(self.W, self.b), owned(self.W)

    def __call__(self, x):
        """Outputs, shape (batch, n_out), for inputs of shape (batch, n_in)."""
        return self.activation(x @ self.W + self.b)
