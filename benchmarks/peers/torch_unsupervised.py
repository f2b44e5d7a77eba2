"""Autoencoder, Boltzmann machine and sampler in PyTorch: gradients by hand, updates in place.

A draw is ``rand < p``: ``torch.bernoulli`` takes three times as long, and does not fuse.
"""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, softplus


def drawn(p):
    return (torch.rand_like(p) < p).to(p.dtype)


def loaded(arrays):
    names = ("x", "p0", "p1", "p2")
    return [arrays[name] for name in names]


def batches(x, size, n):
    return (x[index * size : (index + 1) * size] for index in range(n))


def autoencoder(work, arrays, compiled):
    x, *params = loaded(arrays)
    size, keep = work["batch_size"], 1 - work["corruption"]
    rate = work["learning_rate"] / size

    @torch.no_grad()
    @compiled
    def step(params, x):
        W, hbias, vbias = params
        seen = x * (torch.rand_like(x) < keep)
        h = torch.sigmoid(torch.addmm(hbias, seen, W))
        scores = torch.addmm(vbias, h, W.T)
        cost = binary_cross_entropy_with_logits(scores, x, reduction="sum") / size
        above = torch.sigmoid(scores) - x
        below = (above @ W) * h * (1 - h)
        W.addmm_(torch.cat([seen, above]).T, torch.cat([below, h]), alpha=-rate)
        hbias.sub_(below.sum(0), alpha=rate)
        vbias.sub_(above.sum(0), alpha=rate)
        return cost

    def run(n):
        return [step(params, batch) for batch in batches(x, size, n)]

    return run, lambda: params


def boltzmann_machine(work, arrays, compiled):
    x, *params = loaded(arrays)
    size, rate = work["batch_size"], work["learning_rate"]
    chain, bit = x.new_zeros(size, len(params[1])), x.new_zeros(1, dtype=torch.long)

    @torch.no_grad()
    @compiled
    def step(params, x, chain, bit):
        W, hbias, vbias = params
        means = torch.sigmoid(torch.addmm(hbias, x, W))
        h = chain if work["persistent"] else drawn(means)
        for _ in range(work["k"]):
            scores = torch.addmm(vbias, h, W.T)
            v = drawn(torch.sigmoid(scores))
            ends = torch.sigmoid(torch.addmm(hbias, v, W))
            h = drawn(ends)
        if work["persistent"]:
            value = pseudo_likelihood(params, x, bit)
            chain.copy_(h)
            bit.add_(work["stride"]).remainder_(x.shape[1])
        else:
            value = binary_cross_entropy_with_logits(scores, x, reduction="sum") / size
        W.addmm_(torch.cat([x, -v]).T, torch.cat([means, ends]), alpha=rate / size)
        hbias.add_((means - ends).mean(0), alpha=rate)
        vbias.add_((x - v).mean(0), alpha=rate)
        return value

    def run(n):
        return [step(params, batch, chain, bit) for batch in batches(x, size, n)]

    return run, lambda: params


def pseudo_likelihood(params, x, bit):
    """Of one pixel given the others; its change adds a row of W to the scores."""
    W, hbias, vbias = params
    x = x.round()
    scores = torch.addmm(hbias, x, W)
    change = 1 - 2 * x.index_select(1, bit)
    flipped = torch.addcmul(scores, change, W.index_select(0, bit))
    gain = change[:, 0] * vbias[bit] + (softplus(flipped) - softplus(scores)).sum(1)
    return -x.shape[1] * softplus(gain).mean()


def sampler(work, arrays, compiled):
    """Hamiltonian Monte Carlo, a call a draw; the energy's gradient by hand."""
    x, mean, precision = (arrays[name] for name in ("x", "mean", "precision"))
    state = [x, x.new_tensor(work["stepsize"]), x.new_tensor(0.9)]
    kept = []

    def energy(x):
        return 0.5 * ((x - mean) @ precision * (x - mean)).sum(1)

    @torch.no_grad()
    @compiled
    def draw(x, stepsize, acceptance):
        velocity = torch.randn_like(x)
        before = energy(x) + 0.5 * (velocity * velocity).sum(1)
        moved = x
        velocity = velocity - 0.5 * stepsize * ((x - mean) @ precision)
        for _ in range(work["n_steps"] - 1):
            moved = moved + stepsize * velocity
            velocity = velocity - stepsize * ((moved - mean) @ precision)
        moved = moved + stepsize * velocity
        velocity = velocity - 0.5 * stepsize * ((moved - mean) @ precision)
        after = energy(moved) + 0.5 * (velocity * velocity).sum(1)
        accepted = torch.rand_like(before) < torch.exp(before - after)
        factor = torch.where(acceptance > work["target"], work["increase"], work["decrease"])
        stepsize = (stepsize * factor).clamp(work["smallest"], work["largest"])
        acceptance = 0.9 * acceptance + 0.1 * accepted.float().mean()
        return torch.where(accepted[:, None], moved, x), stepsize, acceptance

    def run(n):
        draws = []
        for _ in range(n):
            state[:] = draw(*state)
            draws.append(state[0])
        kept[:] = [torch.stack(draws)]
        return [kept[0].mean()]

    return run, lambda: kept
