"""Steps as rows for JAX, which knows all shapes while it compiles."""

from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.steps.op import AsRows, AsSteps


@jax_funcify.register(AsRows)
def as_rows(op, **_):
    """Of x (time, batch, n) a matrix (time * batch, n)."""
    return lambda x: x.reshape((x.shape[0] * x.shape[1], x.shape[2]))


@jax_funcify.register(AsSteps)
def as_steps(op, **_):
    """Of rows (time * batch, m) and anything (time, batch, n) a tensor (time, batch, m)."""
    return lambda rows, like: rows.reshape((*like.shape[:2], rows.shape[1]))
