"""JAX: jitted steps with donated weights, one a call or a whole epoch in one loop."""

import jax
import jax.numpy as jnp
from jax import lax
from peers.jax_recurrent import music, recurrent, tagger
from peers.jax_unsupervised import autoencoder, boltzmann_machine, sampler


def versions():
    return {"jax": jax.__version__}


def build(work, arrays, options):
    kinds = {"network": network, "evaluation": evaluation, "convolution": convolution}
    kinds |= {"autoencoder": autoencoder, "rbm": boltzmann_machine, "hmc": sampler}
    kinds |= {"recurrent": recurrent, "tagger": tagger, "music": music}
    return kinds[work["kind"]](work, arrays, options)


def loaded(work, arrays):
    """Data and parameters on the device; filters turned round, because JAX correlates."""
    side = work.get("side", 28)
    x, y = jnp.asarray(arrays["x"]), jnp.asarray(arrays["y"])
    if work.get("maps"):
        x = x.reshape(-1, side, side, 1)
    params = [jnp.asarray(arrays[f"p{i}"]) for i in range(len(arrays) - 2)]
    return x, y, [turned(p).transpose(2, 3, 1, 0) if p.ndim == 4 else p for p in params]


def turned(filters):
    return filters[:, :, ::-1, ::-1]


def pooled(x):
    window = (1, 2, 2, 1)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")


def scores(params, x):
    """Convolutions while the weights have four axes, dense layers behind them."""
    pairs = list(zip(params[::2], params[1::2], strict=True))
    layout = ("NHWC", "HWIO", "NHWC")
    for W, b in pairs[:-1]:
        if W.ndim == 4:
            maps = lax.conv_general_dilated(x, W, (1, 1), "VALID", dimension_numbers=layout)
            x = jnp.tanh(pooled(maps) + b)
            flat = x.transpose(0, 3, 1, 2)
        else:
            x = jnp.tanh((flat if x.ndim == 4 else x).reshape(len(x), -1) @ W + b)
    return x @ pairs[-1][0] + pairs[-1][1]


def batch(data, index, size):
    return [lax.dynamic_slice_in_dim(each, index * size, size) for each in data]


def network(work, arrays, options):
    x, y, params = loaded(work, arrays)
    rate, l2, size = work["learning_rate"], work["l2"], work["batch_size"]

    def cost(params, x, y):
        chances = jax.nn.log_softmax(scores(params, x))
        nll = -jnp.take_along_axis(chances, y[:, None], 1).mean()
        return nll + l2 * sum((W * W).sum() for W in params[::2]) if l2 else nll

    def one(params, index, data):
        value, gradients = jax.value_and_grad(cost)(params, *batch(data, index, size))
        return [p - rate * g for p, g in zip(params, gradients, strict=True)], value

    def epoch(params, n, data):
        def body(index, carried):
            params, total = carried
            params, value = one(params, index, data)
            return params, total + value

        params, total = lax.fori_loop(0, n, body, (params, jnp.float32(0)))
        return params, total / n

    compiled = jax.jit(epoch if options["loop"] else one, donate_argnums=0)
    state = [params]

    def run(n):
        values = []
        for index in [n] if options["loop"] else range(n):
            state[0], value = compiled(state[0], index, (x, y))
            values.append(value)
        return values

    def result():
        return [turned(p.transpose(3, 2, 0, 1)) if p.ndim == 4 else p for p in state[0]]

    return run, result


def evaluation(work, arrays, options):
    x, y, params = loaded(work, arrays)

    @jax.jit
    def errors(params, index, data):
        pictures, labels = batch(data, index, work["batch_size"])
        return (scores(params, pictures).argmax(1) != labels).sum()

    return lambda n: [errors(params, index, (x, y)) for index in range(n)], list


def convolution(work, arrays, options):
    x = jnp.asarray(arrays["x"]).transpose(0, 2, 3, 1)
    w = turned(jnp.asarray(arrays["p0"])).transpose(2, 3, 1, 0)
    g = jnp.asarray(arrays["g"]).transpose(0, 2, 3, 1)
    strides, padding = (work["stride"],) * 2, [(pad, pad) for pad in work["padding"]]
    layout = ("NHWC", "HWIO", "NHWC")
    last = []

    @jax.jit
    def both(x, w, g):
        def forward(x, w):
            return lax.conv_general_dilated(x, w, strides, padding, dimension_numbers=layout)

        out, back = jax.vjp(forward, x, w)
        return out, *back(g)

    def step():
        last[:] = both(x, w, g)
        return last[0][0, 0, 0, 0]

    def result():
        out, x_gradient, w_gradient = last
        maps = [each.transpose(0, 3, 1, 2) for each in (out, x_gradient)]
        return [*maps, turned(w_gradient.transpose(3, 2, 0, 1))]

    return lambda n: [step() for _ in range(n)], result
