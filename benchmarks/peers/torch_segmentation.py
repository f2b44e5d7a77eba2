"""A U-Net in PyTorch: the same layers, sizes and first weights as dltut's, eager or compiled."""

import torch
from torch.nn.functional import (
    batch_norm,
    conv2d,
    conv_transpose2d,
    cross_entropy,
    elu,
    max_pool2d,
)


def segmentation(work, arrays, layout, compiled):
    """Steps of SGD; filters are turned round, since torch correlates."""
    side, size, depth = work["side"], work["batch_size"], work["depth"]
    x = arrays["x"].reshape(-1, 1, side, side).to(memory_format=layout)
    y = arrays["y"].long()
    given = [arrays[f"p{i}"] for i in range(len(arrays) - 2)]
    params = [p.flip(2, 3).to(memory_format=layout) if p.ndim == 4 else p for p in given]
    params = [each.clone().requires_grad_() for each in params]
    optimizer = torch.optim.SGD(params, work["learning_rate"], fused=True)

    @compiled
    def cost_of(params, x, y):
        return cross_entropy(scores(params, x, depth), y)

    def step(x, y):
        cost = cost_of(params, x, y)
        optimizer.zero_grad(set_to_none=True)
        cost.backward()
        optimizer.step()
        return cost.detach()

    def run(n):
        batches = (slice(index * size, (index + 1) * size) for index in range(n))
        return [step(x[batch], y[batch]) for batch in batches]

    def result():
        return [p.flip(2, 3) if p.ndim == 4 else p for p in params]

    return run, result


def scores(params, x, depth, averages=None, train=True):
    """Scores of pictures; parameters in dltut's order: blocks down, doublings, blocks up.

    `averages`: mean and variance of each normalised layer, in this order; a step moves them, and
    without training they are what normalises. A layer has W, scale and shift, or W and b.
    """
    blocks = 2 * (depth + 1)
    n_layers = blocks + 3 * depth
    n = (len(params) - 2) // n_layers
    groups = [params[i : i + n] for i in range(0, len(params) - 2, n)]
    if n == 3:
        kept = averages or [(None, None)] * n_layers
        groups = [(*each, *pair, train) for each, pair in zip(groups, kept, strict=True)]
    down, ups, joined = groups[:blocks], groups[blocks:][:depth], groups[blocks + depth :]
    passed = []
    for i in range(0, blocks - 2, 2):
        x = convolved(convolved(x, *down[i]), *down[i + 1])
        passed.append(x)
        x = max_pool2d(x, 2, ceil_mode=True)
    x = convolved(convolved(x, *down[-2]), *down[-1])
    for i, (W, *normal) in enumerate(ups):
        across = passed.pop()
        rows, columns = across.shape[2:]
        doubled = normalised(conv_transpose2d(x, W, stride=2), *normal)[:, :, :rows, :columns]
        x = torch.cat([doubled, across], 1)
        x = convolved(convolved(x, *joined[2 * i]), *joined[2 * i + 1])
    W, b = params[-2:]
    return conv2d(x, W, b)


def convolved(x, W, *normal):
    return normalised(conv2d(x, W, padding=1), *normal)


def normalised(x, *normal):
    if len(normal) == 1:
        return elu(x + normal[0][:, None, None])
    gamma, beta, mean, variance, train = normal
    return elu(batch_norm(x, mean, variance, gamma, beta, train, momentum=0.1, eps=1e-4))
