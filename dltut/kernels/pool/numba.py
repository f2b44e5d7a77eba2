"""Pooling for NUMBA mode: maps side by side, the elements of all windows of a row in turn.

The loop over windows is the innermost, so that it becomes vector instructions. Every map is the
work of one thread, so that results do not depend on how many there are.

Maps are numbered through the batch, n = batch * maps: x is (n * rows * columns,), pooled maps are
(n, out rows, out columns). A window is (size, stride, padding), one for rows and one for columns.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.gather import inside
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.pool.op import MODES, Pooling, PoolingGradient, n_windows

MAX, SUM, INCLUDING, _ = range(len(MODES))
BLOCKS = 64  # of maps: enough for many threads


along = numba_njit(n_windows)


@numba_njit
def count(n, ws, stride, pad, ignore_border):
    """How many windows lie along one side; refuses an image that is too small."""
    size = along(n, ws, stride, pad, ignore_border)
    if size < 1 or n < 1:
        raise InputError(
            "a pool does not fit into an image and its padding: "
            "use a smaller pool or larger pictures, or ignore_border=False"
        )
    return size


@numba_njit
def span(i, n, ws, stride, pad, mode):
    """First row of window i, the row behind its last, and by how many its average is divided.

    Parameters
    ----------
    i : int
        Which window.
    n : int
        Rows of the map.
    ws, stride, pad, mode : int
    """
    start = i * stride - pad
    stop = min(start + ws, n + pad)
    first, last = max(start, 0), min(stop, n)
    if mode <= SUM:
        return first, last, 1
    return first, last, stop - start if mode == INCLUDING else last - first


@numba_njit
def reduce_row(top, stop, window, mode, x, columns, row, best, places):
    """Sums, or maxima and their places, of a row of windows that lie in rows `top` to `stop`.

    Parameters
    ----------
    top, stop : int
        Rows of the map.
    window : (size, stride, padding) of the columns
    mode : int
    x : array, shape (n * rows * columns,)
    columns : int
        Of a map.
    row : int
        The first one of the map, in x.
    best : array, shape (out columns,)
    places : int array, shape (out columns,)
        Of the maxima in their windows, row after row.
    """
    (ws, stride, pad), n_columns = window, len(best)
    for s in range(n_columns):
        best[s] = -np.inf if mode == MAX else 0
        places[s] = -1
    step = np.uint64(stride)
    for r in range(top, stop):
        for j in range(ws):
            first, end = inside(j - pad, columns, stride, n_columns)
            base = np.uint64((row + r) * columns + j - pad + first * stride)
            start, place = np.uint64(first), (r - top) * ws + j
            for s in range(np.uint64(max(0, end - first))):
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
    """The pooled maps of a block of `size` maps, whose sides are (rows, columns)."""
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
    """Fill the pooled maps (n, out rows, out columns) of x (batch, maps, rows, columns)."""
    sides, size = x.shape[2:], -(-len(pooled) // BLOCKS)
    x = np.ascontiguousarray(x).reshape(-1)
    in_parallel(pool_block, BLOCKS, (size, x, sides, rows_window, columns_window, mode, pooled))


@numba_njit
def gradient_block(block, size, x, up, rows_window, columns_window, mode, to_all, gradient):
    """Add to the gradients (n, rows, columns) of a block of maps, from `up` (as pooled maps)."""
    (rows, columns), (n_rows, n_columns) = gradient.shape[1:], up.shape[1:]
    ws, stride, pad = columns_window
    best, places = np.empty(n_columns, dtype=up.dtype), np.empty(n_columns, dtype=np.int64)
    for m in range(block * size, min((block + 1) * size, len(gradient))):
        for i in range(n_rows):
            top, stop, height = span(i, rows, *rows_window, mode)
            if mode == MAX:
                reduce_row(top, stop, columns_window, mode, x, columns, m * rows, best, places)
                for s in range(n_columns):
                    if to_all:
                        first, last, _ = span(s, columns, *columns_window, mode)
                        row = m * rows * columns
                        for r in range(top, stop):
                            for j in range(first, last):
                                if x[row + r * columns + j] == best[s]:
                                    gradient[m, r, j] += up[m, i, s]
                        continue
                    r, j = places[s] // ws, places[s] % ws
                    gradient[m, top + r, s * stride - pad + j] += up[m, i, s]
                continue
            for s in range(n_columns):
                first, last, width = span(s, columns, *columns_window, mode)
                share = up[m, i, s] / (height * width)
                for r in range(top, stop):
                    for j in range(first, last):
                        gradient[m, r, j] += share


def pool_gradient(x, up, rows_window, columns_window, mode, to_all, gradient):
    """Add to the gradient (n, rows, columns), which is 0 now; x and up have four axes.

    `to_all`: whether all of several equal maxima get it.
    """
    size = -(-len(gradient) // BLOCKS)
    x = np.ascontiguousarray(x).reshape(-1)
    up = np.ascontiguousarray(up).reshape((len(gradient), up.shape[2], up.shape[3]))
    arguments = size, x, up, rows_window, columns_window, mode, to_all, gradient
    in_parallel(gradient_block, BLOCKS, arguments)


def windows(op):
    """(size, stride, padding) of rows and columns, and the mode as a number."""
    return *zip(op.ws, op.stride, op.pad, strict=True), MODES.index(op.mode)


def types_of(dtype: str, n_inputs: int, *more) -> tuple:
    """Types of the kernels' arguments: so many arrays of four axes, windows, mode, more, result."""
    four, result = arrays(dtype, 4, 3)
    window = types.UniTuple(types.intp, 3)
    return *(four,) * n_inputs, window, window, types.intp, *more, result.copy(layout="C")


@compiled_form(Pooling)
def pooling(op, node):
    """The pooled maps."""
    (rows_window, columns_window, mode), ignore_border = windows(op), op.ignore_border
    fill = kernel(pool_maps, types_of(node.outputs[0].type.dtype, 1))

    @numba_njit
    def pool(x):
        """Of x (batch, maps, rows, columns) the pooled maps."""
        batch, maps, rows, columns = x.shape
        n_rows = count(rows, *rows_window, ignore_border)
        n_columns = count(columns, *columns_window, ignore_border)
        pooled = np.empty((batch * maps, n_rows, n_columns), dtype=x.dtype)
        fill((x, rows_window, columns_window, mode, pooled))
        return pooled.reshape((batch, maps, n_rows, n_columns))

    return pool


@compiled_form(PoolingGradient)
def pooling_gradient(op, node):
    """The gradient of the maps."""
    (rows_window, columns_window, mode), ignore_border = windows(op), op.ignore_border
    fill = kernel(pool_gradient, types_of(node.outputs[0].type.dtype, 2, types.boolean))
    to_all = op.ties == "all"

    @numba_njit
    def gradient_of_pool(x, up):
        """Of x and up (as the pooled maps) the gradient (as x)."""
        batch, maps, rows, columns = x.shape
        n_rows = count(rows, *rows_window, ignore_border)
        n_columns = count(columns, *columns_window, ignore_border)
        if up.shape != (batch, maps, n_rows, n_columns):
            raise InputError(
                "a gradient does not have the shape of the pooled maps: "
                "give one number for each of theirs"
            )
        gradient = np.zeros((batch * maps, rows, columns), dtype=x.dtype)
        fill((x, up, rows_window, columns_window, mode, to_all, gradient))
        return gradient.reshape(x.shape)

    return gradient_of_pool
