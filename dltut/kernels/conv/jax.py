"""Convolution for JAX: its own, and the gradients that it makes of it.

The channels of a pixel lie side by side while XLA computes, which on a CPU has fast code for that
order alone; between a convolution and a pool that follows it, turning there and back cancels.
"""

import jax
import jax.numpy as jnp
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.conv.op import (
    Convolution,
    ConvolutionInputGradient,
    ConvolutionWeightGradient,
    TransposedConvolution,
    padding,
)


def correlated(op, x, w):
    """The maps of x and w, as `op` says."""
    op.output_sides(x.shape, w.shape)
    pads = [(p, p) for p in padding(op.border_mode, w.shape[2:])]
    filters, layout = turned(op, w).transpose(2, 3, 1, 0), ("NHWC", "HWIO", "NHWC")
    pictures = x.transpose(0, 2, 3, 1)
    maps = lax.conv_general_dilated(pictures, filters, op.subsample, pads, dimension_numbers=layout)
    return maps.transpose(0, 3, 1, 2)


def turned(op, w):
    """The filters as the cross-correlation wants them, turned before it begins.

    With turned filters a convolution looks like the gradient of another one, and for these a card
    has slower code: XLA may not see where the filters come from.
    """
    return lax.optimization_barrier(op.flipped(w)) if op.filter_flip else w


@jax_funcify.register(Convolution)
def maps(op, **_):
    """Of x and w the maps."""
    return lambda x, w: correlated(op, x, w)


@jax_funcify.register(ConvolutionInputGradient)
def input_gradient(op, **_):
    """The gradient of the pictures."""

    def gradient(up, w, x):
        """Of up (as the maps), w and x the gradient (as x)."""
        op.check_maps(up.shape, x.shape, w.shape)
        _, backward = jax.vjp(lambda image: correlated(op, image, w), jnp.zeros_like(x))
        return backward(up)[0]

    return gradient


@jax_funcify.register(ConvolutionWeightGradient)
def weight_gradient(op, **_):
    """The gradient of the filters."""

    def gradient(x, up, w):
        """Of x, up (as the maps) and w the gradient (as w)."""
        op.check_maps(up.shape, x.shape, w.shape)
        _, backward = jax.vjp(lambda filters: correlated(op, x, filters), jnp.zeros_like(w))
        return backward(up)[0]

    return gradient


@jax_funcify.register(TransposedConvolution)
def pictures(op, **_):
    """The pictures of maps."""

    def pictures_of(up, w):
        """Of up (batch, maps, rows, columns) and w the pictures."""
        x = jnp.zeros(op.pictures_shape(up.shape, w.shape), dtype=up.dtype)
        _, backward = jax.vjp(lambda image: correlated(op, image, w), x)
        return backward(up)[0]

    return pictures_of
