"""NumPyro: the kernel of NUTS with its windows of adaptation, in loops that are compiled once.

NumPyro's own loop, `MCMC.run`, is compiled anew at each call, which takes seconds.
"""

import time

import jax
import numpy as np
import numpyro
from jax import lax
from numpyro.infer import NUTS
from peers.jax_targets import log_density


def versions():
    return {"numpyro": numpyro.__version__, "jax": jax.__version__}


def build(work, arrays, options):
    start, log_p = jax.numpy.asarray(arrays["start"]), log_density(work, arrays)
    kernel = NUTS(potential_fn=lambda x: -log_p(x), dense_mass=options["dense"])

    def following(state, _=None):
        state = kernel.sample(state, (), {})
        return state, (state.z, state.num_steps)

    def warm_up(key, position):
        state = kernel.init(key, work["warmup"], position, (), {})
        return lax.fori_loop(0, work["warmup"], lambda _, state: following(state)[0], state)

    def draw(state):
        return lax.scan(following, state, length=work["draws"])[1]

    # A device for each chain: side by side as vectors, all would wait for the longest way.
    warm_up, draw = jax.pmap(warm_up), jax.pmap(draw)
    held, kept = [jax.random.key(12345)], []

    def run(n):
        held[0], key = jax.random.split(held[0])
        keys = jax.random.split(key, len(start))
        begin = time.perf_counter()
        states = jax.block_until_ready(warm_up(keys, start))
        settled = time.perf_counter()
        positions, steps = jax.block_until_ready(draw(states))
        seconds = [settled - begin, time.perf_counter() - settled]
        kept[:] = [positions, seconds, np.mean(steps)]
        return [kept[-1]]

    return run, lambda: kept
