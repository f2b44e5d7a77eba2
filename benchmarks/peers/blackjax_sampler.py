"""BlackJAX: NUTS or HMC behind its window adaptation, warm-up and draws compiled as two loops."""

import time

import blackjax
import jax
import numpy as np
from peers.jax_targets import log_density


def versions():
    return {"blackjax": blackjax.__version__, "jax": jax.__version__}


def build(work, arrays, options):
    start, log_p = jax.numpy.asarray(arrays["start"]), log_density(work, arrays)
    algorithm = blackjax.nuts if options["nuts"] else blackjax.hmc
    fixed = {} if options["nuts"] else {"num_integration_steps": work["n_steps"]}
    adaptation = blackjax.window_adaptation(
        algorithm,
        log_p,
        is_mass_matrix_diagonal=not options["dense"],
        target_acceptance_rate=0.8 if options["nuts"] else work["acceptance"],
        **fixed,
    )

    def warm_up(key, position):
        (state, parameters), _ = adaptation.run(key, position, work["warmup"])
        return state, parameters

    def draws(key, state, parameters):
        kernel = algorithm(log_p, **parameters).step

        def one(state, key):
            state, info = kernel(key, state)
            return state, (state.position, info.num_integration_steps)

        return jax.lax.scan(one, state, jax.random.split(key, work["draws"]))[1]

    # A device for each chain: side by side as vectors, all would wait for the longest way.
    warm_up, draws = jax.pmap(warm_up), jax.pmap(draws)
    held, kept = [jax.random.key(12345)], []

    def run(n):
        held[0], first, second = jax.random.split(held[0], 3)
        first, second = (jax.random.split(key, len(start)) for key in (first, second))
        begin = time.perf_counter()
        settled_chains = jax.block_until_ready(warm_up(first, start))
        settled = time.perf_counter()
        positions, steps = jax.block_until_ready(draws(second, *settled_chains))
        seconds = [settled - begin, time.perf_counter() - settled]
        kept[:] = [positions, seconds, np.mean(steps)]
        return [kept[-1]]

    return run, lambda: kept
