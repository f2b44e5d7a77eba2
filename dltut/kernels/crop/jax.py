"""Cropping for JAX."""

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.crop.op import Crop, CropGradient


@jax_funcify.register(Crop)
def crop(op, **_):
    """Of x and others the part of x that is as large."""
    return lambda x, like: x[op.kept(x.shape, like.shape)]


@jax_funcify.register(CropGradient)
def crop_gradient(op, **_):
    """Of up (as the part) and x the gradient (as x)."""
    return lambda up, x: jnp.zeros_like(x).at[op.kept(x.shape, up.shape)].set(up)
