"""The convolution layer without a pool."""

from collections.abc import Callable
from dataclasses import InitVar
from typing import ClassVar

import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.layers.batch_norm import BatchNorm
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
        Shape (n_out,), one for each map; (n_out, rows, columns) if they are untied. Default zeros.
    activation : callable or str, optional
        Default: rectifier.
    name : str
        Prefix of the parameters' names.
    untie_biases : bool
        Whether each place of a map has a bias of its own.
    sides : (rows, columns), optional
        Of the pictures; needed for biases that are untied.
    dilation : int or pair of int
        As in `dltut.nn.conv2d`.
    batch_norm : bool
        Whether the maps are normalised before the activation by `BatchNorm`, whose shift takes the
        place of b.

    Raises
    ------
    InputError
        If the biases are untied and no sides are given, or they are and maps are normalised.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Conv2D(np.random.default_rng(1), 1, 20, 5, untie_biases=True, sides=(28, 28))
    >>> layer.b.get_value().shape
    (20, 24, 24)
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
    untie_biases: bool = False
    sides: tuple[int, int] | None = None
    dilation: int | tuple[int, int] = (1, 1)
    batch_norm: bool = False

    def __post_init__(self, rng, W, b):
        self.activation = activation(self.activation)
        shape = self.n_out, self.n_in, *pair(self.kernel_size, "kernel_size", least=1)
        W = init.glorot_uniform() if W is None else W
        self.W = parameter(W, shape, joined(self.name, "W"), rng)
        if self.batch_norm:
            if self.untie_biases:
                raise InputError("maps that are normalised have one shift each: leave biases tied")
            self.normal = BatchNorm(self.n_out, beta=b, name=self.name)
            return
        shape = self._maps_of_sides() if self.untie_biases else (self.n_out,)
        self.b = parameter(b, shape, joined(self.name, "b"), rng)

    def _maps_of_sides(self) -> tuple[int, int, int]:
        if self.sides is None:
            raise InputError(
                "untied biases need the size of the pictures: give sides=(rows, columns)"
            )
        pictures = pt.zeros((1, self.n_in, *pair(self.sides, "sides", least=1)))
        return self._maps(pictures).type.shape[1:]

    def _maps(self, x):
        settings = self.border_mode, self.subsample, self.filter_flip, self.dilation
        return conv2d(x, self.W, *settings)

    @property
    def biases(self) -> list:
        """All but W, whatever their shape."""
        return [each for each in self.params if each is not self.W]

    def __call__(self, x, train: bool = False):
        """Maps, (batch, n_out, rows, columns), of pictures (batch, n_in, rows, columns)."""
        if self.batch_norm:
            return self.normal(self._maps(x), train, self.activation)
        b = self.b[None] if self.untie_biases else self.b[None, :, None, None]
        return self.activation(self._maps(x) + b)
