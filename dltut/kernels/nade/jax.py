"""The scores of a NADE for JAX: a loop over the bits, all rows at once."""

import jax
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.nade.op import NadeGradient, NadeScores, check_shapes


def scores_of(v, W, V, hbias):
    """Of the inputs of `NadeScores` its output."""
    check_shapes(v.shape, W.shape, V.shape, hbias.shape)

    def bit(a, this):
        """The sums (n, n_hidden) behind a bit, and its scores (n,)."""
        on, W_row, V_row = this
        return a + on[:, None] * W_row, jax.nn.sigmoid(a) @ V_row

    return lax.scan(bit, hbias, (v.T.astype(W.dtype), W, V))[1].T


@jax_funcify.register(NadeScores)
def nade_scores(op, **_):
    """The scores."""
    return scores_of


@jax_funcify.register(NadeGradient)
def nade_gradient(op, **_):
    """The gradients, by JAX itself."""

    def gradient(v, W, V, hbias, up):
        """Of the inputs of `NadeGradient` its outputs."""
        return jax.vjp(lambda *weights: scores_of(v, *weights), W, V, hbias)[1](up)

    return gradient
