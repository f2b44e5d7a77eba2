"""MLX on the processor: compiled steps of pure functions, evaluated after each."""

import mlx.core as mx
from mlx.nn import losses

mx.set_default_device(mx.cpu)


def versions():
    from importlib.metadata import version

    return {"mlx": version("mlx")}


def build(work, arrays, options):
    kinds = {"network": network, "evaluation": evaluation, "autoencoder": autoencoder}
    return kinds[work["kind"]](work, arrays)


def loaded(work, arrays):
    """Data and parameters; filters turned round, because MLX correlates."""
    side = work.get("side", 28)
    x, y = mx.array(arrays["x"]), mx.array(arrays["y"])
    if work.get("maps"):
        x = x.reshape(-1, side, side, 1)
    given = [arrays[f"p{i}"] for i in range(len(arrays) - 2)]
    turned = [p[:, :, ::-1, ::-1].transpose(0, 2, 3, 1) if p.ndim == 4 else p for p in given]
    return x, y, [mx.array(p.copy()) for p in turned]


def pooled(x):
    n, rows, columns, maps = x.shape
    return x.reshape(n, rows // 2, 2, columns // 2, 2, maps).max((2, 4))


def scores(params, x):
    """Convolutions while the weights have four axes, dense layers behind them."""
    pairs = list(zip(params[::2], params[1::2], strict=True))
    for W, b in pairs[:-1]:
        if W.ndim == 4:
            x = mx.tanh(pooled(mx.conv2d(x, W)) + b)
        else:
            flat = x.transpose(0, 3, 1, 2).reshape(len(x), -1) if x.ndim == 4 else x
            x = mx.tanh(mx.addmm(b, flat, W))
    return mx.addmm(pairs[-1][1], x, pairs[-1][0])


def descent(rate):
    """Plain descent: what it remembers at first, and the next parameters and memory."""

    def following(params, memory, gradients):
        return [p - rate * g for p, g in zip(params, gradients, strict=True)], memory

    return lambda params: [], following


def momentum(rate, mu=0.9):
    """The same with a velocity."""

    def following(params, velocities, gradients):
        pairs = zip(velocities, gradients, strict=True)
        velocities = [mu * v - rate * g for v, g in pairs]
        return [p + v for p, v in zip(params, velocities, strict=True)], velocities

    return lambda params: [mx.zeros_like(p) for p in params], following


def adam(rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Adam, with the correction of both averages in the rate."""

    def following(params, memory, gradients):
        means, squares, t = memory
        t = t + 1
        eta = rate * mx.sqrt(1 - beta2**t) / (1 - beta1**t)
        means = [beta1 * m + (1 - beta1) * g for m, g in zip(means, gradients, strict=True)]
        squares = [beta2 * v + (1 - beta2) * g * g for v, g in zip(squares, gradients, strict=True)]
        together = zip(params, means, squares, strict=True)
        return [p - eta * m / (mx.sqrt(v) + epsilon) for p, m, v in together], [means, squares, t]

    def first(params):
        return [*([mx.zeros_like(p) for p in params] for _ in range(2)), mx.array(0.0)]

    return first, following


RULES = {"sgd": descent, "momentum": momentum, "adam": adam}


def network(work, arrays):
    x, y, params = loaded(work, arrays)
    first, following = RULES[work.get("rule", "sgd")](work["learning_rate"])
    l2, size = work["l2"], work["batch_size"]

    def cost(params, x, y):
        nll = losses.cross_entropy(scores(params, x), y, reduction="mean")
        return nll + l2 * sum((W * W).sum() for W in params[::2]) if l2 else nll

    @mx.compile
    def step(params, memory, x, y):
        value, gradients = mx.value_and_grad(cost)(params, x, y)
        return *following(params, memory, gradients), value

    state = [params, first(params)]

    def run(n):
        values = []
        for index in range(n):
            rows = slice(index * size, (index + 1) * size)
            *state[:], value = step(*state, x[rows], y[rows])
            mx.eval(state, value)
            values.append(value)
        return values

    def result():
        found = state[0]
        return [p.transpose(0, 3, 1, 2)[:, :, ::-1, ::-1] if p.ndim == 4 else p for p in found]

    return run, result


def evaluation(work, arrays):
    x, y, params = loaded(work, arrays)
    size = work["batch_size"]

    @mx.compile
    def errors(x, y):
        return (scores(params, x).argmax(1) != y).sum()

    def run(n):
        values = []
        for index in range(n):
            rows = slice(index * size, (index + 1) * size)
            values.append(errors(x[rows], y[rows]))
            mx.eval(values[-1])
        return values

    return run, list


def autoencoder(work, arrays):
    """The gradient by hand, in two products and one for both ends of the tied weights."""
    x, params = mx.array(arrays["x"]), [mx.array(arrays[f"p{i}"]) for i in range(3)]
    size, keep = work["batch_size"], 1 - work["corruption"]
    rate = work["learning_rate"] / size

    def step(params, x, uniforms):
        W, hbias, vbias = params
        seen = x * (uniforms < keep)
        h = mx.sigmoid(mx.addmm(hbias, seen, W))
        found = mx.addmm(vbias, h, W.T)
        cost = losses.binary_cross_entropy(found, x, reduction="sum") / size
        above = mx.sigmoid(found) - x
        below = (above @ W) * h * (1 - h)
        ends = mx.concatenate([seen, above]).T, mx.concatenate([below, h])
        W = mx.addmm(W, *ends, alpha=-rate)
        return [W, hbias - rate * below.sum(0), vbias - rate * above.sum(0)], cost

    compiled, state = mx.compile(step), [params]

    def run(n):
        values = []
        for index in range(n):
            rows = x[index * size : (index + 1) * size]
            state[0], value = compiled(state[0], rows, mx.random.uniform(shape=rows.shape))
            mx.eval(state, value)
            values.append(value)
        return values

    return run, lambda: state[0]
