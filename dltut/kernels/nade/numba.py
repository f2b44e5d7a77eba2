"""The scores of a NADE for NUMBA mode: a row at a time, in the cache; sigmoids where bits are on.

Between two bits that are on the hidden units stay: a *stretch* of bits shares them.
"""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.blocks import count_of_blocks, side_of_block
from dltut.kernels.engine.elementary import sigmoid
from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.nade.op import UNFIT, NadeGradient, NadeScores

BLOCKS = 8  # of rows


@numba_njit
def check(v, W, V, hbias):
    """Refuse rows and weights that do not fit each other."""
    fits = W.shape == V.shape and v.shape[1] == len(W) and hbias.shape == (len(v), W.shape[1])
    if not fits:
        raise InputError(UNFIT)


@numba_njit(fastmath={"contract", "reassoc", "nsz"})
def dot(a, b):
    """The inner product of two vectors; sums in any order, so that they are a vector's work."""
    total = a.dtype.type(0)
    for j in range(len(a)):
        total += a[j] * b[j]
    return total


@numba_njit
def add_times(factor, a, total):
    """Add a multiple of one vector to another."""
    for j in range(len(a)):
        total[j] += factor * a[j]


@numba_njit
def squash(a, h):
    """Fill h with the sigmoids of a."""
    for j in range(len(a)):
        h[j] = sigmoid(a[j])


@numba_njit
def some_scores(i, side, v, W, V, hbias, scores):
    """Block i of the rows: their scores."""
    a, h = np.empty(W.shape[1], W.dtype), np.empty(W.shape[1], W.dtype)
    for r in range(i * side, min((i + 1) * side, len(v))):
        copy_row(hbias[r], a)
        squash(a, h)
        for k in range(len(W)):
            scores[r, k] = dot(V[k], h)
            if v[r, k] != 0:
                add_times(v[r, k], W[k], a)
                squash(a, h)


@numba_njit
def some_gradients(i, side, v, W, V, hbias, up, by_W, by_V, by_hbias):
    """Block i of the rows: what they add to the gradients of W and V, and that of their hbias.

    Parameters
    ----------
    by_W, by_V : array, shape (blocks, n_visible, n_hidden)
        0 now.
    """
    n, m = W.shape
    a, by_h = np.empty(m, W.dtype), np.empty(m, W.dtype)
    hidden = np.empty((n + 1, m), W.dtype)  # of each stretch
    ends = np.empty(n + 1, np.int64)  # the bit behind each stretch, its last one is on
    one = W.dtype.type(1)
    for r in range(i * side, min((i + 1) * side, len(v))):
        copy_row(hbias[r], a)
        squash(a, hidden[0])
        stretches = 0
        for k in range(n):
            add_times(up[r, k], hidden[stretches], by_V[i, k])
            if v[r, k] != 0:
                ends[stretches] = k + 1
                stretches += 1
                add_times(v[r, k], W[k], a)
                squash(a, hidden[stretches])
        ends[stretches] = n
        by_a = by_hbias[r]
        by_a[:] = 0
        for s in range(stretches, -1, -1):
            start = ends[s - 1] if s > 0 else 0
            by_h[:] = 0
            for k in range(start, ends[s]):
                add_times(up[r, k], V[k], by_h)
            h = hidden[s]
            for j in range(m):
                by_a[j] += by_h[j] * h[j] * (one - h[j])
            if s > 0:
                add_times(v[r, start - 1], by_a, by_W[i, start - 1])


def fill_scores(v, W, V, hbias, scores):
    """Fill scores (n, n_visible) from the other inputs of `NadeScores`."""
    check(v, W, V, hbias)
    side = side_of_block(len(v), 1, BLOCKS)
    in_parallel(some_scores, count_of_blocks(len(v), side), (side, v, W, V, hbias, scores))


def fill_gradients(v, W, V, hbias, up, by_W, by_V, by_hbias):
    """Fill the last three, the gradients; those of W and V (blocks, ...) by blocks of rows."""
    check(v, W, V, hbias)
    side = side_of_block(len(v), 1, BLOCKS)
    given = side, v, W, V, hbias, up, by_W, by_V, by_hbias
    in_parallel(some_gradients, count_of_blocks(len(v), side), given)


@compiled_form(NadeScores)
def nade_scores(op, node):
    """The scores."""
    dtype = node.outputs[0].type.dtype
    fill = kernel(fill_scores, arrays(dtype, 2, 2, 2, 2, 2, layout="C"))

    @numba_njit
    def nade_scores(v, W, V, hbias):
        """Of the inputs of `NadeScores` its output."""
        v = np.ascontiguousarray(v).astype(W.dtype)
        W, V, hbias = np.ascontiguousarray(W), np.ascontiguousarray(V), np.ascontiguousarray(hbias)
        scores = np.empty((len(v), len(W)), W.dtype)
        fill((v, W, V, hbias, scores))
        return scores

    return nade_scores


@compiled_form(NadeGradient)
def nade_gradient(op, node):
    """The gradients."""
    dtype = node.outputs[0].type.dtype
    kinds = arrays(dtype, 2, 2, 2, 2, 2, 3, 3, 2, layout="C")
    fill = kernel(fill_gradients, kinds)

    @numba_njit
    def gradient_of_nade(v, W, V, hbias, up):
        """Of the inputs of `NadeGradient` its outputs."""
        v = np.ascontiguousarray(v).astype(W.dtype)
        W, V = np.ascontiguousarray(W), np.ascontiguousarray(V)
        hbias, up = np.ascontiguousarray(hbias), np.ascontiguousarray(up)
        by_W = np.zeros((BLOCKS, *W.shape), W.dtype)
        by_V, by_hbias = np.zeros_like(by_W), np.empty_like(hbias)
        fill((v, W, V, hbias, up, by_W, by_V, by_hbias))
        return by_W.sum(axis=0), by_V.sum(axis=0), by_hbias

    return gradient_of_nade
