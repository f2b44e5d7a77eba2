"""The convolution layer for series."""

from collections.abc import Callable
from dataclasses import InitVar
from typing import ClassVar

from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import conv1d, init
from dltut.nn.activations import activation


class Conv1D(Network):
    r"""A bank of filters along a batch of series: :math:`s(x * W + b)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_in, n_out : int
        Channels of the series and maps made of them.
    kernel_size : int
        Steps of a filter.
    border_mode, subsample, filter_flip, dilation
        As in `dltut.nn.conv1d`.
    W : array, shared variable or initializer, optional
        Shape (n_out, n_in, kernel_size). Default: Glorot's uniform rule.
    b : array, shared variable or initializer, optional
        Shape (n_out,). Default zeros.
    activation : callable or str, optional
    name : str
        Prefix of the parameters' names.

    Examples
    --------
    >>> import numpy as np
    >>> Conv1D(np.random.default_rng(1), 2, 64, 25, "half").out_shape((2, 200))
    (64, 200)
    """

    n_axes: ClassVar[int] = 2

    rng: InitVar
    n_in: int
    n_out: int
    kernel_size: int = 3
    border_mode: str | int = "valid"
    subsample: int = 1
    filter_flip: bool = True
    W: InitVar = None
    b: InitVar = None
    activation: Callable | str | None = "relu"
    name: str = ""
    dilation: int = 1

    def __post_init__(self, rng, W, b):
        self.activation = activation(self.activation)
        W = init.glorot_uniform() if W is None else W
        shape = self.n_out, self.n_in, self.kernel_size
        self.W = parameter(W, shape, joined(self.name, "W"), rng)
        self.b = parameter(b, (self.n_out,), joined(self.name, "b"), rng)

    def __call__(self, x, train: bool = False):
        """Maps, (batch, n_out, out steps), of series (batch, n_in, steps)."""
        settings = self.border_mode, self.subsample, self.filter_flip, self.dilation
        return self.activation(conv1d(x, self.W, *settings) + self.b[None, :, None])
