"""Binary cross-entropy for JAX."""

import jax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.binary_cross_entropy.op import BinaryCrossEntropy, check_units


@jax_funcify.register(BinaryCrossEntropy)
def binary_cross_entropy(op, **_):
    """The mean cost and its gradient."""

    def loss_and_gradient(scores, x):
        """Of scores and x (batch, units) the cost () and the gradient (batch, units)."""
        check_units(scores.shape, x.shape)
        # A small loss is no difference of two large numbers: softplus(20) - 20 would be 0.
        losses = scores * ((scores > 0) - x) + jax.nn.softplus(-abs(scores))
        return losses.sum(axis=1).mean(), (jax.nn.sigmoid(scores) - x) / len(x)

    return loss_and_gradient
