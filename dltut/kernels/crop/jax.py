"""Cropping for JAX."""

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.crop.op import (
    Beside,
    BesideGradient,
    Crop,
    CropGradient,
    check_batches,
)


@jax_funcify.register(Crop)
def crop(op, **_):
    """Of x and others the part of x that is as large."""
    return lambda x, like: x[op.kept(x.shape, like.shape)]


@jax_funcify.register(CropGradient)
def crop_gradient(op, **_):
    """Of up (as the part) and x the gradient (as x)."""
    return lambda up, x: jnp.zeros_like(x).at[op.kept(x.shape, up.shape)].set(up)


@jax_funcify.register(Beside)
def beside(op, **_):
    """Of x and others the maps of both."""

    def maps_of_both(x, like):
        check_batches(x.shape, like.shape)
        return jnp.concatenate([x[op.kept(x.shape, like.shape)], like], axis=1)

    return maps_of_both


@jax_funcify.register(BesideGradient)
def beside_gradient(op, **_):
    """Of up (as the maps of both), x and others the gradients of these."""

    def gradients(up, x, like):
        n = x.shape[1]
        of_x = jnp.zeros_like(x).at[op.kept(x.shape, like.shape)].set(up[:, :n])
        return of_x, up[:, n:]

    return gradients
