"""The multilayer perceptron."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.layers import Dense, Dropout
from dltut.machine.rng import Streams, seed_from
from dltut.models.logistic import LogisticRegression
from dltut.nn.activations import activation as activation_of
from dltut.nn.activations import name_of


class MLP:
    r"""Hidden layers, each a non-linear view of the one before, under a logistic regression.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the weights of the hidden layers, in order.
    n_in : int
        Inputs.
    n_hidden : int or sequence of int
        Units of the hidden layer, or of each of several.
    n_out : int
        Classes.
    activation : callable or str
        Of the hidden layers; a name of `dltut.nn.activations` or a function.
    dropout : float or sequence of float
        Share of inputs dropped before each layer while training: one number for every layer behind
        the first, or one for each of the ``len(n_hidden) + 1`` layers, the pixels' first.

    Attributes
    ----------
    n_in : int
        Inputs.
    layers : list
        `Dense` layers, then the `LogisticRegression`.
    params : list
        W and b of each layer, in order.
    weights : list
        W of each layer, what penalties apply to.

    Raises
    ------
    InputError
        If the number of dropout probabilities does not fit.

    References
    ----------
    .. [1] Deep Learning Tutorials, Multilayer perceptron.

    Examples
    --------
    >>> import numpy as np
    >>> model = MLP(np.random.RandomState(1234), 784, 500, 10)
    >>> sum(each.get_value().size for each in model.params)
    397510
    """

    def __init__(
        self,
        rng,
        n_in: int,
        n_hidden: int | Sequence[int],
        n_out: int,
        activation: Callable | str = pt.tanh,
        dropout: float | Sequence[float] = 0.0,
    ):
        sizes = [n_in, *([n_hidden] if np.ndim(n_hidden) == 0 else n_hidden)]
        self.n_in = n_in
        self.arguments = {
            "n_in": n_in,
            "n_hidden": sizes[1:],
            "n_out": n_out,
            "activation": name_of(activation_of(activation)),
            "dropout": dropout if isinstance(dropout, float | int) else list(dropout),
        }
        self.layers = [
            Dense(rng, before, after, activation=activation, name=f"hidden{i}")
            for i, (before, after) in enumerate(pairwise(sizes))
        ]
        self.layers.append(LogisticRegression(sizes[-1], n_out, name="output"))
        self.params = [param for layer in self.layers for param in layer.params]
        self.weights = [weight for layer in self.layers for weight in layer.weights]
        self._dropouts = _dropouts(rng, dropout, len(self.layers))

    def __call__(self, x, train: bool = False):
        """Scores, shape (batch, n_out), of inputs, shape (batch, n_in)."""
        for dropout, layer in zip(self._dropouts, self.layers, strict=True):
            x = layer(dropout(x, train))
        return x


def _dropouts(rng, dropout, n_layers):
    rates = [0.0] + [dropout] * (n_layers - 1) if isinstance(dropout, float | int) else [*dropout]
    if len(rates) != n_layers:
        raise InputError(f"{len(rates)} dropout probabilities for {n_layers} layers: give one each")
    # Without dropout nothing is drawn, so that the tutorials' seeds give the tutorials' weights.
    streams = Streams(seed_from(rng) if any(rates) else 0)
    return [Dropout(streams, rate) for rate in rates]
