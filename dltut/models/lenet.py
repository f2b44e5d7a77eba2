"""The tutorials' convolutional network, after LeNet-5."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.layers import ConvPool, Dense
from dltut.models.logistic import LogisticRegression
from dltut.nn.activations import activation as activation_of
from dltut.nn.activations import name_of
from dltut.nn.pair import pair


class LeNet:
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

    Attributes
    ----------
    n_in : int
        Pixels of a picture.
    layers : list
        `ConvPool` layers, a `Dense` layer, a `LogisticRegression`.
    params : list
        W and b of each layer, in order.
    weights : list
        W of each layer, what penalties apply to.

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

    def __init__(
        self,
        rng,
        image_shape: Sequence[int] = (1, 28, 28),
        n_kernels: Sequence[int] = (20, 50),
        n_hidden: int = 500,
        n_out: int = 10,
        kernel_size: int | Sequence[int] = (5, 5),
        pool_size: int | Sequence[int] = (2, 2),
        activation: Callable | str = pt.tanh,
    ):
        kernel, pool = pair(kernel_size, "kernel_size", 1), pair(pool_size, "pool_size", 1)
        n_features = _n_features(image_shape, n_kernels, kernel, pool)
        self.arguments = {
            "image_shape": list(image_shape),
            "n_kernels": list(n_kernels),
            "n_hidden": n_hidden,
            "n_out": n_out,
            "kernel_size": list(kernel),
            "pool_size": list(pool),
            "activation": name_of(activation_of(activation)),
        }
        self.image_shape = tuple(image_shape)
        self.n_in, self._n_features = int(np.prod(image_shape)), n_features
        maps = [image_shape[0], *n_kernels]
        self.layers = [
            ConvPool(rng, before, after, kernel, pool, activation=activation, name=f"conv{i}")
            for i, (before, after) in enumerate(pairwise(maps))
        ]
        self.layers.append(Dense(rng, n_features, n_hidden, activation=activation, name="hidden"))
        self.layers.append(LogisticRegression(n_hidden, n_out, name="output"))
        self.params = [param for layer in self.layers for param in layer.params]
        self.weights = [weight for layer in self.layers for weight in layer.weights]

    def __call__(self, x, train: bool = False):
        """Scores, (batch, n_out), of pictures: (batch, pixels) or ``(batch, *image_shape)``."""
        *convolutions, hidden, output = self.layers
        maps = x.reshape((-1, *self.image_shape))
        for layer in convolutions:
            maps = layer(maps)
        return output(hidden(maps.reshape((-1, self._n_features))))


def _n_features(image_shape, n_kernels, kernel, pool):
    """Pixels of all the maps behind the last pool."""
    if len(image_shape) != 3 or not n_kernels:
        raise InputError(
            f"image_shape is {image_shape} and n_kernels {n_kernels}; expected (channels, "
            "rows, columns) and the maps of at least one convolution"
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
