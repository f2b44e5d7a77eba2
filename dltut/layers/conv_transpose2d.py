"""The transposed convolution: from maps to larger maps."""

from collections.abc import Callable
from dataclasses import InitVar
from typing import ClassVar

from dltut.layers.batch_norm import BatchNorm
from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import conv2d_transpose, init
from dltut.nn.activations import activation
from dltut.nn.pair import pair


class ConvTranspose2D(Network):
    r"""Every pixel of every map paints a filter into larger maps: :math:`s(x *^\top W + b)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W.
    n_in, n_out : int
        Maps that come and maps that are made of them.
    kernel_size : int or pair of int
        Rows and columns of a filter.
    border_mode, subsample, filter_flip
        As in `dltut.nn.conv2d_transpose`; the default, filters of 2 and steps of 2, doubles maps.
    W : array, shared variable or initializer, optional
        Shape ``(n_in, n_out, *kernel_size)``. Default: Glorot's uniform rule.
    b : array, shared variable or initializer, optional
        Shape (n_out,). Default zeros.
    activation : callable or str, optional
    name : str
        Prefix of the parameters' names.
    batch_norm : bool
        Whether the maps are normalised before the activation by `BatchNorm`, whose shift takes the
        place of b.

    References
    ----------
    .. [1] Zeiler, Krishnan, Taylor, Fergus (2010), Deconvolutional networks.

    Examples
    --------
    >>> import numpy as np
    >>> ConvTranspose2D(np.random.default_rng(1), 64, 32).out_shape((64, 9, 7))
    (32, 18, 14)
    """

    n_axes: ClassVar[int] = 3

    rng: InitVar
    n_in: int
    n_out: int
    kernel_size: int | tuple[int, int] = (2, 2)
    border_mode: str | int | tuple[int, int] = "valid"
    subsample: tuple[int, int] = (2, 2)
    filter_flip: bool = True
    W: InitVar = None
    b: InitVar = None
    activation: Callable | str | None = "relu"
    name: str = ""
    batch_norm: bool = False

    def __post_init__(self, rng, W, b):
        self.activation = activation(self.activation)
        shape = self.n_in, self.n_out, *pair(self.kernel_size, "kernel_size", least=1)
        W = init.glorot_uniform() if W is None else W
        self.W = parameter(W, shape, joined(self.name, "W"), rng)
        if self.batch_norm:
            self.normal = BatchNorm(self.n_out, beta=b, name=self.name)
        else:
            self.b = parameter(b, (self.n_out,), joined(self.name, "b"), rng)

    def __call__(self, x, train: bool = False):
        """Maps, (batch, n_out, rows, columns), of maps (batch, n_in, rows, columns)."""
        maps = conv2d_transpose(x, self.W, self.border_mode, self.subsample, self.filter_flip)
        if self.batch_norm:
            return self.normal(maps, train, self.activation)
        return self.activation(maps + self.b[None, :, None, None])
