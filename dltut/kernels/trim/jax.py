"""Trim for JAX, which does without: all steps stay."""

from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.trim.op import Trim, TrimGradient


@jax_funcify.register(Trim)
def trim(op, **_):
    """Of x (batch, time, ...) and n () x itself."""
    return lambda x, n: x


@jax_funcify.register(TrimGradient)
def trim_gradient(op, **_):
    """Of x (batch, time, ...) and up of the same shape up itself."""
    return lambda x, up: up
