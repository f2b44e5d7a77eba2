"""Sums for NUMBA mode."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version
from dltut.kernels.sums import ChannelSums, SumOfSquares


@numba_njit
def squares_of(row):
    total = row.dtype.type(0)
    for s in range(len(row)):
        total += row[s] * row[s]
    return total


@numba_njit
def squares_of_block(i, flat, partial):
    partial[i] = squares_of(flat[i * 4096 : (i + 1) * 4096])


def total_of_squares(flat, out):
    partial = np.empty((len(flat) + 4095) // 4096, np.float64)
    in_parallel(squares_of_block, len(partial), (flat, partial))
    total = 0.0
    for i in range(len(partial)):
        total += partial[i]
    out[()] = total


@register_funcify_default_op_cache_key(SumOfSquares)
def sum_of_squares(op, node, **kwargs):
    dtype = node.inputs[0].type.dtype
    fill = kernel(total_of_squares, arrays(dtype, 1, 0, layout="C"))

    @numba_njit
    def sum_of_squares(x):
        out = np.empty((), x.dtype)
        fill((x.ravel(), out))
        return out

    return sum_of_squares, source_version()


def add_channels(maps, totals, out):
    """Sums over the first and last axis; `totals` is as wide as sums of many numbers need."""
    batch, channels, size = maps.shape
    for n in range(batch):
        if size == 1:
            for c in range(channels):
                totals[c] += maps[n, c, 0]
        else:
            for c in range(channels):
                total = out.dtype.type(0)
                for i in range(size):
                    total += maps[n, c, i]
                totals[c] += total
    for c in range(channels):
        out[c] = totals[c]


@register_funcify_default_op_cache_key(ChannelSums)
def channel_sums(op, node, **kwargs):
    dtype = node.inputs[0].type.dtype
    maps, sums = arrays(dtype, 3, 1, layout="C")
    fill = kernel(add_channels, (maps, *arrays("float64", 1, layout="C"), sums))

    @numba_njit
    def channel_sums(x):
        out = np.empty(x.shape[1], x.dtype)
        maps = np.ascontiguousarray(x).reshape((x.shape[0], x.shape[1], -1))
        fill((maps, np.zeros(x.shape[1]), out))
        return out

    return channel_sums, source_version()
