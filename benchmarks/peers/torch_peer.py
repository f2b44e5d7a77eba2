"""PyTorch: data on the device, minibatches are slices, SGD in place, eager or compiled."""

from functools import partial

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
    if work["kind"] == "network":
        return network(work, arrays, layout, compiled, options.get("fused", True))
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


def network(work, arrays, layout, compiled, fused):
    """Steps over minibatches; L2 as weight decay, its value added to the cost that is reported."""
    x, y, params = loaded(work, arrays, layout)
    size, l2 = work["batch_size"], work["l2"]
    # A whole step in one compiled function is fastest, except that max-pools then crawl.
    step_on = whole_step if compiled is torch.compile and not work.get("maps") else usual_step
    rule = work.get("rule", "sgd")
    if step_on is whole_step:
        step = whole_step(params, RULES[rule](params, work["learning_rate"]), l2, compiled)
    else:
        how = {"fused": True} if fused else {"foreach": True}
        step = usual_step(params, OPTIMIZERS[rule], work["learning_rate"], l2, compiled, how)

    def run(n):
        batches = (slice(index * size, (index + 1) * size) for index in range(n))
        return [step(x[batch], y[batch]) for batch in batches]

    def result():
        return [p.flip(2, 3) if p.ndim == 4 else p for p in params]

    return run, result


def negative_log_likelihood(params, x, y):
    return cross_entropy(scores(params, x), y)


def usual_step(params, optimizer, rate, l2, compiled, how):
    """Forward, backward, optimizer, whose loops are fused or over lists of parameters."""
    cost_of = compiled(negative_log_likelihood)
    weights, biases = ([each.requires_grad_() for each in params[i::2]] for i in (0, 1))
    groups = [{"params": weights, "weight_decay": 2 * l2}, {"params": biases}]
    optimizer = optimizer(groups, rate, **how)

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


OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=0.9),
    "adam": torch.optim.Adam,
}


def descent(params, rate):
    """What it remembers, for nobody to use, and its step in place."""

    def change(param, gradient, memory):
        param.sub_(gradient, alpha=rate)

    return [() for _ in params], change


def momentum(params, rate, mu=0.9):
    """The same with a velocity."""

    def change(param, gradient, velocity):
        velocity.mul_(mu).sub_(gradient, alpha=rate)
        param.add_(velocity)

    return [torch.zeros_like(param) for param in params], change


def adam(params, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Adam, with the correction of both averages in the rate."""

    def change(param, gradient, memory):
        mean, square, t = memory
        t += 1
        mean.mul_(beta1).add_(gradient, alpha=1 - beta1)
        square.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        eta = rate * torch.sqrt(1 - beta2**t) / (1 - beta1**t)
        param.sub_(eta * mean / (square.sqrt() + epsilon))

    zeros = torch.zeros_like
    return [(zeros(param), zeros(param), torch.zeros(())) for param in params], change


RULES = {"sgd": descent, "momentum": momentum, "adam": adam}


def whole_step(params, rule, l2, compiled):
    """The same as one function of the parameters, which are changed in place."""
    memory, change = rule

    def step(params, memory, x, y):
        gradients, cost = torch.func.grad_and_value(negative_log_likelihood)(params, x, y)
        for param, gradient, state in zip(params, gradients, memory, strict=True):
            if l2 and param.ndim > 1:
                cost = cost + l2 * (param * param).sum()
                gradient = gradient + 2 * l2 * param
            change(param, gradient, state)
        return cost

    compiled_step = compiled(step)
    return lambda x, y: compiled_step(params, memory, x, y)


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
