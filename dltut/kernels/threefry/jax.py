"""Uniform draws for JAX."""

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.threefry.op import Uniform, threefry2x32, uniform_from_words


def draw(state, like):
    """Of a state (3,) and an array the next state (3,) and draws of the array's shape."""
    words_each = 1 if like.dtype == jnp.float32 else 2
    blocks = jnp.arange((like.size * words_each + 1) // 2, dtype="uint32")
    words = threefry2x32(state[0], state[1], blocks, jnp.broadcast_to(state[2], blocks.shape))
    numbers = jnp.stack(uniform_from_words(*words, str(like.dtype)), axis=-1)
    values = numbers.reshape(-1)[: like.size].reshape(like.shape)
    return state.at[2].add(1), values


@jax_funcify.register(Uniform)
def uniform(op, **_):
    """The next state and the draws."""
    return draw
