"""Each operation of `dltut.kernels` in the words of JAX."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.conv import Conv2d, Conv2dInputGradient, Conv2dWeightGradient, padding
from dltut.kernels.cross_entropy import CrossEntropy
from dltut.kernels.pool import Pool2d, Pool2dGradient
from dltut.kernels.rows import Rows
from dltut.kernels.threefry import Uniform, threefry2x32, uniform_from_words


@jax_funcify.register(Rows)
def _rows(op, **kwargs):
    return lambda data, start: lax.dynamic_slice_in_dim(data, start, op.size)


@jax_funcify.register(CrossEntropy)
def _cross_entropy(op, **kwargs):
    def losses(scores, y):
        # A label outside the classes would be clipped to the nearest one: NaN stops the run instead.
        chosen = jnp.take_along_axis(scores, y[:, None], axis=1, mode="fill", fill_value=jnp.nan)
        chosen = jnp.where(y < 0, jnp.nan, chosen[:, 0])
        return jax.nn.logsumexp(scores, axis=1) - chosen

    return losses


@jax_funcify.register(Uniform)
def _uniform(op, **kwargs):
    def draw(state, like):
        words_each = 1 if like.dtype == jnp.float32 else 2
        blocks = jnp.arange((like.size * words_each + 1) // 2, dtype="uint32")
        words = threefry2x32(state[0], state[1], blocks, jnp.broadcast_to(state[2], blocks.shape))
        numbers = jnp.stack(uniform_from_words(*words, str(like.dtype)), axis=-1)
        values = numbers.reshape(-1)[: like.size].reshape(like.shape)
        return state.at[2].add(1), values

    return draw


def _correlate(op, x, w):
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
        return jax.vjp(lambda image: _correlate(op, image, w), jnp.zeros(x.shape, x.dtype))[1](up)[
            0
        ]

    return gradient


@jax_funcify.register(Conv2dWeightGradient)
def _weight_gradient(op, **kwargs):
    def gradient(x, up, w):
        return jax.vjp(lambda filters: _correlate(op, x, filters), jnp.zeros(w.shape, w.dtype))[1](
            up
        )[0]

    return gradient


def _pooled(op, x):
    """The pooled maps; the border is padded, or cut where no window reaches."""
    out = op.output_shape(x.shape)[2:]
    sides = [
        (p, (n - 1) * stride + ws - side - p)
        for n, ws, stride, side, p in zip(out, op.ws, op.stride, x.shape[2:], op.pad, strict=True)
    ]
    rows, columns = (
        side + min(last, 0) for side, (_, last) in zip(x.shape[2:], sides, strict=True)
    )
    x, pads = x[:, :, :rows, :columns], [(0, 0), (0, 0)] + [(p, max(q, 0)) for p, q in sides]

    def reduce(values, start, operation):
        return lax.reduce_window(values, start, operation, (1, 1, *op.ws), (1, 1, *op.stride), pads)

    if op.mode == "max":
        return reduce(x, -jnp.inf, lax.max)
    total = reduce(x, 0.0, lax.add)
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
