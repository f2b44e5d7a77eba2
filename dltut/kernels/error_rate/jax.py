"""Error rate for JAX."""

from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.error_rate.op import ErrorRate, check_batch


@jax_funcify.register(ErrorRate)
def error_rate(op, **_):
    """The share of wrong rows."""

    def rate(scores, y):
        """Of scores (batch, n_classes) and y (batch,) the rate ()."""
        check_batch(scores.shape, y.shape)
        return (scores.argmax(axis=1) != y).mean(dtype="float64")

    return rate
