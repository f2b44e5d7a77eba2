"""Dense layers for NUMBA mode: products in blocks, what follows a product while its block is hot.

Blocks depend on the shapes alone, so that results do not depend on the number of threads.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.errors import InputError
from dltut.kernels.dense import (
    ACTIVATIONS,
    Affine,
    ChannelSums,
    DenseUpdate,
    MatrixProduct,
    Step,
    SumOfSquares,
)
from dltut.kernels.numba.elementary import sigmoid, tanh
from dltut.kernels.numba.gemm import COLUMNS, ROWS, prepare, product
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version

LINEAR, TANH, SIGMOID = range(len(ACTIVATIONS))
LITTLE = 2**18  # multiplications: some microseconds


@numba_njit
def by_rows(a):
    """`a`, or a copy of it, with the elements of a row side by side."""
    if a.strides[1] != a.itemsize or a.strides[0] < a.shape[1] * a.itemsize:
        return a.copy()[:, ::1]
    return a


@numba_njit
def leading(a):
    """Elements from one row to the next."""
    return max(1, a.strides[0] // a.itemsize)


@numba_njit
def side_of_block(length, step, work):
    """How many rows or columns of `length` a block has, for so many multiplications in all.

    Eight blocks, or some multiple of it: an even number keeps the threads on the same blocks from
    one operation to the next; whole tiles, of `step`, keep them fast. Little is not shared out.
    """
    blocks = 8 * max(1, length // 2048) if work > LITTLE else 1
    return max(1, (length + step * blocks - 1) // (step * blocks)) * step


@numba_njit
def finish(row, bias, activation):
    """Bias and activation on a part of a row."""
    if activation == TANH:
        for s in range(len(row)):
            row[s] = tanh(row[s] + bias[s])
    elif activation == SIGMOID:
        for s in range(len(row)):
            row[s] = sigmoid(row[s] + bias[s])
    else:
        for s in range(len(row)):
            row[s] += bias[s]


@numba_njit
def multiply_block(i, side, left_turned, right_turned, a, b, bias, activation, out):
    """Block i of the product: some columns if there are more of them than rows, else some rows."""
    (m, n), k = out.shape, a.shape[0] if left_turned else a.shape[1]
    top = left = 0
    if n >= m:
        left, n = i * side, min(side, n - i * side)
        b = b[left:] if right_turned else b[:, left:]
    else:
        top, m = i * side, min(side, m - i * side)
        a = a[:, top:] if left_turned else a[top:]
    block, lda, ldb, ldc = out[top:, left:], leading(a), leading(b), out.shape[1]
    product(left_turned, right_turned, m, n, k, 1, a, lda, b, ldb, 0, block, ldc)
    if len(bias):
        for r in range(top, top + m):
            finish(out[r, left : left + n], bias[left : left + n], activation)


def multiply(left_turned, right_turned, a, b, bias, activation, out):
    """``out = activation(a @ b + bias)``; an empty bias for the product alone."""
    a, b, (m, n) = by_rows(a), by_rows(b), out.shape
    k, same = a.shape[0 if left_turned else 1], b.shape[1 if right_turned else 0]
    if k != same or len(bias) not in (0, n):
        raise InputError(
            "the columns of one matrix are not as many as the rows of the next: "
            "give a layer as many inputs as the data or the layer before has columns"
        )
    side = side_of_block(max(m, n), COLUMNS if n >= m else ROWS, m * n * k)
    blocks = (max(m, n) + side - 1) // side
    given = side, left_turned, right_turned, a, b, bias, activation, out
    in_parallel(multiply_block, blocks, given)


def multiply_kernel(dtype: str):
    prepare(dtype)
    flags, matrices = (types.boolean, types.boolean), arrays(dtype, 2, 2)
    bias, out = arrays(dtype, 1, 2, layout="C")
    return kernel(multiply, (*flags, *matrices, bias, types.intp, out))


@register_funcify_default_op_cache_key(MatrixProduct)
def matrix_product(op, node, **kwargs):
    left, right = op.left_turned, op.right_turned
    rows, columns = 1 if left else 0, 0 if right else 1
    fill = multiply_kernel(node.inputs[0].type.dtype)

    @numba_njit
    def matrix_product(a, b):
        out = np.empty((a.shape[rows], b.shape[columns]), a.dtype)
        fill((left, right, a, b, np.empty(0, a.dtype), LINEAR, out))
        return out

    return matrix_product, source_version()


@register_funcify_default_op_cache_key(Affine)
def affine(op, node, **kwargs):
    activation = ACTIVATIONS.index(op.activation)
    fill = multiply_kernel(node.inputs[0].type.dtype)

    @numba_njit
    def affine(x, W, b):
        out = np.empty((x.shape[0], W.shape[1]), x.dtype)
        fill((False, False, x, W, np.ascontiguousarray(b), activation, out))
        return out

    return affine, source_version()


@numba_njit
def squares_of(row):
    total = row.dtype.type(0)
    for s in range(len(row)):
        total += row[s] * row[s]
    return total


@numba_njit
def update_block(i, side, W, x, delta, keep, rate, partial):
    """Some columns of the step, or some rows; summing their squares brings them into the cache."""
    (m, n), k, top, left = W.shape, x.shape[0], 0, 0
    if n >= COLUMNS:
        left, n = i * side, min(side, n - i * side)
    else:
        top, m = i * side, min(side, m - i * side)
    total = 0.0
    for r in range(top, top + m):
        total += squares_of(W[r, left : left + n])
    partial[i] = total
    block, ldw, lda, ldb = W[top:, left:], W.shape[1], leading(x), leading(delta)
    product(True, False, m, n, k, rate, x[:, top:], lda, delta[:, left:], ldb, keep, block, ldw)


def update(W, x, delta, keep, rate, squares):
    """``W = keep * W + rate * x.T @ delta`` in place, and the sum of the squares of the old W."""
    x, delta = by_rows(x), by_rows(delta)
    if W.shape != (x.shape[1], delta.shape[1]) or len(x) != len(delta):
        raise InputError("a gradient has not the shape of its weights")
    length, step = (W.shape[1], COLUMNS) if W.shape[1] >= COLUMNS else (W.shape[0], ROWS)
    side = side_of_block(length, step, W.size * len(x))
    blocks = (length + side - 1) // side
    partial = np.empty(blocks, np.float64)
    in_parallel(update_block, blocks, (side, W, x, delta, keep, rate, partial))
    total = 0.0
    for i in range(blocks):
        total += partial[i]
    squares[()] = total


@register_funcify_default_op_cache_key(DenseUpdate)
def dense_update(op, node, **kwargs):
    inplace, dtype = op.inplace, node.inputs[0].type.dtype
    prepare(dtype)
    (matrix,), (out, squares) = arrays(dtype, 2), arrays(dtype, 2, 0, layout="C")
    fill = kernel(update, (out, matrix, matrix, matrix.dtype, matrix.dtype, squares))

    @numba_njit
    def dense_update(W, x, delta, keep, rate):
        new, squares = np.ascontiguousarray(W) if inplace else W.copy(), np.empty((), W.dtype)
        fill((new, x, delta, keep.item(), rate.item(), squares))
        return new, squares

    return dense_update, source_version()


@numba_njit
def step_block(i, p, gradient, keep, rate):
    p, gradient = p[i * 16384 : (i + 1) * 16384], gradient[i * 16384 : (i + 1) * 16384]
    for j in range(len(p)):
        p[j] = keep * p[j] + rate * gradient[j]


def make_step(p, gradient, keep, rate):
    if len(p) != len(gradient):
        raise InputError("a gradient has not the shape of its parameter")
    in_parallel(step_block, (len(p) + 16383) // 16384, (p, gradient, keep, rate))


@register_funcify_default_op_cache_key(Step)
def step(op, node, **kwargs):
    inplace = op.inplace
    flat = arrays(node.inputs[0].type.dtype, 1, layout="C")[0]
    fill = kernel(make_step, (flat, flat, flat.dtype, flat.dtype))

    @numba_njit
    def step(p, gradient, keep, rate):
        new = np.ascontiguousarray(p) if inplace else p.copy()
        change = np.ascontiguousarray(gradient).reshape(-1)
        fill((new.reshape(-1), change, keep.item(), rate.item()))
        return new

    return step, source_version()


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
