"""The recurrent works for `jax_peer`: scans, one step a call or a whole epoch in one loop."""

import jax
import jax.numpy as jnp
from jax import lax, random
from jax.nn import sigmoid, softplus
from peers.jax_unsupervised import SEED, drawn, running


def lstm(U, a, states):
    h, c = states
    i, f, o, g = jnp.split(a + h @ U, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
    return sigmoid(o) * jnp.tanh(c), c


def gru(U, a, states):
    (h,) = states
    (a_r, a_u, a_c), (h_r, h_u, h_c) = jnp.split(a, 3, -1), jnp.split(h @ U, 3, -1)
    r, u = sigmoid(a_r + h_r), sigmoid(a_u + h_u)
    return ((1 - u) * h + u * jnp.tanh(a_c + r * h_c),)


def elman(U, a, states):
    return (sigmoid(a + states[0] @ U),)


CELLS = {"lstm": (lstm, 2), "gru": (gru, 1), "elman": (elman, 1)}


def loop(cell, a, U):
    """The first state after each step of a (time, batch, gates * n)."""
    step, n_states = CELLS[cell]
    start = (jnp.zeros((a.shape[1], U.shape[0])),) * n_states

    def scanned(states, a):
        states = step(U, a, states)
        return states, states[0]

    return lax.scan(scanned, start, a)[1]


def negative_log_likelihood(scores, y):
    chances = jax.nn.log_softmax(scores)
    return -jnp.take_along_axis(chances, y[:, None], 1).mean()


def recurrent_cost(work):
    def cost(params, words, y):
        table, W, U, b, top, top_b = params
        h = loop(work["cell"], table[words.T] @ W + b, U)
        if work["every"]:
            return negative_log_likelihood(h.reshape(-1, U.shape[0]) @ top + top_b, y.T.ravel())
        mask = (words.T != 0)[:, :, None]
        return negative_log_likelihood((h * mask).sum(0) / mask.sum(0) @ top + top_b, y)

    return cost


def tagger_cost(work):
    def cost(params, windows, y):
        table, W, U, b, top, top_b = params
        a = table[windows[0]].reshape(windows.shape[1], -1) @ W + b
        return negative_log_likelihood(loop(work["cell"], a[:, None], U)[:, 0] @ top + top_b, y[0])

    return cost


def adadelta(work, state, gradients):
    def one(p, s, d, g):
        s = work["rho"] * s + (1 - work["rho"]) * g * g
        u = g * jnp.sqrt(d + work["epsilon"]) / jnp.sqrt(s + work["epsilon"])
        return p - u, s, work["rho"] * d + (1 - work["rho"]) * u * u

    return [one(*each, g) for each, g in zip(state, gradients, strict=True)]


def sgd(work, state, gradients):
    rate = work["learning_rate"]
    return [(p - rate * g, *rest) for (p, *rest), g in zip(state, gradients, strict=True)]


def learning(work, arrays, options, cost):
    words, y = jnp.asarray(arrays["words"]), jnp.asarray(arrays["y"])
    size = work["batch_size"]
    rule, n_extra = (adadelta, 2) if work["rule"] == "adadelta" else (sgd, 0)
    params = [jnp.asarray(arrays[f"p{i}"]) for i in range(6)]
    state = [[(p, *(jnp.zeros_like(p) for _ in range(n_extra))) for p in params]]

    def one(state, index, data):
        batch = [lax.dynamic_slice_in_dim(each, index * size, size) for each in data]
        value, gradients = jax.value_and_grad(cost)([p for p, *_ in state], *batch)
        return rule(work, state, gradients), value

    def epoch(state, n, data):
        def body(index, carried):
            state, value = one(carried[0], index, data)
            return state, carried[1] + value

        state, total = lax.fori_loop(0, n, body, (state, jnp.float32(0)))
        return state, total / n

    compiled = jax.jit(epoch if options["loop"] else one, donate_argnums=0)

    def run(n):
        values = []
        for index in [n] if options["loop"] else range(n):
            state[0], value = compiled(state[0], index, (words, y))
            values.append(value)
        return values

    return run, lambda: [p for p, *_ in state[0]]


def recurrent(work, arrays, options):
    return learning(work, arrays, options, recurrent_cost(work))


def tagger(work, arrays, options):
    return learning(work, arrays, options, tagger_cost(work))


def music(work, arrays, options):
    """The RNN-RBM: contrastive divergence in every frame, its draws made at once."""
    x, params = jnp.asarray(arrays["x"]), [jnp.asarray(arrays[f"p{i}"]) for i in range(8)]
    rate, k, n_visible = work["learning_rate"], work["k"], x.shape[2]

    def biases(params, v):
        _, bv, bh, Wuh, Wuv, Wvu, Wuu, bu = params

        def step(u, a):
            return jnp.tanh(a + u @ Wuu), u

        _, u = lax.scan(step, jnp.zeros(len(bu)), v @ Wvu + bu)
        return bv + u @ Wuv, bh + u @ Wuh

    def free_energy(W, v, vbias, hbias):
        return -(v * vbias).sum(1) - softplus(v @ W + hbias).sum(1)

    def cost(params, v, uniforms):
        W, (vbias, hbias) = params[0], biases(params, v)

        def gibbs(carried, uniforms):
            v, _ = carried
            h = drawn(uniforms[:, n_visible:], sigmoid(v @ W + hbias))
            scores = h @ W.T + vbias
            return (drawn(uniforms[:, :n_visible], sigmoid(scores)), scores), None

        (end, scores), _ = lax.scan(gibbs, (v, vbias), uniforms, unroll=k)
        end, scores = lax.stop_gradient(end), lax.stop_gradient(scores)
        energies = (free_energy(W, each, vbias, hbias) for each in (v, end))
        shown = (softplus(scores) - v * scores).sum(1).mean()
        return jnp.subtract(*energies).mean(), shown

    def one(state, x):
        params, key = state
        key, now = random.split(key)
        uniforms = random.uniform(now, (k, x.shape[1], n_visible + len(params[2])))
        gradients, value = jax.grad(cost, has_aux=True)(params, x[0], uniforms)
        return ([p - rate * g for p, g in zip(params, gradients, strict=True)], key), value

    run, held = running(one, (params, random.key(SEED)), x, 1, options["loop"])
    return run, lambda: held[0][0]
