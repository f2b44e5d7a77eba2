"""The recurrent works for `torch_peer`: its fused layers, and its optimizers."""

import torch
from peers.torch_unsupervised import drawn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, embedding, softplus

LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def as_torch(cell, weights):
    """Rows of gates in torch's order; its u is 1 - ours: those weights change their sign."""
    blocks = weights.chunk({"lstm": 4, "gru": 3}[cell], dim=-1)
    if cell == "lstm":
        i, f, o, g = blocks
        return torch.cat([i, f, g, o], -1).T.contiguous()
    r, u, c = blocks
    return torch.cat([r, -u, c], -1).T.contiguous()


def as_given(cell, weights):
    blocks = weights.detach().T.chunk({"lstm": 4, "gru": 3}[cell], dim=-1)
    if cell == "lstm":
        i, f, g, o = blocks
        return torch.cat([i, f, o, g], -1)
    r, u, c = blocks
    return torch.cat([r, -u, c], -1)


def optimizer_of(work, params):
    if work["rule"] == "adadelta":
        return torch.optim.Adadelta(params, 1.0, work["rho"], work["epsilon"], foreach=True)
    return torch.optim.SGD(params, work["learning_rate"], fused=True)


def recurrent(work, arrays, compiled):
    """Words, a fused layer, the mean of the real steps or all of them, a linear layer."""
    cell = work["cell"]
    words, y = arrays["words"].long(), arrays["y"].long()
    table, W, U, b, top, top_b = (arrays[f"p{i}"] for i in range(6))
    layer = LAYERS[cell](len(W), len(U), device=W.device)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", W), ("weight_hh_l0", U), ("bias_ih_l0", b)):
            getattr(layer, name).copy_(as_torch(cell, value))
        layer.bias_hh_l0.zero_()
    layer.bias_hh_l0.requires_grad_(False)  # all others have one bias
    table, top, top_b = (each.requires_grad_() for each in (table, top, top_b))
    learnt = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0]
    optimizer = optimizer_of(work, [table, *learnt, top, top_b])

    @compiled
    def cost_of(words, y):
        h, _ = layer(embedding(words, table))
        if work["every"]:
            return cross_entropy(torch.addmm(top_b, h.flatten(0, 1), top), y.T.flatten())
        mask = (words != 0).float()[:, :, None]
        return cross_entropy(torch.addmm(top_b, (h * mask).sum(0) / mask.sum(0), top), y)

    def step(index):
        rows = slice(index * work["batch_size"], (index + 1) * work["batch_size"])
        cost = cost_of(words[rows].T, y[rows])
        optimizer.zero_grad(set_to_none=True)
        cost.backward()
        optimizer.step()
        return cost.detach()

    def result():
        cells = [as_given(cell, each) for each in learnt[:2]]
        bias = as_given(cell, learnt[2][:, None])[0]
        return [table, *cells, bias, top, top_b]

    return lambda n: [step(index) for index in range(n)], result


def tagger(work, arrays, compiled):
    """Windows of one sentence, a loop of the cell, SGD in the same function."""
    words, y = arrays["words"].long(), arrays["y"].long()
    params = [arrays[f"p{i}"] for i in range(6)]

    def cost_of(params, windows, y):
        table, W, U, b, top, top_b = params
        a = torch.addmm(b, table[windows].flatten(1), W)
        h, states = U.new_zeros(1, len(U)), []
        for t in range(len(a)):
            h = torch.sigmoid(torch.addmm(a[t : t + 1], h, U))
            states.append(h)
        return cross_entropy(torch.addmm(top_b, torch.cat(states), top), y)

    @compiled
    def step(params, windows, y):
        gradients, cost = torch.func.grad_and_value(cost_of)(params, windows, y)
        for param, gradient in zip(params, gradients, strict=True):
            param.sub_(gradient, alpha=work["learning_rate"])
        return cost

    def run(n):
        return [step(params, words[index], y[index]) for index in range(n)]

    return run, lambda: params


def music(work, arrays, compiled):
    """The RNN-RBM: its recurrence by the fused layer, contrastive divergence in every frame."""
    x, params = arrays["x"], [arrays[f"p{i}"] for i in range(8)]
    W, bv, bh, Wuh, Wuv, Wvu, Wuu, bu = params
    layer = torch.nn.RNN(len(Wvu), len(Wuu), device=x.device)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", Wvu.T), ("weight_hh_l0", Wuu.T), ("bias_ih_l0", bu)):
            getattr(layer, name).copy_(value)
        layer.bias_hh_l0.zero_()
    layer.bias_hh_l0.requires_grad_(False)
    tops = [each.requires_grad_() for each in (W, bv, bh, Wuh, Wuv)]
    learnt = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0]
    optimizer = torch.optim.SGD([*tops, *learnt], work["learning_rate"], fused=True)

    def free_energy(v, vbias, hbias):
        return -(v * vbias).sum(1) - softplus(torch.addmm(hbias, v, W)).sum(1)

    @torch.no_grad()
    def chain(v, vbias, hbias):
        for _ in range(work["k"]):
            h = drawn(torch.sigmoid(torch.addmm(hbias, v, W)))
            scores = torch.addmm(vbias, h, W.T)
            v = drawn(torch.sigmoid(scores))
        return v, scores

    @compiled
    def cost_of(v):
        u = torch.cat([x.new_zeros(1, len(Wuu)), layer(v[:-1])[0]])
        vbias, hbias = torch.addmm(bv, u, Wuv), torch.addmm(bh, u, Wuh)
        end, scores = chain(v, vbias, hbias)
        shown = binary_cross_entropy_with_logits(scores, v, reduction="sum") / len(v)
        return (free_energy(v, vbias, hbias) - free_energy(end, vbias, hbias)).mean(), shown

    def step(index):
        cost, shown = cost_of(x[index])
        optimizer.zero_grad(set_to_none=True)
        cost.backward()
        optimizer.step()
        return shown.detach()

    def result():
        Wvu, Wuu, bu = (each.T for each in learnt)
        return [*tops, Wvu, Wuu, bu]

    return lambda n: [step(index) for index in range(n)], result
