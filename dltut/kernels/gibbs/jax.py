"""Gibbs chains for JAX: a loop of its own around one step."""

import jax
import jax.numpy as jnp
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.gibbs.op import GibbsChain, check_shapes
from dltut.kernels.threefry.jax import draw


def switched_on(state, mean):
    """The next state (3,), and units that are on with the probability of their mean."""
    state, numbers = draw(state, mean)
    return state, (numbers < mean).astype(mean.dtype)


def scattered(state, mean):
    """The next state (3,), and units that are scattered around their mean with variance 1."""
    state, first = draw(state, mean)
    state, second = draw(state, mean)
    radius = jnp.sqrt(-2 * jnp.log(1 - first))
    return state, mean + radius * jnp.cos(2 * jnp.pi * second)


@jax_funcify.register(GibbsChain)
def gibbs_chain(op, **_):
    """All steps of the chains."""

    def run(state, h, W, hbias, vbias):
        """The five outputs of `GibbsChain`, of inputs of the shapes that are named there."""
        check_shapes(h.shape, W.shape, hbias.shape, vbias.shape)

        def step(_, chain):
            """One step: the outputs after it, of the outputs before."""
            state, _, _, h, _ = chain
            v_scores = h @ W.T + vbias
            if op.visible == "binary":
                state, v = switched_on(state, jax.nn.sigmoid(v_scores))
            else:
                state, v = scattered(state, v_scores)
            h_mean = jax.nn.sigmoid(v @ W + hbias)
            state, h = switched_on(state, h_mean)
            return state, v_scores, v, h, h_mean

        v = jnp.zeros((len(h), len(W)), h.dtype)
        return lax.fori_loop(0, op.n_steps, step, (state, v, v, h, h))

    return run
