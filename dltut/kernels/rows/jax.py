"""Rows for JAX."""

from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.rows.op import Rows


@jax_funcify.register(Rows)
def rows(op, **_):
    """Of data (n, ...) and start () the rows (size, ...): JAX wants to know how many."""
    return lambda data, start: lax.dynamic_slice_in_dim(data, start, op.size)
