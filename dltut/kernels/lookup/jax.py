"""Lookup for JAX."""

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.lookup.op import Lookup, LookupGradient


@jax_funcify.register(Lookup)
def lookup(op, **_):
    """The rows; JAX would clip a number that is none's and cannot raise: NaN stops the run."""

    def rows(W, words):
        """Of W (n_words, n) and words (batch, k) the rows (batch, k, n)."""
        inside = (words >= 0) & (words < len(W))
        return jnp.where(inside[..., None], W[words], jnp.nan)

    return rows


@jax_funcify.register(LookupGradient)
def lookup_gradient(op, **_):
    """The gradient of the matrix."""
    return lambda W, words, up: jnp.zeros_like(W).at[words].add(up)
