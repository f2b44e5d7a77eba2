"""Cross-entropy for JAX."""

import jax
import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.cross_entropy.op import CrossEntropy, check_batch


@jax_funcify.register(CrossEntropy)
def cross_entropy(op, **_):
    """The mean cost and its gradient."""

    def loss_and_gradient(scores, y):
        """Of scores (batch, n_classes) and y (batch,) the cost () and (batch, n_classes)."""
        check_batch(scores.shape, y.shape)
        labels = jax.nn.one_hot(y, scores.shape[1], dtype=scores.dtype)
        chosen = jnp.take_along_axis(scores, y[:, None], axis=1)[:, 0]
        losses = jax.nn.logsumexp(scores, axis=1) - nan_outside(y, scores, chosen)
        share = nan_outside(y, scores, jnp.full(y.shape, 1 / len(y), scores.dtype))
        return losses.mean(), (jax.nn.softmax(scores, axis=1) - labels) * share[:, None]

    return loss_and_gradient


def nan_outside(y, scores, values):
    """The values (batch,), NaN where a label of y (batch,) is no column of scores (batch, k).

    JAX would clip such a label and cannot raise: NaN stops the run instead.
    """
    return jnp.where((y >= 0) & (y < scores.shape[1]), values, jnp.nan)
