"""Steps of gradient descent for NUMBA mode: blocks of the parameter, changed where they lie."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.errors import InputError
from dltut.kernels.descent import DenseUpdate, Step
from dltut.kernels.numba.dense import by_rows, leading, side_of_block
from dltut.kernels.numba.gemm import COLUMNS, ROWS, prepare, product
from dltut.kernels.numba.sums import squares_of
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version


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
