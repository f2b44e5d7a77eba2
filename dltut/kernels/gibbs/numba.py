"""Gibbs chains for NUMBA mode: products, sigmoids and draws of a block of units while it is hot.

Shapes are called (chains, units) where visible and hidden units take turns.
"""

import math

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.blocks import count_of_blocks, side_of_block
from dltut.kernels.engine.elementary import log, sigmoid
from dltut.kernels.engine.gemm import COLUMNS, prepare, product
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.vectors import IS_WIDE
from dltut.kernels.gibbs.op import A_ROW_EACH, GibbsChain
from dltut.kernels.threefry.numba import draw

BINARY, GAUSSIAN, HIDDEN = range(3)  # units; of hidden ones the mean is kept, not the scores
# Steps of a chain for which a transposed copy of the weights pays. With narrow vectors it never
# does: products take longer there, and both copies together do not fit into a thread's cache.
TRANSPOSE_FROM_STEPS = 6 if IS_WIDE else 2**31
BLOCKS = 8 if IS_WIDE else 16  # of units: 8 would be 7 equal ones of 784, in narrow tiles
ROWS_AT_ONCE = 16  # of a transpose, for the sake of the cache


@numba_njit
def switch_on(key, call, first, scores, sample, numbers, keep_mean):
    """Units that are on with the probability of their scores' sigmoid.

    Parameters
    ----------
    key, call, first
        Of the generator, see `dltut.kernels.threefry.numba.draw`.
    scores, sample : array, shape (units,)
        The sigmoids replace the scores if `keep_mean`.
    numbers : array, shape (units,)
        Room for the draws.
    """
    draw(key, call, first, numbers)
    for s in range(len(sample)):
        mean = sigmoid(scores[s])
        sample[s] = 1 if numbers[s] < mean else 0
        scores[s] = mean if keep_mean else scores[s]


@numba_njit
def add_normal(key, call, first, scores, sample, numbers):
    """Units that are scattered around their scores, with unit variance; arguments as above."""
    one = sample.dtype.type(1)
    draw(key, call, first, numbers)
    for s in range(len(sample)):
        sample[s] = math.sqrt(-2 * log(one - numbers[s]))
    draw(key, call + np.uint32(1), first, numbers)
    for s in range(len(sample)):
        angle = sample.dtype.type(2 * math.pi) * numbers[s]
        sample[s] = scores[s] + sample[s] * math.cos(angle)


@numba_njit
def draw_units(i, side, key, call, kind, others, transposed, weights, bias, scores, sample):
    """Block i of the units: what they are drawn from, given the other units, and the draw.

    Parameters
    ----------
    side : int
        Units of a block.
    key, call
        Of the generator.
    kind : {BINARY, GAUSSIAN, HIDDEN}
    others : array, shape (chains, other units)
    weights : array, shape (other units, units), or (units, other units) if `transposed`
    bias : array, shape (1 or chains, units)
    scores, sample : array, shape (chains, units)
    """
    (m, n), k, left = scores.shape, others.shape[1], i * side
    width, out, ld = min(side, n - left), scores[:, left:], weights.shape[1]
    part = weights[left:] if transposed else weights[:, left:]
    product(False, transposed, m, width, k, 1, others, k, part, ld, 0, out, n)
    numbers = np.empty(width, scores.dtype)
    for r in range(m):
        row, drawn = scores[r, left : left + width], sample[r, left : left + width]
        added = bias[min(r, len(bias) - 1), left : left + width]
        for s in range(width):
            row[s] += added[s]
        if kind != GAUSSIAN:
            switch_on(key, call, r * n + left, row, drawn, numbers, kind == HIDDEN)
        else:
            add_normal(key, call, r * n + left, row, drawn, numbers)


@numba_njit
def copy_rows(i, W, transposed):
    """Block i of the rows of the transpose (columns, rows) of W (rows, columns)."""
    for j in range(W.shape[0]):
        for p in range(i * ROWS_AT_ONCE, min((i + 1) * ROWS_AT_ONCE, W.shape[1])):
            transposed[p, j] = W[j, p]


@numba_njit
def transpose(W):
    """A copy (columns, rows) of W (rows, columns), by all threads."""
    transposed = np.empty((W.shape[1], W.shape[0]), W.dtype)
    in_parallel(copy_rows, count_of_blocks(W.shape[1], ROWS_AT_ONCE), (W, transposed))
    return transposed


def run_chain(state, W, hbias, vbias, n_steps, kind, v_scores, v, h, h_mean):
    """Go on from h, in place.

    Parameters
    ----------
    state : uint32 array, shape (1 or 2, 3)
        The generator of the visible units is the first, that of the hidden ones the last.
    W : array, shape (n_visible, n_hidden)
    hbias, vbias : array, shape (1 or chains, n_hidden) and (1 or chains, n_visible)
    n_steps : int
    kind : {BINARY, GAUSSIAN}
        Of the visible units.
    v_scores, v : array, shape (chains, n_visible)
    h, h_mean : array, shape (chains, n_hidden)
    """
    if h.shape[1] != W.shape[1] or (vbias.shape[1], hbias.shape[1]) != W.shape:
        raise InputError(
            "the units or biases of a Gibbs chain do not fit its weights: "
            "weights have a row for each visible and a column for each hidden unit"
        )
    if len(hbias) not in (1, len(h)) or len(vbias) not in (1, len(h)):
        raise InputError("biases of a Gibbs chain do not fit its chains: " + A_ROW_EACH)
    is_short = n_steps < TRANSPOSE_FROM_STEPS
    down = W if is_short else transpose(W)
    of_v, of_h = state[0], state[len(state) - 1]
    v_key, h_key = (of_v[0], of_v[1]), (of_h[0], of_h[1])
    v_side = side_of_block(W.shape[0], COLUMNS, BLOCKS)
    h_side = side_of_block(W.shape[1], COLUMNS, BLOCKS)
    v_blocks, h_blocks = count_of_blocks(W.shape[0], v_side), count_of_blocks(W.shape[1], h_side)
    for _ in range(n_steps):
        downwards = v_side, v_key, of_v[2], kind, h, is_short, down, vbias, v_scores, v
        in_parallel(draw_units, v_blocks, downwards)
        of_v[2] += np.uint32(2 if kind == GAUSSIAN else 1)
        upwards = h_side, h_key, of_h[2], HIDDEN, v, False, W, hbias, h_mean, h
        in_parallel(draw_units, h_blocks, upwards)
        of_h[2] += np.uint32(1)


@compiled_form(GibbsChain)
def gibbs_chain(op, node):
    """The next state and the end of the chains."""
    dtype, n_steps = node.inputs[1].type.dtype, op.n_steps
    kind = BINARY if op.visible == "binary" else GAUSSIAN
    prepare(dtype)
    weights, results = arrays(dtype, 2, 2, 2, layout="C"), arrays(dtype, 2, 2, 2, 2, layout="C")
    machine = (*arrays("uint32", 2, layout="C"), *weights)
    run = kernel(run_chain, (*machine, types.intp, types.intp, *results))

    @numba_njit
    def gibbs_chain(state, h, W, hbias, vbias):
        """The five outputs of `GibbsChain`, of inputs of the shapes that are named there."""
        following, end = state.copy(), h.copy()
        v = np.empty((len(h), len(W)), h.dtype)
        v_scores, h_mean = np.empty_like(v), np.empty_like(h)
        W = np.ascontiguousarray(W)
        hbias = np.ascontiguousarray(hbias).reshape((-1, hbias.shape[-1]))
        vbias = np.ascontiguousarray(vbias).reshape((-1, vbias.shape[-1]))
        run((following.reshape((-1, 3)), W, hbias, vbias, n_steps, kind, v_scores, v, end, h_mean))
        return following, v_scores, v, end, h_mean

    return gibbs_chain
