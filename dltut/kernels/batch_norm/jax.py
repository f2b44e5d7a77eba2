"""Batch normalisation of maps for JAX, and the gradient that it makes of it."""

import jax
import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.batch_norm.op import Normalised, NormalisedGradient


def normalised(op, x, gamma, beta):
    """The activated maps, the mean and the variance."""
    axes, across = (0, *range(2, x.ndim)), (1, -1, *[1] * (x.ndim - 2))
    mean, variance = x.mean(axes), x.var(axes)
    scale = gamma / jnp.sqrt(variance + jnp.asarray(op.epsilon, x.dtype))
    y = (x - mean.reshape(across)) * scale.reshape(across) + beta.reshape(across)
    if op.activation == "elu":
        y = jnp.where(y > 0, y, jnp.expm1(jnp.minimum(y, 0)))
    elif op.activation == "relu":
        y = jnp.where(y > 0, y, 0)
    return y, mean, variance


@jax_funcify.register(Normalised)
def maps(op, **_):
    """Of x, gamma and beta the activated maps, the mean and the variance."""
    return lambda x, gamma, beta: normalised(op, x, gamma, beta)


@jax_funcify.register(NormalisedGradient)
def gradient(op, **_):
    """The gradients of x, gamma and beta."""

    def gradients(x, gamma, mean, variance, y, up):
        """The shift moves y alone, so of the slope any shift will do that gives this y."""
        slope = {"linear": jnp.ones_like(y), "relu": (y > 0).astype(y.dtype)}
        slope = slope.get(op.activation, jnp.where(y > 0, 1, y + 1))

        def before(x, gamma, beta):
            return normalised(type(op)(op.epsilon, "linear"), x, gamma, beta)[0]

        _, backward = jax.vjp(before, x, gamma, jnp.zeros_like(gamma))
        return backward(up * slope)

    return gradients
