"""Dense layers for NUMBA mode: products in blocks, and what follows them while a block is hot."""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.dense.op import ACTIVATIONS, Affine, MatrixProduct
from dltut.kernels.engine.blocks import (
    blocks_for,
    by_rows,
    count_of_blocks,
    leading,
    side_of_block,
)
from dltut.kernels.engine.elementary import sigmoid, tanh
from dltut.kernels.engine.gemm import COLUMNS, ROWS, is_copied_by_terms, prepare, product
from dltut.kernels.engine.places import piece, spot
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel

LINEAR, TANH, SIGMOID = range(len(ACTIVATIONS))
NARROW_FROM_ROWS = 64  # below, a vector that is half empty costs less than transposing
NO_BIAS = -1  # in the place of an activation


@numba_njit
def finish(row, bias, activation):
    """Bias and activation on a part of a row: both (n,)."""
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
def is_narrow(m, n):
    """Whether a product is made as its transpose, whose vectors are full where n fills none."""
    return n < COLUMNS and m >= NARROW_FROM_ROWS


@numba_njit
def multiply_block(i, side, left_transposed, right_transposed, a, b, bias, activation, out):
    """Block i of the product: some columns if there are more of them than rows, else some rows.

    Parameters
    ----------
    side : int
        Columns or rows of a block.
    left_transposed, right_transposed, a, b, bias, activation, out
        See `multiply`.
    """
    (m, n), k = out.shape, a.shape[0] if left_transposed else a.shape[1]
    top = left = 0
    if is_narrow(m, n):
        top, m = i * side, min(side, m - i * side)
        part = spot(a, (0, top) if left_transposed else (top, 0))
        turned, flags = np.empty((n, m), out.dtype), (not right_transposed, not left_transposed)
        product(*flags, n, m, k, 1, b, leading(b), part, leading(a), 0, turned, m)
        for r in range(m):
            for s in range(n):
                out[top + r, s] = turned[s, r]
            if activation != NO_BIAS:
                finish(piece(out, (top + r, 0), n), bias, activation)
        return
    if n >= m:
        left, n = i * side, min(side, n - i * side)
    else:
        top, m = i * side, min(side, m - i * side)
    rows = spot(a, (0, top) if left_transposed else (top, 0))
    columns = spot(b, (left, 0) if right_transposed else (0, left))
    lda, ldb, block, ldc = leading(a), leading(b), spot(out, (top, left)), out.shape[1]
    one, flags = out.dtype.type(1), (left_transposed, right_transposed)
    product(*flags, m, n, k, one, rows, lda, columns, ldb, 0, block, ldc)
    if activation != NO_BIAS:
        for r in range(top, top + m):
            finish(piece(out, (r, left), n), piece(bias, (left,), n), activation)


def multiply(left_transposed, right_transposed, a, b, bias, activation, out):
    """``out = activation(a @ b + bias)``, or the product alone.

    Parameters
    ----------
    left_transposed, right_transposed : bool
        Whether a, and b, are given as their transposes.
    a : array, shape (m, k), or (k, m)
    b : array, shape (k, n), or (n, k)
    bias : array, shape (n,)
    activation : {LINEAR, TANH, SIGMOID, NO_BIAS}
    out : array, shape (m, n)
    """
    a, b, (m, n) = by_rows(a), by_rows(b), out.shape
    k, same = a.shape[0 if left_transposed else 1], b.shape[1 if right_transposed else 0]
    if k != same:
        raise InputError(
            "the columns of one matrix are not as many as the rows of the next: "
            "give a layer as many inputs as the data or the layer before has columns"
        )
    if activation != NO_BIAS and len(bias) != n:
        raise InputError(
            "the biases are not as many as the columns of their weights: "
            "give a layer one bias for each of its units"
        )
    if is_narrow(m, n) and not (left_transposed or right_transposed):
        b, right_transposed = b.T.copy()[:, ::1], True  # rows along the sums, as a has them
    is_copied = left_transposed and n >= m
    is_copied = is_copied and is_copied_by_terms(*a.shape, leading(a), a.itemsize)
    blocks = blocks_for(max(m, n), m * n * k, is_copied)
    step = ROWS if m > n and not is_narrow(m, n) else COLUMNS
    side = side_of_block(max(m, n), step, blocks)
    arguments = side, left_transposed, right_transposed, a, b, bias, activation, out
    in_parallel(multiply_block, count_of_blocks(max(m, n), side), arguments)


def multiply_kernel(dtype: str):
    """`multiply`, compiled for a width."""
    prepare(dtype)
    flags, matrices = (types.boolean, types.boolean), arrays(dtype, 2, 2)
    bias, out = arrays(dtype, 1, 2, layout="C")
    return kernel(multiply, (*flags, *matrices, bias, types.intp, out))


@compiled_form(MatrixProduct)
def matrix_product(op, node):
    """The product alone."""
    left, right = op.left_transposed, op.right_transposed
    rows, columns = 1 if left else 0, 0 if right else 1
    fill = multiply_kernel(node.inputs[0].type.dtype)

    @numba_njit
    def matrix_product(a, b):
        """Of a (m, k), or (k, m), and b (k, n), or (n, k), a matrix (m, n)."""
        out = np.empty((a.shape[rows], b.shape[columns]), a.dtype)
        fill((left, right, a, b, np.empty(0, a.dtype), NO_BIAS, out))
        return out

    return matrix_product


@compiled_form(Affine)
def affine(op, node):
    """A layer."""
    activation = ACTIVATIONS.index(op.activation)
    fill = multiply_kernel(node.inputs[0].type.dtype)

    @numba_njit
    def affine(x, W, b):
        """Of x (batch, n_in), W (n_in, n_out) and b (n_out,) a matrix (batch, n_out)."""
        out = np.empty((x.shape[0], W.shape[1]), x.dtype)
        fill((False, False, x, W, np.ascontiguousarray(b), activation, out))
        return out

    return affine
