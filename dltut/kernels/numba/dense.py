"""Dense layers for NUMBA mode: products in blocks, what follows a product while its block is hot.

Blocks depend on the shapes alone, so that results do not depend on the number of threads.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.exceptions import InputError
from dltut.kernels.dense import (
    ACTIVATIONS,
    Affine,
    MatrixProduct,
)
from dltut.kernels.numba.elementary import sigmoid, tanh
from dltut.kernels.numba.gemm import COLUMNS, ROWS, prepare, product
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version

LINEAR, TANH, SIGMOID = range(len(ACTIVATIONS))
NO_BIAS = -1  # in the place of an activation
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
    if activation != NO_BIAS:
        for r in range(top, top + m):
            finish(out[r, left : left + n], bias[left : left + n], activation)


def multiply(left_turned, right_turned, a, b, bias, activation, out):
    """``out = activation(a @ b + bias)``, or the product alone."""
    a, b, (m, n) = by_rows(a), by_rows(b), out.shape
    k, same = a.shape[0 if left_turned else 1], b.shape[1 if right_turned else 0]
    if k != same or (activation != NO_BIAS and len(bias) != n):
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
        fill((left, right, a, b, np.empty(0, a.dtype), NO_BIAS, out))
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
