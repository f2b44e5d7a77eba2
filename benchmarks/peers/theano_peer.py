"""Theano as in the tutorials: shared data, minibatches by index, its own conv2d and pool_2d."""

import os
from pathlib import Path

import numpy as np


def with_blas(flags):
    """Theano's flags, linked to the BLAS inside NumPy's wheel unless they name one."""
    libraries = sorted((Path(np.__file__).parents[1] / "numpy.libs").glob("libopenblas*.so*"))
    if "blas.ldflags" in flags or not libraries:
        return flags
    folder, name = libraries[0].parent, libraries[0].name
    return f"{flags},floatX=float32,blas.ldflags=-L{folder} -l:{name}"


os.environ["THEANO_FLAGS"] = with_blas(os.environ.get("THEANO_FLAGS", ""))

import theano  # noqa: E402
import theano.tensor as T  # noqa: E402
from peers.theano_unsupervised import autoencoder, boltzmann_machine, sampler  # noqa: E402
from theano.tensor.nnet import conv2d  # noqa: E402
from theano.tensor.signal.pool import pool_2d  # noqa: E402


def versions():
    return {"theano": theano.__version__}


def build(work, arrays, options):
    kinds = {"network": network, "evaluation": evaluation, "convolution": convolution}
    kinds.update({"autoencoder": autoencoder, "rbm": boltzmann_machine, "hmc": sampler})
    return kinds[work["kind"]](work, arrays)


def loaded(work, arrays):
    x = theano.shared(arrays["x"], borrow=True)
    y = theano.shared(arrays["y"], borrow=True)
    return x, y, [theano.shared(arrays[f"p{i}"]) for i in range(len(arrays) - 2)]


def chances(work, params, x):
    """Probabilities of the classes."""
    side = work.get("side", 28)
    size = work["batch_size"]
    maps, shape = x.reshape((size, 1, side, side)), (size, 1, side, side)
    pairs = [(params[i], params[i + 1]) for i in range(0, len(params), 2)]
    for W, b in pairs[:-1]:
        if W.ndim == 4:
            filters = W.get_value(borrow=True).shape
            maps = conv2d(maps, W, input_shape=shape, filter_shape=filters)
            side = (shape[2] - filters[2] + 1) // 2
            shape = (size, filters[0], side, side)
            maps = T.tanh(
                pool_2d(maps, (2, 2), ignore_border=True) + b.dimshuffle("x", 0, "x", "x")
            )
            x = maps.flatten(2)
        else:
            x = T.tanh(T.dot(x, W) + b)
    return T.nnet.softmax(T.dot(x, pairs[-1][0]) + pairs[-1][1])


def network(work, arrays):
    data, labels, params = loaded(work, arrays)
    index, x, y = T.lscalar(), T.matrix(), T.ivector()
    p = chances(work, params, x)
    cost = -T.mean(T.log(p)[T.arange(y.shape[0]), y])
    if work["l2"]:
        cost = cost + np.float32(work["l2"]) * sum((W**2).sum() for W in params[::2])
    rate = np.float32(work["learning_rate"])
    updates = [(q, q - rate * T.grad(cost, q)) for q in params]
    batch = slice(index * work["batch_size"], (index + 1) * work["batch_size"])
    givens = {x: data[batch], y: labels[batch]}
    step = theano.function([index], cost, updates=updates, givens=givens)

    def result():
        return [q.get_value() for q in params]

    return lambda n: [step(i) for i in range(n)], result


def evaluation(work, arrays):
    data, labels, params = loaded(work, arrays)
    index, x, y = T.lscalar(), T.matrix(), T.ivector()
    wrong = T.neq(chances(work, params, x).argmax(1), y).sum()
    batch = slice(index * work["batch_size"], (index + 1) * work["batch_size"])
    errors = theano.function([index], wrong, givens={x: data[batch], y: labels[batch]})
    return lambda n: [errors(i) for i in range(n)], list


def convolution(work, arrays):
    x, w, g = (theano.shared(arrays[name]) for name in ("x", "p0", "g"))
    stride = (work["stride"], work["stride"])
    shapes = {"input_shape": arrays["x"].shape, "filter_shape": arrays["p0"].shape}
    padding = tuple(work["padding"])
    out = conv2d(x, w, border_mode=padding, subsample=stride, **shapes)
    gradients = T.grad(None, [x, w], known_grads={out: g})
    both = theano.function([], [out, *gradients])
    last = []

    def step():
        last[:] = both()
        return last[0][0, 0, 0, 0]

    return lambda n: [step() for _ in range(n)], lambda: last
