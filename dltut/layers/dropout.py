"""Dropout: random silence while training."""

from dataclasses import InitVar
from math import inf
from numbers import Real

import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.layers.network import Network
from dltut.machine.checks import check_numbers
from dltut.machine.rng import Streams


class Dropout(Network):
    """Sets each input to 0 with probability `p` while training and passes it on as it is later.

    Parameters
    ----------
    streams : Streams
        Where the masks are drawn; the same seed gives the same masks in every mode.
    p : float
        From 0 (nothing is dropped) up to, not including, 1.
    rescale : bool
        Whether what is kept is divided by 1 - p ("inverted" dropout), so that the mean stays and
        nothing is to be done after training. Without it, multiply by 1 - p then.
    scale : float, optional
        What the kept is multiplied by instead, whatever p is.

    Raises
    ------
    InputError
        If p is outside [0, 1), the scale is not above 0, or there are no streams.

    References
    ----------
    .. [1] Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov (2014), Dropout.

    Examples
    --------
    >>> x = pt.matrix("x")
    >>> Dropout(Streams(1), 0.5)(x) is x
    True
    """

    streams: InitVar
    p: float = 0.5
    rescale: bool = True
    scale: float | None = None

    def __post_init__(self, streams):
        if not isinstance(streams, Streams):
            raise InputError(f"streams is {streams!r}; give a Streams(seed) of dltut.machine.rng")
        if not isinstance(self.p, Real) or not 0 <= self.p < 1:
            raise InputError(f"the dropout probability is {self.p}; it is at least 0 and below 1")
        if self.scale is not None:
            check_numbers(lambda value: 0 < value < inf, "above 0", scale=self.scale)
        self.streams = streams

    def __call__(self, x, train: bool = False):
        """`x` itself, or with ``train=True`` a thinned copy of the same shape."""
        if not train or self.p == 0:
            return x
        kept = x * self.streams.bernoulli(1 - self.p, x)
        if self.scale is not None:
            return kept * pt.as_tensor(self.scale).astype(x.dtype)
        return kept / pt.as_tensor(1 - self.p).astype(x.dtype) if self.rescale else kept
