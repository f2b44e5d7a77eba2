"""Batch normalisation of maps with what follows it, and its gradient, as Operations.

Maps x have shape (batch, channels, ...); over all axes but the second their mean is m, their
variance v. Then y = f(gamma (x - m) / sqrt(v + epsilon) + beta), with f the activation.
"""

import numpy as np
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError

ACTIVATIONS = ("linear", "relu", "elu")


def activated(y, activation: str):
    """f(y) of an array."""
    if activation == "linear":
        return y
    low = np.expm1(np.minimum(y, 0)) if activation == "elu" else y.dtype.type(0)
    return np.where(y > 0, y, low)


def slope(y, activation: str):
    """The derivative of the activation, told by its value y."""
    if activation == "linear":
        return np.ones_like(y)
    return np.where(y > 0, y.dtype.type(1), y + 1 if activation == "elu" else y.dtype.type(0))


class _Normal(Op):
    """What both share.

    Parameters
    ----------
    epsilon : float
    activation : str
        One of `ACTIVATIONS`.
    """

    __props__ = ("epsilon", "activation")

    def __init__(self, epsilon: float, activation: str):
        self.epsilon, self.activation = epsilon, activation


def _across(vector, ndim):
    return vector.reshape(1, -1, *[1] * (ndim - 2))


def _axes(ndim):
    return 0, *range(2, ndim)


class Normalised(_Normal):
    """Of x, gamma and beta the activated maps, and the mean and the variance of each channel."""

    def make_node(self, x, gamma, beta):
        """Of x (batch, channels, ...), gamma and beta (channels,) y, m and v."""
        x, gamma, beta = map(as_tensor_variable, (x, gamma, beta))
        of_channels = TensorType(x.dtype, shape=(x.type.shape[1],))
        return Apply(self, [x, gamma, beta], [x.type(), of_channels(), of_channels()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, gamma, beta = inputs
        if not len(gamma) == len(beta) == x.shape[1]:
            raise InputError(
                f"maps of {x.shape[1]} channels with {len(gamma)} scales and {len(beta)} shifts: "
                "expected one for each"
            )
        axes = _axes(x.ndim)
        mean, variance = x.mean(axes, dtype=x.dtype), x.var(axes, dtype=x.dtype)
        scale = gamma / np.sqrt(variance + x.dtype.type(self.epsilon))
        y = (x - _across(mean, x.ndim)) * _across(scale, x.ndim) + _across(beta, x.ndim)
        made = activated(y, self.activation), mean, variance
        for place, value in zip(output_storage, made, strict=True):
            place[0] = value.astype(x.dtype, copy=False)

    def connection_pattern(self, node):
        """Mean and variance do not depend on scale and shift."""
        return [[True, True, True], [True, False, False], [True, False, False]]

    def pullback(self, inputs, outputs, cotangents):
        """That of y by the other operation; mean and variance add theirs to that of x."""
        x, gamma, _ = inputs
        y, mean, variance = outputs
        of_y, of_mean, of_variance = cotangents
        disconnected = [isinstance(each.type, DisconnectedType) for each in cotangents]
        of_x = of_gamma = of_beta = None
        if not disconnected[0]:
            of_x, of_gamma, of_beta = NormalisedGradient(*self._props())(
                x, gamma, mean, variance, y, of_y
            )
        across = ("x", 0, *"x" * (x.ndim - 2))
        n = (x.size / x.shape[1]).astype(x.dtype)
        if not disconnected[1]:
            more = (of_mean / n).dimshuffle(across) + x.zeros_like()
            of_x = more if of_x is None else of_x + more
        if not disconnected[2]:
            more = (2 * of_variance / n).dimshuffle(across) * (x - mean.dimshuffle(across))
            of_x = more if of_x is None else of_x + more
        all_of_them = of_x, of_gamma, of_beta
        return [DisconnectedType()() if each is None else each for each in all_of_them]


class NormalisedGradient(_Normal):
    """The gradients of x, gamma and beta, from that of the activated maps."""

    def make_node(self, x, gamma, mean, variance, y, up):
        """Of what `Normalised` took and made, and up (as y), the gradients."""
        made = [x.type(), gamma.type(), gamma.type()]
        return Apply(self, [x, gamma, mean, variance, y, up], made)

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy."""
        x, gamma, mean, variance, y, up = inputs
        axes, n = _axes(x.ndim), x.size // max(x.shape[1], 1)
        inverse = 1 / np.sqrt(variance + x.dtype.type(self.epsilon))
        normal = (x - _across(mean, x.ndim)) * _across(inverse, x.ndim)
        delta = up * slope(y, self.activation)
        of_beta, of_gamma = delta.sum(axes), (delta * normal).sum(axes)
        inner = delta - (_across(of_beta, x.ndim) + normal * _across(of_gamma, x.ndim)) / max(n, 1)
        of_x = inner * _across(gamma * inverse, x.ndim)
        for place, value in zip(output_storage, (of_x, of_gamma, of_beta), strict=True):
            place[0] = value.astype(x.dtype, copy=False)
