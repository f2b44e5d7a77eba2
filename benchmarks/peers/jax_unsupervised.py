"""Autoencoder, Boltzmann machine and sampler in JAX: jitted steps, one a call or all in one loop.

The keys are JAX's own kind: on processors the others ("rbg") take twice as long.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, random
from jax.nn import sigmoid, softplus

SEED = 1234


def loaded(arrays):
    """The data, and the parameters: weights, biases of hidden and of visible units."""
    x, *params = (jnp.asarray(arrays[name]) for name in ("x", "p0", "p1", "p2"))
    return x, params


def running(one, state, x, size, is_loop):
    """``run(n)`` of ``one(state, minibatch) -> (state, value)``, and the state in a list."""

    def step(state, index, x):
        return one(state, lax.dynamic_slice_in_dim(x, index * size, size))

    def epoch(state, n, x):
        def body(index, carried):
            state, total = carried
            state, value = step(state, index, x)
            return state, total + value

        state, total = lax.fori_loop(0, n, body, (state, jnp.float32(0)))
        return state, total / n

    compiled = jax.jit(epoch if is_loop else step, donate_argnums=0)
    held = [state]

    def run(n):
        values = []
        for index in [n] if is_loop else range(n):
            held[0], value = compiled(held[0], index, x)
            values.append(value)
        return values

    return run, held


def autoencoder(work, arrays, options):
    x, params = loaded(arrays)
    rate, keep = work["learning_rate"], 1 - work["corruption"]

    def cost(params, x, key):
        W, hbias, vbias = params
        seen = x * random.bernoulli(key, keep, x.shape)
        scores = sigmoid(seen @ W + hbias) @ W.T + vbias
        return (softplus(scores) - x * scores).sum(1).mean()

    def one(state, x):
        params, key = state
        key, now = random.split(key)
        value, gradients = jax.value_and_grad(cost)(params, x, now)
        return ([p - rate * g for p, g in zip(params, gradients, strict=True)], key), value

    state = (params, random.key(SEED))
    run, held = running(one, state, x, work["batch_size"], options["loop"])
    return run, lambda: held[0][0]


def boltzmann_machine(work, arrays, options):
    x, params = loaded(arrays)
    size, rate, k = work["batch_size"], work["learning_rate"], work["k"]
    n_visible, n_hidden = params[0].shape

    def one(state, x):
        (W, hbias, vbias), chain, bit, key = state
        key, first, rest = random.split(key, 3)
        means = sigmoid(x @ W + hbias)
        h = chain if work["persistent"] else drawn(random.uniform(first, means.shape), means)

        def gibbs(carried, uniforms):
            scores = carried[0] @ W.T + vbias
            v = drawn(uniforms[:, :n_visible], sigmoid(scores))
            ends = sigmoid(v @ W + hbias)
            return (drawn(uniforms[:, n_visible:], ends), ends, v, scores), None

        # Drawn at once, and unrolled: a quarter less time than draws inside of a loop.
        uniforms = random.uniform(rest, (k, size, n_visible + n_hidden))
        (h, ends, v, scores), _ = lax.scan(gibbs, (h, h, x, x), uniforms, unroll=k)
        if work["persistent"]:
            value = pseudo_likelihood((W, hbias, vbias), x, bit)
            chain, bit = h, (bit + work["stride"]) % n_visible
        else:
            value = (softplus(scores) - x * scores).sum(1).mean()
        gradient = jnp.concatenate([x, -v]).T @ jnp.concatenate([means, ends])
        W = W + rate / size * gradient
        hbias = hbias + rate * (means - ends).mean(0)
        vbias = vbias + rate * (x - v).mean(0)
        return ([W, hbias, vbias], chain, bit, key), value

    state = (params, jnp.zeros((size, n_hidden)), jnp.int32(0), random.key(SEED))
    run, held = running(one, state, x, size, options["loop"])
    return run, lambda: held[0][0]


def drawn(uniforms, chances):
    return (uniforms < chances).astype(chances.dtype)


def pseudo_likelihood(params, x, bit):
    """Of one pixel given the others; its change adds a row of W to the scores."""
    W, hbias, vbias = params
    x = jnp.round(x)
    scores = x @ W + hbias
    change = 1 - 2 * lax.dynamic_slice_in_dim(x, bit, 1, 1)
    flipped = scores + change * lax.dynamic_slice_in_dim(W, bit, 1)
    gain = change[:, 0] * vbias[bit] + (softplus(flipped) - softplus(scores)).sum(1)
    return -x.shape[1] * softplus(gain).mean()


def sampler(work, arrays, options):
    """Hamiltonian Monte Carlo: a draw a call, or all draws in one loop."""
    mean, precision = jnp.asarray(arrays["mean"]), jnp.asarray(arrays["precision"])
    n_steps = work["n_steps"]

    def energy(x):
        # Without products of matrices XLA makes one loop of a draw: a tenth of the time.
        off = x - mean
        return 0.5 * (off[:, :, None] * precision * off[:, None, :]).sum((1, 2))

    force = jax.grad(lambda x: energy(x).sum())

    def proposed(x, velocity, stepsize):
        def leap(_, moving):
            x, velocity = moving
            x = x + stepsize * velocity
            return x, velocity - stepsize * force(x)

        velocity = velocity - 0.5 * stepsize * force(x)
        x, velocity = lax.fori_loop(0, n_steps - 1, leap, (x, velocity))
        x = x + stepsize * velocity
        return x, velocity - 0.5 * stepsize * force(x)

    def draw(state, _):
        x, stepsize, acceptance, key = state
        key, for_velocity, for_accept = random.split(key, 3)
        velocity = random.normal(for_velocity, x.shape)
        moved, end = proposed(x, velocity, stepsize)
        before, after = (energy(q) + 0.5 * (p * p).sum(1) for q, p in ((x, velocity), (moved, end)))
        accepted = random.uniform(for_accept, before.shape) < jnp.exp(before - after)
        factor = jnp.where(acceptance > work["target"], work["increase"], work["decrease"])
        stepsize = jnp.clip(stepsize * factor, work["smallest"], work["largest"])
        acceptance = 0.9 * acceptance + 0.1 * accepted.mean()
        x = jnp.where(accepted[:, None], moved, x)
        return (x, stepsize, acceptance, key), x

    one = jax.jit(draw, donate_argnums=0)
    many = jax.jit(lambda state, n: lax.scan(draw, state, length=n), static_argnums=1)
    start = (jnp.asarray(arrays["x"]), jnp.float32(work["stepsize"]), jnp.float32(0.9))
    held, kept = [(*start, random.key(SEED))], []

    def run(n):
        if options["loop"]:
            held[0], draws = many(held[0], n)
        else:
            draws = []
            for _ in range(n):
                held[0], x = one(held[0], None)
                draws.append(x)
            draws = np.stack(draws)  # which compiles nothing, unlike the concatenation of so many
        kept[:] = [draws]
        return [draws.mean()]

    return run, lambda: kept
