"""The tutorials' convolutional network, after LeNet-5."""

from collections.abc import Callable, Sequence
from dataclasses import InitVar
from itertools import pairwise
from math import prod
from numbers import Integral

import numpy as np

from dltut.exceptions import InputError
from dltut.layers import ConvPool, Dense, Network
from dltut.models.logistic import LogisticRegression
from dltut.nn.pair import pair


class LeNet(Network):
    r"""Convolution and pooling several times, a hidden layer, a logistic regression.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the weights, first layer first.
    image_shape : (channels, rows, columns)
        Of one picture.
    n_kernels : sequence of int
        Maps of each convolution.
    n_hidden : int
        Units of the fully connected layer.
    n_out : int
        Classes.
    kernel_size, pool_size : int or pair of int
        Of every convolution and pool.
    activation : callable or str
        Of every layer but the last.

    Raises
    ------
    InputError
        If a size is not valid or the pictures are too small for so many convolutions and pools.

    Notes
    -----
    The first layer of filters sees 28 x 28, leaves 24 x 24, pooled to 12 x 12; the second leaves
    8 x 8, pooled to 4 x 4: 50 maps of 16 pixels are 800 inputs for the hidden layer.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document
       recognition.
    .. [2] Deep Learning Tutorials, Convolutional neural networks (LeNet).

    Examples
    --------
    >>> model = LeNet(np.random.RandomState(23455))
    >>> sum(each.get_value().size for each in model.params)
    431080
    """

    rng: InitVar
    image_shape: Sequence[int] = (1, 28, 28)
    n_kernels: Sequence[int] = (20, 50)
    n_hidden: int = 500
    n_out: int = 10
    kernel_size: int | Sequence[int] = (5, 5)
    pool_size: int | Sequence[int] = (2, 2)
    activation: Callable | str = "tanh"

    def __post_init__(self, rng):
        kernel = pair(self.kernel_size, "kernel_size", least=1)
        pool = pair(self.pool_size, "pool_size", least=1)
        self.n_features = _n_features(self.image_shape, self.n_kernels, kernel, pool)
        maps, activation = [self.image_shape[0], *self.n_kernels], self.activation
        self.convolutions = [
            ConvPool(rng, *sizes, kernel, pool, activation=activation, name=f"conv{i}")
            for i, sizes in enumerate(pairwise(maps))
        ]
        sizes = self.n_features, self.n_hidden
        self.hidden = Dense(rng, *sizes, activation=activation, name="hidden")
        self.output = LogisticRegression(self.n_hidden, self.n_out, name="output")

    @property
    def n_in(self) -> int:
        """Pixels of a picture."""
        return prod(self.image_shape)

    @property
    def layers(self) -> list:
        """`ConvPool` layers, a `Dense` layer, a `LogisticRegression`."""
        return [*self.convolutions, self.hidden, self.output]

    def __call__(self, x, train: bool = False):
        """Scores, (batch, n_out), of pictures: (batch, pixels) or ``(batch, *image_shape)``."""
        maps = x.reshape((-1, *self.image_shape))
        for layer in self.convolutions:
            maps = layer(maps, train)
        features = maps.reshape((-1, self.n_features))
        return self.output(self.hidden(features, train), train)


def _n_features(image_shape, n_kernels, kernel, pool):
    """Pixels of all the maps behind the last pool."""
    if not (_are_sizes(image_shape) and len(image_shape) == 3 and _are_sizes(n_kernels)):
        raise InputError(
            f"image_shape is {image_shape} and n_kernels {n_kernels}; expected (channels, "
            "rows, columns) and the maps of each convolution, such as (20, 50)"
        )
    sides = image_shape[1:]
    for _ in n_kernels:
        sides = [(n - k + 1) // p for n, k, p in zip(sides, kernel, pool, strict=True)]
        if min(sides) < 1:
            raise InputError(
                f"pictures shrink to nothing in {len(n_kernels)} layers of {kernel} filters and "
                f"{pool} pools: use larger pictures, smaller filters or fewer layers"
            )
    return n_kernels[-1] * sides[0] * sides[1]


def _are_sizes(given) -> bool:
    """Whether these are whole numbers, at least one of them."""
    is_row = isinstance(given, Sequence | np.ndarray) and not isinstance(given, str)
    return is_row and len(given) > 0 and all(isinstance(each, Integral) for each in given)
