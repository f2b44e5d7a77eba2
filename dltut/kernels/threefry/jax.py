"""Uniform draws for JAX."""

import jax.numpy as jnp
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.threefry.op import Uniform, threefry2x32, uniform_from_words


def draw(state, like):
    """Of a state (3,) and an array the next state (3,) and draws of the array's shape."""
    return state.at[2].add(1), draws(state, state[2:], like)[0]


def draws(state, counters, like):
    """The draws at each of some counters (n,), in one pass: (n, the shape of `like`)."""
    words_each = 1 if like.dtype == jnp.float32 else 2
    blocks = jnp.arange((like.size * words_each + 1) // 2, dtype="uint32")
    places = jnp.broadcast_arrays(blocks, counters[:, None])
    numbers = jnp.stack(
        uniform_from_words(*threefry2x32(state[0], state[1], *places), str(like.dtype)), axis=-1
    )
    return numbers.reshape(len(counters), -1)[:, : like.size].reshape(-1, *like.shape)


@jax_funcify.register(Uniform)
def uniform(op, **_):
    """The next state and the draws."""
    return draw
