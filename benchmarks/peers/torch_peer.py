"""PyTorch: data on the device, minibatches are slices, SGD in place, eager or compiled."""

import torch
from peers.torch_recurrent import music, recurrent, tagger
from peers.torch_segmentation import segmentation
from peers.torch_unsupervised import autoencoder, boltzmann_machine, sampler
from torch.nn.functional import conv2d, cross_entropy, max_pool2d


def versions():
    return {"torch": torch.__version__}


def build(work, arrays, options):
    """Arrays on the device, and the steps over them; what they leave behind comes back."""
    torch.set_num_threads(options["threads"])
    torch.backends.cudnn.allow_tf32 = False  # single precision for everyone
    arrays = {name: torch.from_numpy(a).to(options["device"]) for name, a in arrays.items()}
    run, result = built(work, arrays, options)
    return run, lambda: [each.detach().cpu().numpy() for each in result()]


def built(work, arrays, options):
    layout = torch.channels_last if options["channels_last"] else torch.contiguous_format
    compiled = torch.compile if options["compile"] else lambda f: f
    unsupervised = {"autoencoder": autoencoder, "rbm": boltzmann_machine, "hmc": sampler}
    others = unsupervised | {"recurrent": recurrent, "tagger": tagger, "music": music}
    if work["kind"] in others:
        return others[work["kind"]](work, arrays, compiled)
    kinds = {"network": network, "evaluation": evaluation, "convolution": convolution}
    kinds |= {"segmentation": segmentation}
    return kinds[work["kind"]](work, arrays, layout, compiled)


def loaded(work, arrays, layout):
    """Data and parameters; filters turned round, because torch correlates."""
    side = work.get("side", 28)
    x, y = arrays["x"], arrays["y"].long()
    if work.get("maps"):
        x = x.reshape(-1, 1, side, side).to(memory_format=layout)
    params = [arrays[f"p{i}"] for i in range(len(arrays) - 2)]
    return x, y, [p.flip(2, 3).to(memory_format=layout) if p.ndim == 4 else p for p in params]


def scores(params, x):
    """Convolutions while the weights have four axes, dense layers behind them."""
    pairs = list(zip(params[::2], params[1::2], strict=True))
    for W, b in pairs[:-1]:
        if W.ndim == 4:
            x = torch.tanh(max_pool2d(conv2d(x, W, b), 2))
        else:
            x = torch.tanh(torch.addmm(b, x.flatten(1), W))
    return torch.addmm(pairs[-1][1], x, pairs[-1][0])


def network(work, arrays, layout, compiled):
    """Steps over minibatches; L2 as weight decay, its value added to the cost that is reported."""
    x, y, params = loaded(work, arrays, layout)
    size, l2 = work["batch_size"], work["l2"]
    # A whole step in one compiled function is fastest, except that max-pools then crawl.
    step_on = whole_step if compiled is torch.compile and not work.get("maps") else usual_step
    step = step_on(params, work["learning_rate"], l2, compiled)

    def run(n):
        batches = (slice(index * size, (index + 1) * size) for index in range(n))
        return [step(x[batch], y[batch]) for batch in batches]

    def result():
        return [p.flip(2, 3) if p.ndim == 4 else p for p in params]

    return run, result


def negative_log_likelihood(params, x, y):
    return cross_entropy(scores(params, x), y)


def usual_step(params, rate, l2, compiled):
    """Forward, backward, optimizer."""
    cost_of = compiled(negative_log_likelihood)
    weights, biases = ([each.requires_grad_() for each in params[i::2]] for i in (0, 1))
    groups = [{"params": weights, "weight_decay": 2 * l2}, {"params": biases}]
    optimizer = torch.optim.SGD(groups, rate, fused=True)

    def step(x, y):
        cost = cost_of(params, x, y)
        optimizer.zero_grad(set_to_none=True)
        cost.backward()
        cost = cost.detach()
        if l2:
            with torch.no_grad():
                cost += l2 * sum(torch.linalg.vector_norm(W) ** 2 for W in weights)
        optimizer.step()
        return cost

    return step


def whole_step(params, rate, l2, compiled):
    """The same as one function of the parameters, which are changed in place."""

    def step(params, x, y):
        gradients, cost = torch.func.grad_and_value(negative_log_likelihood)(params, x, y)
        for param, gradient in zip(params, gradients, strict=True):
            if l2 and param.ndim > 1:
                cost = cost + l2 * (param * param).sum()
                gradient = gradient + 2 * l2 * param
            param.sub_(gradient, alpha=rate)
        return cost

    compiled_step = compiled(step)
    return lambda x, y: compiled_step(params, x, y)


def evaluation(work, arrays, layout, compiled):
    x, y, params = loaded(work, arrays, layout)
    size = work["batch_size"]

    @compiled
    def errors(x, y):
        return (scores(params, x).argmax(1) != y).sum()

    @torch.inference_mode()
    def run(n):
        batches = (slice(i * size, (i + 1) * size) for i in range(n))
        return [errors(x[batch], y[batch]) for batch in batches]

    return run, list


def convolution(work, arrays, layout, compiled):
    x, w, g = (arrays[name] for name in ("x", "p0", "g"))
    x, w, g = (each.to(memory_format=layout) for each in (x, w.flip(2, 3), g))
    x.requires_grad_(), w.requires_grad_()
    stride, padding = work["stride"], tuple(work["padding"])
    last = []

    @compiled
    def forward(x, w):
        return conv2d(x, w, stride=stride, padding=padding)

    def step():
        out = forward(x, w)
        last[:] = [out.detach(), *torch.autograd.grad(out, (x, w), g)]
        return out[0, 0, 0, 0].detach()

    def result():
        out, x_gradient, w_gradient = last
        return [out, x_gradient, w_gradient.flip(2, 3)]

    return lambda n: [step() for _ in range(n)], result
