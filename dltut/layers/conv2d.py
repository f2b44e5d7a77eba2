"""The convolution layer without a pool."""

from collections.abc import Callable
from dataclasses import InitVar
from typing import ClassVar

from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import conv2d, init
from dltut.nn.activations import activation
from dltut.nn.pair import pair


class Conv2D(Network):
    r"""A bank of filters over a batch of pictures: :math:`s(x * W + b)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_in, n_out : int
        Channels of the pictures and maps made of them.
    kernel_size : int or pair of int
        Rows and columns of a filter.
    border_mode, subsample, filter_flip
        As in `dltut.nn.conv2d`.
    W : array, shared variable or initializer, optional
        Shape ``(n_out, n_in, *kernel_size)``. Default: Glorot's uniform rule.
    b : array, shared variable or initializer, optional
        Shape (n_out,), one for each map. Default zeros.
    activation : callable or str, optional
        Default: rectifier.
    name : str
        Prefix of the parameters' names.
    """

    n_axes: ClassVar[int] = 3

    rng: InitVar
    n_in: int
    n_out: int
    kernel_size: int | tuple[int, int] = (3, 3)
    border_mode: str | int | tuple[int, int] = "valid"
    subsample: tuple[int, int] = (1, 1)
    filter_flip: bool = True
    W: InitVar = None
    b: InitVar = None
    activation: Callable | str | None = "relu"
    name: str = ""

    def __post_init__(self, rng, W, b):
        self.activation = activation(self.activation)
        shape = self.n_out, self.n_in, *pair(self.kernel_size, "kernel_size", least=1)
        W = init.glorot_uniform() if W is None else W
        self.W = parameter(W, shape, joined(self.name, "W"), rng)
        self.b = parameter(b, (self.n_out,), joined(self.name, "b"), rng)

    def __call__(self, x, train: bool = False):
        """Maps, (batch, n_out, rows, columns), of pictures (batch, n_in, rows, columns)."""
        maps = conv2d(x, self.W, self.border_mode, self.subsample, self.filter_flip)
        return self.activation(maps + self.b[None, :, None, None])
