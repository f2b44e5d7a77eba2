"""Pooling for JAX: its own windows, and the gradient that it makes of them."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.pool.op import Pooling, PoolingGradient


def border(op, x_shape):
    """Yield what to keep of each side of x, and how much to pad it."""
    out = op.output_shape(x_shape)[2:]
    for side, n, ws, stride, pad in zip(x_shape[2:], out, op.ws, op.stride, op.pad, strict=True):
        missing = (n - 1) * stride + ws - side - pad
        yield side + min(missing, 0), (pad, max(missing, 0))


def pooled(op, x):
    """Of x (batch, maps, rows, columns) the pooled maps."""
    (rows, row_pad), (columns, column_pad) = border(op, x.shape)

    def reduced(start, operation):
        """Each window as one number: `operation` on `start` and its elements."""
        windows, steps = (1, *op.ws, 1), (1, *op.stride, 1)
        pads = [(0, 0), row_pad, column_pad, (0, 0)]
        maps = x[:, :, :rows, :columns].transpose(0, 2, 3, 1)  # as a convolution before it has them
        return lax.reduce_window(maps, start, operation, windows, steps, pads).transpose(0, 3, 1, 2)

    if op.mode == "max":
        return reduced(-jnp.inf, lax.max)
    total = reduced(0.0, lax.add)
    return total if op.mode == "sum" else total / divisors(op, x.shape, x.dtype)


def divisors(op, shape, dtype):
    """By what each window's sum is divided, (out rows, out columns)."""
    counts = np.empty(op.output_shape(shape)[2:], dtype=dtype)
    for i, j, _, _, divisor in op.windows(shape):
        counts[i, j] = divisor
    return counts


@jax_funcify.register(Pooling)
def pooling(op, **_):
    """The pooled maps."""
    return lambda x: pooled(op, x)


def to_all_maxima(op, x, up):
    """The gradient, for every element that is the largest of a window."""
    pads = [pad for _, pad in border(op, x.shape)]
    sides = [sum(each) + n for each, n in zip(pads, x.shape[2:], strict=True)]
    whole = jnp.pad(x, [(0, 0), (0, 0), *pads], constant_values=-jnp.inf)
    best, gradient = pooled(op, x), jnp.zeros((*x.shape[:2], *sides), dtype=up.dtype)
    for i, j in np.ndindex(op.ws):
        rows, columns = (
            slice(first, first + (n - 1) * step + 1, step)
            for first, n, step in zip((i, j), up.shape[2:], op.stride, strict=True)
        )
        here = whole[:, :, rows, columns] == best
        gradient = gradient.at[:, :, rows, columns].add(jnp.where(here, up, 0))
    top, left = (first for first, _ in pads)
    return gradient[:, :, top : top + x.shape[2], left : left + x.shape[3]]


@jax_funcify.register(PoolingGradient)
def pooling_gradient(op, **_):
    """The gradient of the maps."""

    def gradient(x, up):
        """Of x and up (as the pooled maps) the gradient (as x)."""
        op.check_pooled(up.shape, x.shape)
        if op.mode == "max" and op.ties == "all":
            return to_all_maxima(op, x, up)
        return jax.vjp(lambda maps: pooled(op, maps), x)[1](up)[0]

    return gradient
