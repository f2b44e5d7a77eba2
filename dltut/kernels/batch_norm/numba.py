"""Batch normalisation of maps for NUMBA mode: a channel is the work of one thread.

Maps are (batch, channels, size). Sums of a picture's map are in the width of the maps, those over
the batch in double.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.batch_norm.op import ACTIVATIONS, Normalised, NormalisedGradient
from dltut.kernels.engine.elementary import exp
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel

LINEAR, RELU, ELU = range(len(ACTIVATIONS))


@numba_njit
def mean_of(x, c):
    """The mean of channel c."""
    total = 0.0
    for n in range(len(x)):
        row, part = x[n, c], x.dtype.type(0)
        for i in range(len(row)):
            part += row[i]
        total += part
    return x.dtype.type(total / (len(x) * x.shape[2]))


@numba_njit
def variance_of(x, c, mean):
    """The variance of channel c around its mean."""
    total = 0.0
    for n in range(len(x)):
        row, part = x[n, c], x.dtype.type(0)
        for i in range(len(row)):
            off = row[i] - mean
            part += off * off
        total += part
    return x.dtype.type(total / (len(x) * x.shape[2]))


@numba_njit
def activate(row, activation):
    """Replace the numbers of a row by those of the activation."""
    zero = row.dtype.type(0)
    if activation == RELU:
        for i in range(len(row)):
            row[i] = max(row[i], zero)
    elif activation == ELU:
        one = row.dtype.type(1)
        for i in range(len(row)):
            low = exp(min(row[i], zero)) - one
            row[i] = row[i] if row[i] > zero else low


@numba_njit
def normalise_block(c, x, gamma, beta, settings, y, mean, variance):
    """Channel c of the activated maps, its mean and variance."""
    epsilon, activation = settings
    mean[c] = mean_of(x, c)
    variance[c] = variance_of(x, c, mean[c])
    scale = x.dtype.type(gamma[c] / np.sqrt(variance[c] + x.dtype.type(epsilon)))
    shift = beta[c] - mean[c] * scale
    for n in range(len(x)):
        row, out = x[n, c], y[n, c]
        for i in range(len(row)):
            out[i] = row[i] * scale + shift
        activate(out, activation)


@numba_njit
def slopes(y, up, activation, delta):
    """Multiply the gradient of a row of activated maps by the activation's derivative."""
    zero, one = y.dtype.type(0), y.dtype.type(1)
    if activation == LINEAR:
        for i in range(len(y)):
            delta[i] = up[i]
    elif activation == RELU:
        for i in range(len(y)):
            delta[i] = up[i] if y[i] > zero else zero
    else:
        for i in range(len(y)):
            delta[i] = up[i] * (one if y[i] > zero else y[i] + one)


@numba_njit
def gradient_block(c, x, gamma, mean, variance, y, up, settings, of_x, of_gamma, of_beta):
    """The gradients of channel c; that of x is used for what comes before it, too."""
    epsilon, activation = settings
    kind, count = x.dtype.type, len(x) * x.shape[2]
    inverse = kind(1 / np.sqrt(variance[c] + kind(epsilon)))
    total, product = 0.0, 0.0
    for n in range(len(x)):
        row, delta = x[n, c], of_x[n, c]
        slopes(y[n, c], up[n, c], activation, delta)
        part, with_normal = kind(0), kind(0)
        for i in range(len(row)):
            part += delta[i]
            with_normal += delta[i] * (row[i] - mean[c])
        total += part
        product += with_normal
    of_beta[c], of_gamma[c] = total, product * inverse
    # of x: gamma inverse (delta - sum / count - normal * product / count), a line in x
    scale = gamma[c] * inverse
    along = kind(product / count) * inverse * inverse * scale
    constant = mean[c] * along - scale * kind(total / count)
    for n in range(len(x)):
        row, delta = x[n, c], of_x[n, c]
        for i in range(len(row)):
            delta[i] = scale * delta[i] - along * row[i] + constant


def normalise(x, gamma, beta, settings, y, mean, variance):
    """Fill the activated maps, the mean and the variance."""
    in_parallel(normalise_block, x.shape[1], (x, gamma, beta, settings, y, mean, variance))


def gradients(x, gamma, mean, variance, y, up, settings, of_x, of_gamma, of_beta):
    """Fill the gradients."""
    arguments = x, gamma, mean, variance, y, up, settings, of_x, of_gamma, of_beta
    in_parallel(gradient_block, x.shape[1], arguments)


def prepared(function, op, node, n_maps: tuple[int, ...]):
    """The kernel, which takes maps (3 axes) and vectors in this order, and its settings."""
    dtype = node.outputs[0].type.dtype
    kinds = list(arrays(dtype, *n_maps, layout="C"))
    settings = float(op.epsilon), ACTIVATIONS.index(op.activation)
    place = next(k for k, n in enumerate(n_maps) if n == 0)
    kinds[place] = types.Tuple((types.float64, types.intp))
    return kernel(function, tuple(kinds)), settings


@numba_njit
def flat(x):
    """Maps (batch, channels, ...) as (batch, channels, size), contiguous."""
    return np.ascontiguousarray(x).reshape((x.shape[0], x.shape[1], -1))


@compiled_form(Normalised)
def maps(op, node):
    """The activated maps, the mean and the variance."""
    fill, settings = prepared(normalise, op, node, (3, 1, 1, 0, 3, 1, 1))

    @numba_njit
    def normalised(x, gamma, beta):
        """Of x (batch, channels, ...), gamma and beta (channels,) y, m and v."""
        n = x.shape[1]
        if len(gamma) != n or len(beta) != n:
            raise InputError("maps need one scale and one shift for each of their channels")
        y, mean, variance = np.empty(x.shape, x.dtype), np.empty(n, x.dtype), np.empty(n, x.dtype)
        gamma, beta = np.ascontiguousarray(gamma), np.ascontiguousarray(beta)
        fill((flat(x), gamma, beta, settings, flat(y), mean, variance))
        return y, mean, variance

    return normalised


@compiled_form(NormalisedGradient)
def gradient(op, node):
    """The gradients."""
    fill, settings = prepared(gradients, op, node, (3, 1, 1, 1, 3, 3, 0, 3, 1, 1))

    @numba_njit
    def gradient_of_normalised(x, gamma, mean, variance, y, up):
        """Of what was taken and made, and up (as y), the gradients of x, gamma and beta."""
        if up.shape != x.shape:
            raise InputError(
                "a gradient does not have the shape of the maps: give one number for each of theirs"
            )
        n = x.shape[1]
        of_x = np.empty(x.shape, x.dtype)
        of_gamma, of_beta = np.empty(n, x.dtype), np.empty(n, x.dtype)
        gamma = np.ascontiguousarray(gamma)
        mean, variance = np.ascontiguousarray(mean), np.ascontiguousarray(variance)
        given = flat(x), gamma, mean, variance, flat(y), flat(up), settings
        fill((*given, flat(of_x), of_gamma, of_beta))
        return of_x, of_gamma, of_beta

    return gradient_of_normalised
