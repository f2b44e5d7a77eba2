"""Steps of gradient descent for NUMBA mode: blocks of the parameter, changed where they lie."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.exceptions import InputError
from dltut.kernels.descent import DenseUpdate, Step
from dltut.kernels.numba.dense import by_rows, leading, side_of_block
from dltut.kernels.numba.gemm import COLUMNS, ROWS, prepare, product
from dltut.kernels.numba.sums import squares_of
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version


@numba_njit
def update_block(i, side, W, keep, x, delta, rate, partial):
    """Some columns of the step, or some rows; summing their squares brings them into the cache."""
    (m, n), top, left = W.shape, 0, 0
    if n >= COLUMNS:
        left, n = i * side, min(side, n - i * side)
    else:
        top, m = i * side, min(side, m - i * side)
    total = 0.0
    for r in range(top, top + m):
        total += squares_of(W[r, left : left + n])
    partial[i] = total
    block, ldw = W[top:, left:], W.shape[1]
    a, lda, b, ldb = x[:, top:], leading(x), delta[:, left:], leading(delta)
    product(True, False, m, n, len(x), rate, a, lda, b, ldb, keep, block, ldw)


@numba_njit
def stacked(one, factor, other, other_factor):
    """The rows of two matrices below each other, times a factor each."""
    rows = np.empty((len(one) + len(other), one.shape[1]), one.dtype)
    for r in range(len(one)):
        for s in range(one.shape[1]):
            rows[r, s] = factor * one[r, s]
    for r in range(len(other)):
        for s in range(one.shape[1]):
            rows[len(one) + r, s] = other_factor * other[r, s]
    return rows


@numba_njit
def fits(W, x, delta):
    return W.shape == (x.shape[1], delta.shape[1]) and len(x) == len(delta)


def update(W, keep, x, delta, rate, x2, delta2, rate2, squares):
    """``W = keep * W + rate * x.T @ delta`` in place, and the sum of the squares of the old W.

    A second product is added if it has rows: as more terms of the same sums.
    """
    x, delta, x2, delta2 = by_rows(x), by_rows(delta), by_rows(x2), by_rows(delta2)
    if not fits(W, x, delta) or not (len(x2) == 0 or fits(W, x2, delta2)):
        raise InputError("a gradient has not the shape of its weights")
    if len(x2) > 0:
        x, delta = stacked(x, 1, x2, 1), stacked(delta, rate, delta2, rate2)
        rate = W.dtype.type(1)
    length, step = (W.shape[1], COLUMNS) if W.shape[1] >= COLUMNS else (W.shape[0], ROWS)
    side = side_of_block(length, step, W.size * len(x))
    blocks = (length + side - 1) // side
    partial = np.empty(blocks, np.float64)
    in_parallel(update_block, blocks, (side, W, keep, x, delta, rate, partial))
    total = 0.0
    for i in range(blocks):
        total += partial[i]
    squares[()] = total


@register_funcify_default_op_cache_key(DenseUpdate)
def dense_update(op, node, **kwargs):
    inplace, dtype = op.inplace, node.inputs[0].type.dtype
    prepare(dtype)
    (matrix,), (out, squares) = arrays(dtype, 2), arrays(dtype, 2, 0, layout="C")
    product = matrix, matrix, matrix.dtype
    fill = kernel(update, (out, matrix.dtype, *product, *product, squares))

    @numba_njit
    def step_of_two(W, keep, x, delta, rate, x2, delta2, rate2):
        new, squares = np.ascontiguousarray(W) if inplace else W.copy(), np.empty((), W.dtype)
        second = x2, delta2, rate2.item()
        fill((new, keep.item(), x, delta, rate.item(), *second, squares))
        return new, squares

    @numba_njit
    def step_of_one(W, keep, x, delta, rate):
        nothing = np.empty((0, 0), W.dtype)
        return step_of_two(W, keep, x, delta, rate, nothing, nothing, rate)

    return step_of_two if len(node.inputs) > 5 else step_of_one, source_version()


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
