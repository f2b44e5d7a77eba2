"""Gibbs chains for JAX: a loop of its own around one step."""

import jax
import jax.numpy as jnp
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.engine.device import is_card
from dltut.kernels.gibbs.op import GibbsChain, check_shapes
from dltut.kernels.threefry.jax import draws

AT_ONCE = (
    16  # steps whose numbers are drawn in one pass, which is faster: more would take much memory
)


def switched_on(mean, numbers):
    """Units that are on with the probability of their mean."""
    return (numbers < mean).astype(mean.dtype)


def scattered(mean, first, second):
    """Units that are scattered around their mean with variance 1."""
    radius = jnp.sqrt(-2 * jnp.log(1 - first))
    return mean + radius * jnp.cos(2 * jnp.pi * second)


@jax_funcify.register(GibbsChain)
def gibbs_chain(op, **_):
    """All steps of the chains."""
    visible = switched_on if op.visible == "binary" else scattered
    draws_a_step = 2 if op.visible == "binary" else 3  # the last one is that of the hidden units

    def run(state, h, W, hbias, vbias):
        """The five outputs of `GibbsChain`, of inputs of the shapes that are named there."""
        check_shapes(h.shape, W.shape, hbias.shape, vbias.shape)
        v = jnp.zeros((len(h), len(W)), h.dtype)

        def step(chain, numbers):
            """One step: the outputs but the state after it, of those before."""
            *for_visible, for_hidden = numbers
            v_scores = chain[2] @ W.T + vbias
            mean = jax.nn.sigmoid(v_scores) if op.visible == "binary" else v_scores
            v = visible(mean, *for_visible)
            h_mean = jax.nn.sigmoid(v @ W + hbias)
            return (v_scores, v, switched_on(h_mean, for_hidden), h_mean), None

        def stretch(state, chain, n_steps):
            """Some steps: all five outputs after them."""
            generators = state.reshape(-1, 3)
            of_v, of_h = generators[0], generators[-1]
            alone = len(generators) == 2  # a generator for each kind of units: none waits its turn
            v_calls, h_calls = (draws_a_step - 1, 1) if alone else (draws_a_step, draws_a_step)
            v_first, steps = of_v[2], jnp.arange(n_steps, dtype="uint32")
            h_first = of_h[2] + (0 if alone else draws_a_step - 1)
            numbers = [
                *(draws(of_v, v_first + i + v_calls * steps, v) for i in range(draws_a_step - 1)),
                draws(of_h, h_first + h_calls * steps, h),
            ]
            # A card waits for the processor after each round of a loop: there all are written out.
            chain, _ = lax.scan(step, chain, numbers, unroll=is_card())
            calls = jnp.array([v_calls, h_calls][: len(generators)], dtype="uint32")
            return generators.at[:, 2].add(n_steps * calls).reshape(state.shape), *chain

        def next_stretch(_, outputs):
            return stretch(outputs[0], outputs[1:], AT_ONCE)

        whole, rest = divmod(op.n_steps, AT_ONCE)
        state, *chain = lax.fori_loop(0, whole, next_stretch, (state, v, v, h, h))
        return stretch(state, tuple(chain), rest)

    return run
