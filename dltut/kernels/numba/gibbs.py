"""Gibbs chains for NUMBA mode: products, sigmoids and draws of a block of units while it is hot."""

import math

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.exceptions import InputError
from dltut.kernels.gibbs import GibbsChain
from dltut.kernels.numba.elementary import log, sigmoid
from dltut.kernels.numba.gemm import COLUMNS, prepare, product
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.threefry import draw
from dltut.kernels.numba.version import source_version

BINARY, GAUSSIAN, HIDDEN = range(3)  # units; of hidden ones the mean is kept, not the scores
MANY = 6  # steps, for which a transposed copy of the weights pays


@numba_njit
def switch_on(key, call, first, scores, sample, numbers, keep_mean):
    """Units that are on with the probability of their scores' sigmoid, which may replace those."""
    draw(key, call, first, numbers)
    for s in range(len(sample)):
        mean = sigmoid(scores[s])
        sample[s] = 1 if numbers[s] < mean else 0
        scores[s] = mean if keep_mean else scores[s]


@numba_njit
def add_normal(key, call, first, scores, sample, numbers):
    """Units that are scattered around their scores, with unit variance."""
    one = sample.dtype.type(1)
    draw(key, call, first, numbers)
    for s in range(len(sample)):
        sample[s] = math.sqrt(-2 * log(one - numbers[s]))
    draw(key, call + np.uint32(1), first, numbers)
    for s in range(len(sample)):
        angle = sample.dtype.type(2 * math.pi) * numbers[s]
        sample[s] = scores[s] + sample[s] * math.cos(angle)


@numba_njit
def draw_units(i, side, key, call, kind, given, turned, weights, bias, scores, sample):
    """Block i of the units: what they are drawn from, given the other units, and the draw."""
    (m, n), k, left = scores.shape, given.shape[1], i * side
    width, out, ld = min(side, n - left), scores[:, left:], weights.shape[1]
    part = weights[left:] if turned else weights[:, left:]
    product(False, turned, m, width, k, 1, given, k, part, ld, 0, out, n)
    numbers = np.empty(width, scores.dtype)
    for r in range(m):
        row, drawn = scores[r, left : left + width], sample[r, left : left + width]
        for s in range(width):
            row[s] += bias[left + s]
        if kind != GAUSSIAN:
            switch_on(key, call, r * n + left, row, drawn, numbers, kind == HIDDEN)
        else:
            add_normal(key, call, r * n + left, row, drawn, numbers)


@numba_njit
def copy_rows(i, W, turned):
    """Some rows of the transpose; a few at a time, for the sake of the cache."""
    for j in range(W.shape[0]):
        for p in range(i * 16, min((i + 1) * 16, W.shape[1])):
            turned[p, j] = W[j, p]


@numba_njit
def transpose(W):
    turned = np.empty((W.shape[1], W.shape[0]), W.dtype)
    in_parallel(copy_rows, (W.shape[1] + 15) // 16, (W, turned))
    return turned


@numba_njit
def side_of_block(n):
    """Units of a block: eight blocks of whole panels."""
    return max(1, (n + 8 * COLUMNS - 1) // (8 * COLUMNS)) * COLUMNS


def run_chain(state, W, hbias, vbias, n_steps, kind, v_scores, v, h, h_mean):
    """Go on from h, in place."""
    if h.shape[1] != W.shape[1] or len(hbias) != W.shape[1] or len(vbias) != W.shape[0]:
        raise InputError(
            "the units or biases of a Gibbs chain do not fit its weights: "
            "weights have a row for each visible and a column for each hidden unit"
        )
    few = n_steps < MANY
    down = W if few else transpose(W)
    key = state[0], state[1]
    v_side, h_side = side_of_block(W.shape[0]), side_of_block(W.shape[1])
    v_blocks = (W.shape[0] + v_side - 1) // v_side
    h_blocks = (W.shape[1] + h_side - 1) // h_side
    for _ in range(n_steps):
        given = v_side, key, state[2], kind, h, few, down, vbias, v_scores, v
        in_parallel(draw_units, v_blocks, given)
        state[2] += np.uint32(2 if kind == GAUSSIAN else 1)
        given = h_side, key, state[2], HIDDEN, v, False, W, hbias, h_mean, h
        in_parallel(draw_units, h_blocks, given)
        state[2] += np.uint32(1)


@register_funcify_default_op_cache_key(GibbsChain)
def gibbs_chain(op, node, **kwargs):
    dtype, n_steps = node.inputs[1].type.dtype, op.n_steps
    kind = BINARY if op.visible == "binary" else GAUSSIAN
    prepare(dtype)
    vectors, results = arrays(dtype, 1, 1, layout="C"), arrays(dtype, 2, 2, 2, 2, layout="C")
    given = (*arrays("uint32", 1), *arrays(dtype, 2, layout="C"), *vectors)
    run = kernel(run_chain, (*given, types.intp, types.intp, *results))

    @numba_njit
    def gibbs_chain(state, h, W, hbias, vbias):
        following, end = state.copy(), h.copy()
        v = np.empty((len(h), len(vbias)), h.dtype)
        v_scores, h_mean = np.empty_like(v), np.empty_like(h)
        W = np.ascontiguousarray(W)
        hbias, vbias = np.ascontiguousarray(hbias), np.ascontiguousarray(vbias)
        run((following, W, hbias, vbias, n_steps, kind, v_scores, v, end, h_mean))
        return following, v_scores, v, end, h_mean

    return gibbs_chain, source_version()
