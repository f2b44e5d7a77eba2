"""Upsampling for JAX: products with the matrices of both sides."""

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.upsample.op import Upsampling, UpsamplingGradient


@jax_funcify.register(Upsampling)
def upsampling(op, **_):
    """Of x (batch, maps, rows, columns) the larger maps."""

    def larger(x):
        rows, columns = (jnp.asarray(each, x.dtype) for each in op.matrices(x.shape[2:]))
        return rows @ x @ columns.T

    return larger


@jax_funcify.register(UpsamplingGradient)
def upsampling_gradient(op, **_):
    """Of up (as the larger maps) the gradient of the maps."""

    def gradient(up):
        sides = op.matrices(op.small(up.shape[2:]))
        rows, columns = (jnp.asarray(each, up.dtype) for each in sides)
        return rows.T @ up @ columns

    return gradient
