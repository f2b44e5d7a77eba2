"""Steps of gradient descent for NUMBA mode: blocks of the parameter, changed where they lie."""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.descent.op import DenseUpdate, Step
from dltut.kernels.descent.tile import change_tile, is_any
from dltut.kernels.engine.blocks import (
    add_up,
    blocks_for,
    by_rows,
    count_of_blocks,
    leading,
    side_of_block,
)
from dltut.kernels.engine.gemm import (
    COLUMNS,
    ROWS,
    is_copied_by_terms,
    panel_width,
    prepare,
    product,
)
from dltut.kernels.engine.panels import copy_panel
from dltut.kernels.engine.places import piece, spot
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.sums.numba import squares_of

SIDE = 16384  # elements of a block of a step


@numba_njit
def list_terms(i, side, x, terms, lengths):
    """List for some tiles of rows of ``x.T`` of which rows of x they have a number that is not 0.

    Parameters
    ----------
    side : int
        Tiles of a block.
    x : array, shape (batch, n_in)
    terms : int32 array, shape (tiles, batch)
        Of each row the first so many are written.
    lengths : int64 array, shape (tiles,)
        How many.
    """
    first, row, tile = np.intp(x.ctypes.data), leading(x) * x.itemsize, ROWS * x.itemsize
    for t in range(i * side, min(len(lengths), (i + 1) * side)):
        length = 0
        for p in range(len(x)):
            terms[t, length] = p
            length += is_any(first + t * tile + p * row, x)
        lengths[t] = length


@numba_njit
def update_block(i, side, terms, lengths, W, keep, x, delta, rate, is_summed, partial):
    """Some columns of the step.

    Parameters
    ----------
    side : int
        Columns of a block.
    terms, lengths
        Of the tiles by which W is changed, see `list_terms`; the last rows are left to a product.
    W, keep, x, delta, rate, is_summed
        See `update`.
    partial : float64 array, shape (blocks,)
        For the sum of the squares of each block.
    """
    left, n = i * side, min(side, W.shape[1] - i * side)
    partial[i] = change_part(W, len(lengths) * ROWS, left, n, keep, x, delta, rate, is_summed)
    if len(lengths) > 0:
        partial[i] += change_tiles(terms, lengths, W, left, n, keep, x, delta, rate, is_summed)


@numba_njit
def change_tiles(terms, lengths, W, left, n, keep, x, delta, rate, is_summed):
    """Some columns of the step in the first rows, which whole tiles cover; see `change_part`.

    Terms that are 0 for all rows of a tile are left out: half of them, where x is pictures of
    digits. Times infinity or NaN they would be NaN, so all are added up if delta has any.
    """
    k, size, columns = len(x), W.itemsize, panel_width(W)
    panel, squares = np.empty(k * columns, W.dtype), np.zeros(columns // 2, np.float64)
    factor, sums = np.intp(panel.ctypes.data), np.intp(squares.ctypes.data if is_summed else 0)
    row, x_row, delta_row = W.shape[1] * size, leading(x) * size, leading(delta) * size
    for j in range(left, left + n, columns):
        width, is_odd = min(columns, left + n - j), False
        copy_panel(spot(delta, (0, j)), delta_row, size, k, width, columns, panel)
        for p in range(len(panel)):
            panel[p] *= rate
            is_odd |= not abs(panel[p]) < np.inf
        for t in range(len(lengths)):
            top, count = t * ROWS, k if is_odd else lengths[t]
            listed = k, count, spot(terms, (t, 0))
            places = spot(x, (0, top)), x_row, factor, spot(W, (top, j)), row, width
            change_tile((*listed, *places, W.size * size), keep, sums)
    return squares.sum()


@numba_njit
def change_part(W, top, left, n, keep, x, delta, rate, is_summed):
    """Some columns of the step in the last rows; the sum of the old squares.

    Parameters
    ----------
    top, left, n : int
        The first row and column, and how many columns.
    W, keep, x, delta, rate, is_summed
        See `update`.
    """
    m, total = len(W) - top, sum_of_squares(W, top, left, n) if is_summed else 0.0
    beta = keep
    if keep == 0:  # a product would not read W then, but 0 times NaN is NaN
        beta = W.dtype.type(1)
        for r in range(top, len(W)):
            for s in range(left, left + n):
                W[r, s] *= keep
    a, b, part = spot(x, (0, top)), spot(delta, (0, left)), spot(W, (top, left))
    lda, ldb = leading(x), leading(delta)
    product(True, False, m, n, len(x), rate, a, lda, b, ldb, beta, part, W.shape[1])
    return total


@numba_njit
def sum_of_squares(W, top, left, n):
    """That of n columns of W in its last rows, from `top` and `left` on."""
    total = 0.0
    for r in range(top, len(W)):
        total += squares_of(piece(W, (r, left), n))
    return total


@numba_njit
def change_block(i, side, x, delta, rate, changes):
    """The transposed product of some examples, whose vectors are full where W has few columns.

    Parameters
    ----------
    side : int
        Examples of a block.
    x, delta, rate
        See `update`.
    changes : array, shape (blocks, n_out, n_in)
    """
    a, b, part = spot(delta, (i * side, 0)), spot(x, (i * side, 0)), spot(changes, (i, 0, 0))
    (_, n, m), k = changes.shape, min(side, len(x) - i * side)
    product(True, False, n, m, k, rate, a, leading(delta), b, leading(x), 0, part, m)


@numba_njit
def add_changes(W, keep, changes):
    """``W = keep * W + changes``, of all blocks in their order: (blocks, n_out, n_in)."""
    add_up(changes.reshape(len(changes), W.size))
    for r in range(W.shape[0]):
        for s in range(W.shape[1]):
            W[r, s] = keep * W[r, s] + changes[0, s, r]


@numba_njit
def stack_row(i, one, factor, other, other_factor, rows):
    """Row i of ``factor * one`` and, below it, ``other_factor * other``: rows (n + m, columns)."""
    n, columns = one.shape
    if i < n:
        for s in range(columns):
            rows[i, s] = factor * one[i, s]
    else:
        for s in range(columns):
            rows[i, s] = other_factor * other[i - n, s]


@numba_njit
def stacked(one, factor, other, other_factor):
    """The rows (n + m, columns) of two matrices below each other, times a factor each."""
    rows = np.empty((len(one) + len(other), one.shape[1]), one.dtype)
    in_parallel(stack_row, len(rows), (one, factor, other, other_factor, rows))
    return rows


@numba_njit
def fits(W, x, delta):
    """Whether ``x.T @ delta`` has the shape of W."""
    return W.shape == (x.shape[1], delta.shape[1]) and len(x) == len(delta)


def update(W, keep, x, delta, rate, x2, delta2, rate2, is_summed, squares):
    """``W = keep * W + rate * x.T @ delta`` in place, and the sum of the squares of the old W.

    A second product is added if it has rows: as more terms of the same sums.

    Parameters
    ----------
    W : array, shape (n_in, n_out)
    keep, rate, rate2 : float
    x, x2 : array, shape (batch, n_in)
    delta, delta2 : array, shape (batch, n_out)
    is_summed : bool
        Whether the squares are wanted; else their sum is 0.
    squares : array, shape ()
    """
    x, delta, x2, delta2 = by_rows(x), by_rows(delta), by_rows(x2), by_rows(delta2)
    if not fits(W, x, delta) or not (len(x2) == 0 or fits(W, x2, delta2)):
        raise InputError(
            "a gradient x.T @ delta does not have the shape of its weights: x has a column for "
            "each of their rows, delta one for each of their columns, and both as many rows"
        )
    if len(x2) > 0:
        one = W.dtype.type(1)
        x, delta, rate = stacked(x, one, x2, one), stacked(delta, rate, delta2, rate2), one
    if W.shape[1] < COLUMNS:
        side = side_of_block(len(x), 1, blocks_for(len(x), W.size * len(x)))
        blocks = max(1, count_of_blocks(len(x), side))
        changes = np.empty((blocks, W.shape[1], len(W)), W.dtype)
        in_parallel(change_block, len(changes), (side, x, delta, rate, changes))
        squares[()] = sum_of_squares(W, 0, 0, W.shape[1]) if is_summed else 0
        add_changes(W, keep, changes)
        return
    is_copied = is_copied_by_terms(*x.shape, leading(x), x.itemsize)
    side = side_of_block(W.shape[1], COLUMNS, blocks_for(W.shape[1], W.size * len(x), is_copied))
    partial = np.zeros(count_of_blocks(W.shape[1], side), np.float64)
    tiles = 0 if is_copied else len(W) // ROWS
    terms, lengths = np.empty((tiles, len(x)), np.int32), np.full(tiles, len(x))
    if tiles > 0 and (x[:1] == 0).any():  # else few are: it is not worth looking for them
        part = (tiles + 1) // 2
        in_parallel(list_terms, count_of_blocks(tiles, part), (part, x, terms, lengths))
    arguments = side, terms, lengths, W, keep, x, delta, rate, is_summed, partial
    in_parallel(update_block, len(partial), arguments)
    total = 0.0
    for i in range(len(partial)):
        total += partial[i]
    squares[()] = total


@compiled_form(DenseUpdate)
def dense_update(op, node):
    """The next weights and the squares of the old ones."""
    inplace, is_summed, dtype = op.inplace, op.squares, node.inputs[0].type.dtype
    prepare(dtype)
    (matrix,), (out, squares) = arrays(dtype, 2), arrays(dtype, 2, 0, layout="C")
    product = matrix, matrix, matrix.dtype
    fill = kernel(update, (out, matrix.dtype, *product, *product, types.boolean, squares))

    @numba_njit
    def step_of_two(W, keep, x, delta, rate, x2, delta2, rate2):
        """Of W (n_in, n_out), and arrays as for `update`, the next W and its squares ()."""
        new, squares = np.ascontiguousarray(W) if inplace else W.copy(), np.empty((), W.dtype)
        second = x2, delta2, rate2.item()
        fill((new, keep.item(), x, delta, rate.item(), *second, is_summed, squares))
        return new, squares

    @numba_njit
    def step_of_one(W, keep, x, delta, rate):
        """The same with a second product of no rows."""
        nothing = np.empty((0, 0), W.dtype)
        return step_of_two(W, keep, x, delta, rate, nothing, nothing, rate)

    return step_of_two if len(node.inputs) > 5 else step_of_one


@numba_njit
def step_block(i, p, gradient, keep, rate):
    """Block i of the parameter and its gradient, both (n,)."""
    first, n = i * SIDE, min(SIDE, len(p) - i * SIDE)
    p, gradient = piece(p, (first,), n), piece(gradient, (first,), n)
    for j in range(len(p)):
        p[j] = keep * p[j] + rate * gradient[j]


def make_step(p, gradient, keep, rate):
    """``p = keep * p + rate * gradient`` in place, both (n,)."""
    in_parallel(step_block, count_of_blocks(len(p), SIDE), (p, gradient, keep, rate))


@compiled_form(Step)
def step(op, node):
    """The next parameter."""
    inplace = op.inplace
    flat = arrays(node.inputs[0].type.dtype, 1, layout="C")[0]
    fill = kernel(make_step, (flat, flat, flat.dtype, flat.dtype))

    @numba_njit
    def step(p, gradient, keep, rate):
        """Of p and its gradient (any one shape) and two factors () the next p."""
        if p.shape != gradient.shape:
            raise InputError(
                "a gradient does not have the shape of its parameter: "
                "add to a parameter what has one number for each of its own"
            )
        new = np.ascontiguousarray(p) if inplace else p.copy()
        change = np.ascontiguousarray(gradient).reshape(-1)
        fill((new.reshape(-1), change, keep.item(), rate.item()))
        return new

    return step
