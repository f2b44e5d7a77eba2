"""Sums for NUMBA mode."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.blocks import count_of_blocks
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.sums.op import ChannelSums, SumOfSquares

SIDE = 4096  # elements of a block


@numba_njit
def squares_of(row):
    """The sum of the squares of a vector (n,), in its own width."""
    total = row.dtype.type(0)
    for s in range(len(row)):
        total += row[s] * row[s]
    return total


@numba_njit
def squares_of_block(i, flat, partial):
    """Sum the squares of block i of `flat` (n,) into its own place in `partial` (blocks,)."""
    partial[i] = squares_of(flat[i * SIDE : (i + 1) * SIDE])


def total_of_squares(flat, out):
    """Sum the squares of `flat` (n,) into `out` (): blocks in their own width, then in double."""
    partial = np.empty(count_of_blocks(len(flat), SIDE), np.float64)
    in_parallel(squares_of_block, len(partial), (flat, partial))
    total = 0.0
    for i in range(len(partial)):
        total += partial[i]
    out[()] = total


@compiled_form(SumOfSquares)
def sum_of_squares(op, node):
    """The sum of the squares of an array of any shape."""
    dtype = node.inputs[0].type.dtype
    fill = kernel(total_of_squares, arrays(dtype, 1, 0, layout="C"))

    @numba_njit
    def sum_of_squares(x):
        """Of x (any shape) the sum ()."""
        out = np.empty((), x.dtype)
        fill((x.ravel(), out))
        return out

    return sum_of_squares


def add_channels(maps, totals, out):
    """Sum maps (batch, channels, size) over the first and last axis.

    Parameters
    ----------
    maps : array, shape (batch, channels, size)
    totals : float64 array, shape (channels,)
        Zeros; as wide as sums of many numbers need.
    out : array, shape (channels,)
    """
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


@compiled_form(ChannelSums)
def channel_sums(op, node):
    """The sums over every axis but the second."""
    dtype = node.inputs[0].type.dtype
    maps, sums = arrays(dtype, 3, 1, layout="C")
    fill = kernel(add_channels, (maps, *arrays("float64", 1, layout="C"), sums))

    @numba_njit
    def channel_sums(x):
        """Of x (batch, channels, ...) the sums (channels,)."""
        out = np.empty(x.shape[1], x.dtype)
        maps = np.ascontiguousarray(x).reshape((x.shape[0], x.shape[1], -1))
        fill((maps, np.zeros(x.shape[1]), out))
        return out

    return channel_sums
