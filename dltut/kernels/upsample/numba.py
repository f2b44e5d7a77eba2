"""Upsampling for NUMBA mode: a map is the work of one thread.

Maps are numbered through the batch, n = batch * maps: small ones are (n, rows, columns), large ones
(n, rows * factor, columns * factor).
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.upsample.op import Upsampling, UpsamplingGradient, neighbours

BLOCKS = 64  # of maps: enough for many threads

nearby = numba_njit(neighbours)


@numba_njit
def places(n, factor, linear):
    """The low and the high one for each new row or column, and the share of the high one."""
    low, high = np.empty(n * factor, np.uint64), np.empty(n * factor, np.uint64)
    share = np.empty(n * factor)
    for i in range(n * factor):
        low[i], high[i], share[i] = nearby(i, n, factor, linear)
    return low, high, share


@numba_njit
def upsample_block(block, size, small, row_places, column_places, large):
    """The large maps of a block of small ones."""
    low, high, share = column_places
    share = share.astype(small.dtype)
    for m in range(block * size, min((block + 1) * size, len(small))):
        for i in range(large.shape[1]):
            above, below = small[m, row_places[0][i]], small[m, row_places[1][i]]
            part, out = small.dtype.type(row_places[2][i]), large[m, i]
            for j in range(large.shape[2]):
                left = above[low[j]] + part * (below[low[j]] - above[low[j]])
                right = above[high[j]] + part * (below[high[j]] - above[high[j]])
                out[j] = left + share[j] * (right - left)


@numba_njit
def gradient_block(block, size, large, row_places, column_places, small):
    """Add to the gradients of a block of small maps, which are 0 now."""
    low, high, share = column_places
    share = share.astype(small.dtype)
    one = small.dtype.type(1)
    for m in range(block * size, min((block + 1) * size, len(small))):
        for i in range(large.shape[1]):
            above, below = small[m, row_places[0][i]], small[m, row_places[1][i]]
            part, up = small.dtype.type(row_places[2][i]), large[m, i]
            for j in range(large.shape[2]):
                left, right = (one - share[j]) * up[j], share[j] * up[j]
                above[low[j]] += (one - part) * left
                above[high[j]] += (one - part) * right
                below[low[j]] += part * left
                below[high[j]] += part * right


def upsample(small, row_factor, column_factor, linear, large):
    """Fill the large maps."""
    sides = small.shape[1:]
    row_places = places(sides[0], row_factor, linear)
    column_places = places(sides[1], column_factor, linear)
    size = -(-len(small) // BLOCKS)
    in_parallel(upsample_block, BLOCKS, (size, small, row_places, column_places, large))


def gather_gradient(large, row_factor, column_factor, linear, small):
    """Add to the gradient of the small maps, which is 0 now."""
    sides = small.shape[1:]
    row_places = places(sides[0], row_factor, linear)
    column_places = places(sides[1], column_factor, linear)
    size = -(-len(small) // BLOCKS)
    in_parallel(gradient_block, BLOCKS, (size, large, row_places, column_places, small))


def prepared(function, op, node):
    """The kernel that fills the result, and its settings."""
    three = arrays(node.outputs[0].type.dtype, 3)[0].copy(layout="C")
    types_of = three, types.intp, types.intp, types.boolean, three
    return kernel(function, types_of), *op.factors, op.mode == "bilinear"


@compiled_form(Upsampling)
def upsampling(op, node):
    """The larger maps."""
    fill, row_factor, column_factor, linear = prepared(upsample, op, node)

    @numba_njit
    def larger(x):
        """Of x (batch, maps, rows, columns) the larger maps."""
        batch, maps, rows, columns = x.shape
        small = np.ascontiguousarray(x).reshape((batch * maps, rows, columns))
        sides = rows * row_factor, columns * column_factor
        large = np.empty((batch * maps, *sides), dtype=x.dtype)
        fill((small, row_factor, column_factor, linear, large))
        return large.reshape((batch, maps, *sides))

    return larger


@compiled_form(UpsamplingGradient)
def upsampling_gradient(op, node):
    """The gradient of the maps."""
    fill, row_factor, column_factor, linear = prepared(gather_gradient, op, node)

    @numba_njit
    def gradient_of_small(up):
        """Of up (as the larger maps) the gradient of the maps."""
        batch, maps, rows, columns = up.shape
        if rows % row_factor or columns % column_factor:
            raise InputError(
                "a gradient does not have the shape of the upsampled maps: "
                "give one number for each of theirs"
            )
        large = np.ascontiguousarray(up).reshape((batch * maps, rows, columns))
        sides = rows // row_factor, columns // column_factor
        small = np.zeros((batch * maps, *sides), dtype=up.dtype)
        fill((large, row_factor, column_factor, linear, small))
        return small.reshape((batch, maps, *sides))

    return gradient_of_small
