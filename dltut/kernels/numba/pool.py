"""Pooling for NUMBA mode: maps side by side, the elements of all windows of a row in turn.

The loop over windows is the innermost, so that it becomes vector instructions. Every map is the
work of one thread, so that results do not depend on how many there are.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.exceptions import InputError
from dltut.kernels.numba.gather import inside
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version
from dltut.kernels.pool import Pool2d, Pool2dGradient

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")
MAX, SUM, INCLUDING, _ = range(len(MODES))
BLOCKS = 64  # of maps: enough for many threads


@numba_njit
def count(n, ws, stride, pad, ignore_border):
    """How many windows lie along one side."""
    if ignore_border:
        size = (n + 2 * pad - ws) // stride + 1
    elif stride >= ws:
        size = (n - 1) // stride + 1
    else:
        size = max(0, (n - 1 - ws + stride) // stride) + 1
    if size < 1 or n < 1:
        raise InputError(
            "a pool does not fit into an image and its padding: "
            "use a smaller pool or larger pictures, or ignore_border=False"
        )
    return size


@numba_njit
def span(i, n, ws, stride, pad, mode):
    """First and last row of window i, and by how many its average is divided."""
    start = i * stride - pad
    stop = min(start + ws, n + pad)
    first, last = max(start, 0), min(stop, n)
    if mode <= SUM:
        return first, last, 1
    return first, last, stop - start if mode == INCLUDING else last - first


@numba_njit
def reduce_row(top, tops, window, mode, x, columns, row, best, places):
    """Sums, or maxima and their places, of a row of windows from rows `top` to `tops`."""
    (ws, stride, pad), n_columns = window, len(best)
    for s in range(n_columns):
        best[s] = -np.inf if mode == MAX else 0
        places[s] = -1
    step = np.uint64(stride)
    for r in range(top, tops):
        for j in range(ws):
            first, stop = inside(j - pad, columns, stride, n_columns)
            base = np.uint64((row + r) * columns + j - pad + first * stride)
            start, place = np.uint64(first), (r - top) * ws + j
            for s in range(np.uint64(max(0, stop - first))):
                value, old = x[base + s * step], best[start + s]
                if mode == MAX:
                    better = (value > old) | ((value != value) & (old == old))
                    better |= places[start + s] < 0
                    best[start + s] = value if better else old
                    places[start + s] = place if better else places[start + s]
                else:
                    best[start + s] = old + value


@numba_njit
def pool_block(block, size, x, sides, rows_window, columns_window, mode, pooled):
    (rows, columns), (n_rows, n_columns) = sides, pooled.shape[1:]
    places = np.empty(n_columns, dtype=np.int64)
    for m in range(block * size, min((block + 1) * size, len(pooled))):
        for i in range(n_rows):
            top, stop, height = span(i, rows, *rows_window, mode)
            out = pooled[m, i]
            reduce_row(top, stop, columns_window, mode, x, columns, m * rows, out, places)
            for s in range(n_columns):
                _, _, width = span(s, columns, *columns_window, mode)
                out[s] /= height * width


def pool_maps(x, rows_window, columns_window, mode, pooled):
    sides, size = x.shape[2:], -(-len(pooled) // BLOCKS)
    x = np.ascontiguousarray(x).reshape(-1)
    in_parallel(pool_block, BLOCKS, (size, x, sides, rows_window, columns_window, mode, pooled))


@numba_njit
def gradient_block(block, size, x, up, rows_window, columns_window, mode, gradient):
    (rows, columns), (n_rows, n_columns) = gradient.shape[1:], up.shape[1:]
    ws, stride, pad = columns_window
    best, places = np.empty(n_columns, dtype=up.dtype), np.empty(n_columns, dtype=np.int64)
    for m in range(block * size, min((block + 1) * size, len(gradient))):
        for i in range(n_rows):
            top, stop, height = span(i, rows, *rows_window, mode)
            if mode == MAX:
                reduce_row(top, stop, columns_window, mode, x, columns, m * rows, best, places)
                for s in range(n_columns):
                    r, j = places[s] // ws, places[s] % ws
                    gradient[m, top + r, s * stride - pad + j] += up[m, i, s]
                continue
            for s in range(n_columns):
                first, last, width = span(s, columns, *columns_window, mode)
                share = up[m, i, s] / (height * width)
                for r in range(top, stop):
                    for j in range(first, last):
                        gradient[m, r, j] += share


def pool_gradient(x, up, rows_window, columns_window, mode, gradient):
    size = -(-len(gradient) // BLOCKS)
    x = np.ascontiguousarray(x).reshape(-1)
    up = np.ascontiguousarray(up).reshape((len(gradient), up.shape[2], up.shape[3]))
    given = size, x, up, rows_window, columns_window, mode, gradient
    in_parallel(gradient_block, BLOCKS, given)


def windows(op):
    """(size, stride, padding) of rows and columns, and the mode as a number."""
    return *zip(op.ws, op.stride, op.pad, strict=True), MODES.index(op.mode)


def types_of(dtype, n_given):
    """Types of the kernels' arguments: arrays, windows, mode, result."""
    given, result = arrays(dtype, 4, 3)
    window = types.UniTuple(types.intp, 3)
    return *(given,) * n_given, window, window, types.intp, result.copy(layout="C")


@register_funcify_default_op_cache_key(Pool2d)
def pool2d(op, node, **kwargs):
    (rows_window, columns_window, mode), ignore_border = windows(op), op.ignore_border
    fill = kernel(pool_maps, types_of(node.outputs[0].type.dtype, 1))

    @numba_njit
    def pool(x):
        batch, maps, rows, columns = x.shape
        n_rows = count(rows, *rows_window, ignore_border)
        n_columns = count(columns, *columns_window, ignore_border)
        pooled = np.empty((batch * maps, n_rows, n_columns), dtype=x.dtype)
        fill((x, rows_window, columns_window, mode, pooled))
        return pooled.reshape((batch, maps, n_rows, n_columns))

    return pool, source_version()


@register_funcify_default_op_cache_key(Pool2dGradient)
def pool2d_gradient(op, node, **kwargs):
    (rows_window, columns_window, mode), ignore_border = windows(op), op.ignore_border
    fill = kernel(pool_gradient, types_of(node.outputs[0].type.dtype, 2))

    @numba_njit
    def gradient_of_pool(x, up):
        batch, maps, rows, columns = x.shape
        n_rows = count(rows, *rows_window, ignore_border)
        n_columns = count(columns, *columns_window, ignore_border)
        if up.shape != (batch, maps, n_rows, n_columns):
            raise InputError("a gradient has not the shape of the pooled maps")
        gradient = np.zeros((batch * maps, rows, columns), dtype=x.dtype)
        fill((x, up, rows_window, columns_window, mode, gradient))
        return gradient.reshape(x.shape)

    return gradient_of_pool, source_version()
