"""Autoencoder, Boltzmann machine and sampler in Theano: chains are scans, one call a step.

MRG_RandomStreams draws in C; the tutorials' other streams call NumPy for every draw.
"""

import numpy as np
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

SEED = 1234


def loaded(arrays):
    """The data, and the parameters: weights, biases of hidden and of visible units."""
    x = theano.shared(arrays["x"], borrow=True)
    return x, [theano.shared(arrays[name]) for name in ("p0", "p1", "p2")]


def compiled(work, data, x, value, updates):
    """``run(n)`` over the minibatches of `data`."""
    index, size = T.lscalar(), work["batch_size"]
    givens = {x: data[index * size : (index + 1) * size]}
    step = theano.function([index], value, updates=updates, givens=givens)
    return lambda n: [step(i) for i in range(n)]


def rate_of(work):
    return np.float32(work["learning_rate"])


def cross_entropy(scores, x):
    return (T.nnet.softplus(scores) - x * scores).sum(axis=1).mean()


def autoencoder(work, arrays):
    data, params = loaded(arrays)
    W, hbias, vbias = params
    x = T.matrix()
    mask = MRG_RandomStreams(SEED).binomial(x.shape, p=1 - work["corruption"], dtype="float32")
    h = T.nnet.sigmoid(T.dot(x * mask, W) + hbias)
    cost = cross_entropy(T.dot(h, W.T) + vbias, x)
    gradients = T.grad(cost, params)
    updates = [(p, p - rate_of(work) * g) for p, g in zip(params, gradients)]  # noqa: B905
    run = compiled(work, data, x, cost, updates)
    return run, lambda: [p.get_value() for p in params]


def boltzmann_machine(work, arrays):
    data, params = loaded(arrays)
    W, hbias, vbias = params
    streams, size = MRG_RandomStreams(SEED), work["batch_size"]
    n_visible, n_hidden = arrays["p0"].shape
    x = T.matrix()
    means = T.nnet.sigmoid(T.dot(x, W) + hbias)
    chain = theano.shared(np.zeros((size, n_hidden), "float32"))

    def drawn(p, n):
        return streams.binomial((size, n), p=p, dtype="float32")

    def gibbs(h):
        scores = T.dot(h, W.T) + vbias
        v = drawn(T.nnet.sigmoid(scores), n_visible)
        ends = T.nnet.sigmoid(T.dot(v, W) + hbias)
        return scores, v, ends, drawn(ends, n_hidden)

    start = chain if work["persistent"] else drawn(means, n_hidden)
    steps, updates = theano.scan(gibbs, outputs_info=[None] * 3 + [start], n_steps=work["k"])
    scores, v, ends, h = (each[-1] for each in steps)
    updates = list(updates.items())
    if work["persistent"]:
        bit = theano.shared(np.int64(0))
        value = pseudo_likelihood(params, x, bit)
        updates += [(chain, h), (bit, (bit + work["stride"]) % n_visible)]
    else:
        value = cross_entropy(scores, x)
    rate = rate_of(work)
    updates += [
        (W, W + rate / np.float32(size) * (T.dot(x.T, means) - T.dot(v.T, ends))),
        (hbias, hbias + rate * (means - ends).mean(axis=0)),
        (vbias, vbias + rate * (x - v).mean(axis=0)),
    ]
    run = compiled(work, data, x, value, updates)
    return run, lambda: [p.get_value() for p in params]


def pseudo_likelihood(params, x, bit):
    """Of one pixel given the others; its change adds a row of W to the scores."""
    W, hbias, vbias = params
    n_visible = W.get_value(borrow=True).shape[0]
    x = T.round(x)
    scores = T.dot(x, W) + hbias
    change = 1 - 2 * x[:, bit]
    flipped = scores + change.dimshuffle(0, "x") * W[bit]
    softplus = T.nnet.softplus
    gain = change * vbias[bit] + (softplus(flipped) - softplus(scores)).sum(axis=1)
    return -np.float32(n_visible) * softplus(gain).mean()


def sampler(work, arrays):
    """Hamiltonian Monte Carlo, a call a draw."""
    mean, precision = arrays["mean"], arrays["precision"]
    x = theano.shared(arrays["x"])
    stepsize, acceptance = (theano.shared(np.float32(v)) for v in (work["stepsize"], 0.9))
    streams, half, kept = MRG_RandomStreams(SEED), np.float32(0.5), []

    def energy(x):
        return half * (T.dot(x - mean, precision) * (x - mean)).sum(axis=1)

    def force(x):
        return T.grad(energy(x).sum(), x)

    def leap(x, velocity):
        x = x + stepsize * velocity
        return x, velocity - stepsize * force(x)

    start = streams.normal(arrays["x"].shape, dtype="float32")
    pushed = start - half * stepsize * force(x)
    steps, _ = theano.scan(leap, outputs_info=[x, pushed], n_steps=work["n_steps"] - 1)
    moved, end = (each[-1] for each in steps)
    moved = moved + stepsize * end
    end = end - half * stepsize * force(moved)
    before, after = (energy(q) + half * (p * p).sum(axis=1) for q, p in ((x, start), (moved, end)))
    uniforms = streams.uniform((len(arrays["x"]),), dtype="float32")
    accepted = T.cast(uniforms < T.exp(before - after), "float32")
    new = T.switch(accepted.dimshuffle(0, "x"), moved, x)
    more, less = (np.float32(work[name]) for name in ("increase", "decrease"))
    factor = T.switch(acceptance > np.float32(work["target"]), more, less)
    limits = (np.float32(work[name]) for name in ("smallest", "largest"))
    average = np.float32(0.9) * acceptance + np.float32(0.1) * accepted.mean()
    updates = [(x, new), (stepsize, T.clip(stepsize * factor, *limits)), (acceptance, average)]
    draw = theano.function([], new, updates=updates)

    def run(n):
        kept[:] = [np.stack([draw() for _ in range(n)])]
        return [kept[0].mean()]

    return run, lambda: kept
