"""The multilayer perceptron."""

from collections.abc import Callable, Sequence
from dataclasses import InitVar
from itertools import pairwise

import numpy as np

from dltut.exceptions import InputError
from dltut.layers import Dense, Dropout, Network
from dltut.machine.rng import Streams, seed_from
from dltut.models.logistic import LogisticRegression


class MLP(Network):
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

    batch_norm : bool
        Whether the sums of each hidden layer are normalised, see `dltut.layers.BatchNorm`.

    Attributes
    ----------
    layers : list
        `Dense` layers, then the `LogisticRegression`.

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

    rng: InitVar
    n_in: int
    n_hidden: int | Sequence[int]
    n_out: int
    activation: Callable | str = "tanh"
    dropout: float | Sequence[float] = 0.0
    batch_norm: bool = False

    def __post_init__(self, rng):
        self.n_hidden = np.atleast_1d(self.n_hidden).tolist()
        sizes = [self.n_in, *self.n_hidden]
        kind = {"activation": self.activation, "batch_norm": self.batch_norm}
        self.layers = [
            Dense(rng, *size, name=f"hidden{i}", **kind) for i, size in enumerate(pairwise(sizes))
        ]
        self.layers.append(LogisticRegression(sizes[-1], self.n_out, name="output"))
        self.dropouts = _dropouts(rng, self.dropout, len(self.layers))

    def __call__(self, x, train: bool = False):
        """Scores, shape (batch, n_out), of inputs, shape (batch, n_in)."""
        for dropout, layer in zip(self.dropouts, self.layers, strict=True):
            x = layer(dropout(x, train), train)
        return x


def _dropouts(rng, rates, n_layers):
    rates = [0.0] + [rates] * (n_layers - 1) if np.ndim(rates) == 0 else [*rates]
    if len(rates) != n_layers:
        raise InputError(f"{len(rates)} dropout probabilities for {n_layers} layers: give one each")
    # Without dropout nothing is drawn, so that the tutorials' seeds give the tutorials' weights.
    streams = Streams(seed_from(rng) if any(rates) else 0)
    return [Dropout(streams, rate) for rate in rates]
