"""Steps as rows for JAX, which knows all shapes while it compiles."""

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.exceptions import InputError
from dltut.kernels.steps.op import NOT_FIT, AsRows, AsSteps, RealRows, RealSteps


@jax_funcify.register(AsRows)
def as_rows(op, **_):
    """Of x (time, batch, n) a matrix (time * batch, n)."""
    return lambda x: x.reshape((x.shape[0] * x.shape[1], x.shape[2]))


@jax_funcify.register(AsSteps)
def as_steps(op, **_):
    """Of rows (time * batch, m) and anything (time, batch, n) a tensor (time, batch, m)."""
    return lambda rows, like: rows.reshape((*like.shape[:2], rows.shape[1]))


@jax_funcify.register(RealRows)
def real_rows(op, **_):
    """Of x (time, batch, n) all rows (time * batch, n), zeros for padding."""

    def real_rows(x, mask):
        """Shapes are known here."""
        if x.shape[:2] != mask.shape:
            raise InputError(f"{NOT_FIT}; here: inputs {x.shape}, a mask {mask.shape}")
        return jnp.where(mask[:, :, None], x, 0).reshape((mask.size, x.shape[2]))

    return real_rows


@jax_funcify.register(RealSteps)
def real_steps(op, **_):
    """Of all rows (time * batch, m) and a mask (time, batch) a tensor (time, batch, m)."""
    return lambda rows, mask: jnp.where(
        mask[:, :, None], rows.reshape((*mask.shape, rows.shape[1])), 0
    )
