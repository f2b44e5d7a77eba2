"""Each operation of `dltut.kernels` in the words of JAX."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.binary_cross_entropy import BinaryCrossEntropy, check_units
from dltut.kernels.conv import Conv2d, Conv2dInputGradient, Conv2dWeightGradient, padding
from dltut.kernels.cross_entropy import CrossEntropy, check_batch
from dltut.kernels.error_rate import ErrorRate
from dltut.kernels.gibbs import GibbsChain, check_shapes
from dltut.kernels.pool import Pool2d, Pool2dGradient
from dltut.kernels.rows import Rows
from dltut.kernels.threefry import Uniform, threefry2x32, uniform_from_words


@jax_funcify.register(Rows)
def _rows(op, **kwargs):
    return lambda data, start: lax.dynamic_slice_in_dim(data, start, op.size)


@jax_funcify.register(CrossEntropy)
def _cross_entropy(op, **kwargs):
    def loss_and_gradient(scores, y):
        check_batch(scores.shape, y.shape)
        labels = jax.nn.one_hot(y, scores.shape[1], dtype=scores.dtype)
        chosen = jnp.take_along_axis(scores, y[:, None], axis=1)[:, 0]
        losses = jax.nn.logsumexp(scores, axis=1) - _nan_outside(y, scores, chosen)
        share = _nan_outside(y, scores, jnp.full(y.shape, 1 / len(y), scores.dtype))
        return losses.mean(), (jax.nn.softmax(scores, axis=1) - labels) * share[:, None]

    return loss_and_gradient


@jax_funcify.register(BinaryCrossEntropy)
def _binary_cross_entropy(op, **kwargs):
    def loss_and_gradient(scores, x):
        check_units(scores.shape, x.shape)
        losses = jax.nn.softplus(scores) - scores * x
        return losses.sum(axis=1).mean(), (jax.nn.sigmoid(scores) - x) / len(x)

    return loss_and_gradient


@jax_funcify.register(ErrorRate)
def _error_rate(op, **kwargs):
    def rate(scores, y):
        check_batch(scores.shape, y.shape)
        return (scores.argmax(axis=1) != y).mean(dtype="float64")

    return rate


def _nan_outside(y, scores, values):
    """JAX would clip a label outside the classes and cannot raise: NaN stops the run instead."""
    return jnp.where((y >= 0) & (y < scores.shape[1]), values, jnp.nan)


def _draw(state, like):
    words_each = 1 if like.dtype == jnp.float32 else 2
    blocks = jnp.arange((like.size * words_each + 1) // 2, dtype="uint32")
    words = threefry2x32(state[0], state[1], blocks, jnp.broadcast_to(state[2], blocks.shape))
    numbers = jnp.stack(uniform_from_words(*words, str(like.dtype)), axis=-1)
    values = numbers.reshape(-1)[: like.size].reshape(like.shape)
    return state.at[2].add(1), values


@jax_funcify.register(Uniform)
def _uniform(op, **kwargs):
    return _draw


@jax_funcify.register(GibbsChain)
def _gibbs_chain(op, **kwargs):
    def on(state, mean):
        state, numbers = _draw(state, mean)
        return state, (numbers < mean).astype(mean.dtype)

    def scattered(state, means):
        state, first = _draw(state, means)
        state, second = _draw(state, means)
        radius = jnp.sqrt(-2 * jnp.log(1 - first))
        return state, means + radius * jnp.cos(2 * jnp.pi * second)

    def run(state, h, W, hbias, vbias):
        check_shapes(h.shape, W.shape, hbias.shape, vbias.shape)

        def step(_, chain):
            state, _, _, h, _ = chain
            v_scores = h @ W.T + vbias
            if op.visible == "binary":
                state, v = on(state, jax.nn.sigmoid(v_scores))
            else:
                state, v = scattered(state, v_scores)
            h_mean = jax.nn.sigmoid(v @ W + hbias)
            state, h = on(state, h_mean)
            return state, v_scores, v, h, h_mean

        v = jnp.zeros((len(h), len(vbias)), h.dtype)
        return lax.fori_loop(0, op.n_steps, step, (state, v, v, h, h))

    return run


def _correlate(op, x, w):
    op.output_sides(x.shape, w.shape)
    if op.filter_flip:
        w = w[:, :, ::-1, ::-1]
    pads = [(p, p) for p in padding(op.border_mode, w.shape[2:])]
    return lax.conv_general_dilated(x, w, op.subsample, pads)


@jax_funcify.register(Conv2d)
def _conv2d(op, **kwargs):
    return lambda x, w: _correlate(op, x, w)


@jax_funcify.register(Conv2dInputGradient)
def _input_gradient(op, **kwargs):
    def gradient(up, w, x):
        _, backward = jax.vjp(lambda image: _correlate(op, image, w), jnp.zeros_like(x))
        return backward(up)[0]

    return gradient


@jax_funcify.register(Conv2dWeightGradient)
def _weight_gradient(op, **kwargs):
    def gradient(x, up, w):
        _, backward = jax.vjp(lambda filters: _correlate(op, x, filters), jnp.zeros_like(w))
        return backward(up)[0]

    return gradient


def _border(op, x_shape):
    """What to keep of each side of x, and how much to pad it."""
    out = op.output_shape(x_shape)[2:]
    for side, n, ws, stride, pad in zip(x_shape[2:], out, op.ws, op.stride, op.pad, strict=True):
        missing = (n - 1) * stride + ws - side - pad
        yield side + min(missing, 0), (pad, max(missing, 0))


def _pooled(op, x):
    (rows, row_pad), (columns, column_pad) = _border(op, x.shape)

    def reduce(start, operation):
        windows, steps = (1, 1, *op.ws), (1, 1, *op.stride)
        pads = [(0, 0), (0, 0), row_pad, column_pad]
        return lax.reduce_window(x[:, :, :rows, :columns], start, operation, windows, steps, pads)

    if op.mode == "max":
        return reduce(-jnp.inf, lax.max)
    total = reduce(0.0, lax.add)
    return total if op.mode == "sum" else total / _divisors(op, x.shape, x.dtype)


def _divisors(op, shape, dtype):
    counts = np.empty(op.output_shape(shape)[2:], dtype=dtype)
    for i, j, _, _, divisor in op.windows(shape):
        counts[i, j] = divisor
    return counts


@jax_funcify.register(Pool2d)
def _pool2d(op, **kwargs):
    return lambda x: _pooled(op, x)


@jax_funcify.register(Pool2dGradient)
def _pool2d_gradient(op, **kwargs):
    return lambda x, up: jax.vjp(lambda maps: _pooled(op, maps), x)[1](up)[0]
