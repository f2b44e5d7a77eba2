"""Batch normalisation: every feature with mean 0 and variance 1, as the batch has it."""

from collections.abc import Callable
from dataclasses import InitVar
from math import inf

import numpy as np
import pytensor.tensor as pt

from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.machine.checks import check_numbers
from dltut.machine.remember import remember
from dltut.machine.shared import as_floats
from dltut.nn import init
from dltut.nn.activations import linear
from dltut.nn.normal import batch_normalised


class BatchNorm(Network):
    r"""Takes away a feature's mean and spread, and gives it those that the next layer likes.

    .. math:: \gamma \, \frac{x - m}{\sqrt{v + \epsilon}} + \beta

    While training, m and v are mean and variance of the feature in the minibatch, over its rows
    and, of maps, also over their pixels. Later, when there may be a single example, they are the
    averages that were kept while training.

    Parameters
    ----------
    n_in : int
        Features of x, (batch, n_in), or maps of x, (batch, n_in, rows, columns).
    gamma, beta : array, shared variable or initializer, optional
        Scale and shift, shape (n_in,). Default ones and zeros.
    epsilon : float
        Added to the variance, so that a constant feature is not divided by 0.
    alpha : float
        How much of the averages each minibatch replaces, up to 1.
    name : str
        Prefix of the parameters' names.

    Attributes
    ----------
    mean, variance : shared variables, shape (n_in,)
        The averages: exponentially less of what was long ago. They are not learned but kept.

    Raises
    ------
    InputError
        If epsilon or alpha is out of range.

    Notes
    -----
    A bias before this layer is taken away with the mean: leave it out, as
    ``Dense(..., batch_norm=True)`` does. Both averages are remembered
    (`dltut.machine.remember.remember`): a function that computes this layer with ``train=True``
    changes them, one with ``train=False`` does not.

    References
    ----------
    .. [1] Ioffe, Szegedy (2015), Batch normalization: accelerating deep network training by
       reducing internal covariate shift.

    Examples
    --------
    >>> from dltut import function
    >>> layer, x = BatchNorm(2, alpha=1.0), pt.matrix("x")
    >>> learn = function([x], layer(x, train=True), mode="FAST_COMPILE")
    >>> learn([[1, 20], [3, 40]]).round(2).tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    >>> layer.mean.get_value().tolist(), layer.variance.get_value().tolist()
    ([2.0, 30.0], [1.0, 100.0])
    """

    n_in: int
    gamma: InitVar = None
    beta: InitVar = None
    epsilon: float = 1e-4
    alpha: float = 0.1
    name: str = ""

    def __post_init__(self, gamma, beta):
        check_numbers(lambda value: 0 < value < inf, "above 0", epsilon=self.epsilon)
        check_numbers(lambda value: 0 < value <= 1, "above 0 and at most 1", alpha=self.alpha)
        ones = init.constant(1.0)

        def made(start, kind):
            return parameter(start, (self.n_in,), joined(self.name, kind))

        self.gamma, self.beta = made(ones if gamma is None else gamma, "gamma"), made(beta, "beta")
        self.mean, self.variance = made(None, "mean"), made(ones, "variance")

    @property
    def kept(self) -> list:
        """The averages."""
        return [self.mean, self.variance]

    def __call__(self, x, train: bool = False, activation: Callable = linear):
        """`x` normalised, then activated; of the same shape, (batch, n_in, ...)."""
        x = as_floats(x)
        if train and x.ndim > 2:
            scale = self.gamma, self.beta, self.epsilon
            out, *averages = batch_normalised(x, *scale, activation)
            return self._remembered(out, averages)
        axes = [0, *range(2, x.ndim)]
        averages = (x.mean(axes), x.var(axes)) if train else (self.mean, self.variance)
        mean, variance, gamma, beta = (
            each.dimshuffle("x", 0, *"x" * (x.ndim - 2))
            for each in (*averages, self.gamma, self.beta)
        )
        out = (x - mean) * (gamma / pt.sqrt(variance + _as(x, self.epsilon))) + beta
        return activation(self._remembered(out, averages) if train else out)

    def _remembered(self, out, averages):
        """What goes on, with a note of how the batch moves the averages."""
        for state, batch in zip(self.kept, averages, strict=True):
            alpha = _as(state, self.alpha)
            out = remember(out, state, (1 - alpha) * state + alpha * batch)
        return out


def _as(variable, number):
    """A number as wide as the variable, which would otherwise be widened by it."""
    return np.asarray(number, dtype=variable.dtype)
