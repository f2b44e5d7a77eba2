"""Gibbs chains for NUMBA mode: products, sigmoids and draws of a block of units while it is hot.

Shapes are called (chains, units) where visible and hidden units take turns.
"""

import math

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.blocks import count_of_blocks, side_of_block
from dltut.kernels.engine.elementary import choice, log, sigmoid
from dltut.kernels.engine.gemm import prepare, product
from dltut.kernels.engine.lanes import for_each, in_line
from dltut.kernels.engine.ones import AHEAD, add_picked, list_ones
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.turned import transpose_part
from dltut.kernels.engine.vectors import BYTES, IS_WIDE
from dltut.kernels.gibbs.op import A_ROW_EACH, GibbsChain
from dltut.kernels.threefry.numba import draw

BINARY, GAUSSIAN, HIDDEN = range(3)  # units; of hidden ones the mean is kept, not the scores
# Steps of a chain for which a transposed copy of the weights pays, if few units are on. If many
# are, it never does with narrow vectors: products take longer there, and both copies together do
# not fit into a thread's cache.
TRANSPOSE_FROM_STEPS = 6
# Share of the units on from which a product of all is faster than sums of the rows of those alone.
FEW = 0.3
# Blocks of units. More of them make shorter lists of those that are on, which take longer to read.
BLOCKS, MORE_BLOCKS, MORE_FROM = 4, 8, 2**24  # chains times weights


@in_line
def copied(number, _):
    """The number itself, in the place of another."""
    return (number,)


@in_line
def switched_on(number, score, _, zero, one):
    """A unit that is on with the probability of its score's sigmoid."""
    return (choice(number < sigmoid(score), one, zero),)


@in_line
def switched_on_and_mean(number, score, _, zero, one):
    """The same, behind the sigmoid in the place of the score."""
    mean = sigmoid(score)
    return mean, choice(number < mean, one, zero)


@in_line
def radius(number, _, one, minus_two):
    """How far from its mean a normal number of unit variance is, by its first draw."""
    return (math.sqrt(minus_two * log(one - number)),)


@in_line
def scattered(number, score, away, circle):
    """That number itself, around the score, by its second draw."""
    return (score + away * math.cos(circle * number),)


@numba_njit
def draw_row(key, call, first, width, kind, numbers, scores, sample, like):
    """Draw some units of a chain.

    Parameters
    ----------
    key, call, first
        Of the generator, see `dltut.kernels.threefry.numba.draw`.
    width : int
        How many units.
    kind : {BINARY, GAUSSIAN, HIDDEN}
    numbers, scores, sample : int
        Addresses: of room for the draws, of the scores, which give way to their sigmoids for
        HIDDEN, and of the units.
    like : array
        For the type of the numbers.
    """
    real = like.dtype.type
    draw(key, call, first, width, numbers, like)
    if kind == HIDDEN:
        bits = real(0), real(1)
        for_each(switched_on_and_mean, width, (numbers, scores, sample), bits, like)
    elif kind == BINARY:
        for_each(switched_on, width, (numbers, scores, sample), (real(0), real(1)), like)
    else:
        for_each(radius, width, (numbers, sample), (real(1), real(-2)), like)
        draw(key, call + np.uint32(1), first, width, numbers, like)
        for_each(scattered, width, (numbers, scores, sample), (real(2 * math.pi),), like)


@numba_njit
def part_of(i, blocks, n, like):
    """Where the units of block i begin, and how many there are: whole vectors, almost as many each.

    The last block is the largest.

    Parameters
    ----------
    blocks, n : int
        How many blocks, and units of all of them.
    like : array
        For the type of the units.
    """
    lanes = BYTES // like.itemsize
    vectors = n // lanes
    left, right = vectors * i // blocks * lanes, vectors * (i + 1) // blocks * lanes
    return left, (n if i == blocks - 1 else right) - left


@numba_njit
def draw_units(i, kind, key, call, others, ones, is_picked, transposed, weights, bias, scores,
    sample, found):  # fmt: skip
    """Block i of the units: what they are drawn from, given the other units, and the draw.

    Parameters
    ----------
    kind : {BINARY, GAUSSIAN, HIDDEN}
    key, call
        Of the generator.
    others : array, shape (chains, other units)
    ones : (lists, lengths)
        Where the other units are on, see `no_lists`.
    is_picked : bool
        Whether few of the other units are on: then their rows of the weights are summed.
    transposed : bool
        Whether the weights are; not if `is_picked`.
    weights : array, shape (other units, units), or (units, other units) if `transposed`
    bias : array, shape (1 or chains, units)
    scores, sample : array, shape (chains, units)
    found : (lists, lengths)
        Where the sample is on, to be written.
    """
    (m, n), (lists, lengths), size = scores.shape, ones, scores.itemsize
    blocks, ld = lengths.shape[1], weights.shape[1]
    left, width = part_of(i, blocks, n, scores)
    # Arrays that are cut count who has them, for which threads would wait: addresses do not.
    row, offset = n * size, left * size
    means, units = np.intp(scores.ctypes.data) + offset, np.intp(sample.ctypes.data) + offset
    added, added_row = np.intp(bias.ctypes.data) + offset, row if len(bias) > 1 else 0
    for r in range(m):
        for_each(copied, width, (added + r * added_row, means + r * row), (), scores)
    if is_picked:
        first, side = np.intp(weights.ctypes.data) + offset, lists.shape[2] * lists.itemsize
        for block in range(blocks):
            members = np.intp(lists.ctypes.data) + block * side, blocks * side
            counts = np.intp(lengths.ctypes.data) + block * lengths.itemsize
            packed = m, counts, blocks * lengths.itemsize, *members
            add_picked(packed, first, ld * size, width, means, row, scores)
    else:
        part = weights[left:] if transposed else weights[:, left:]
        k, out = others.shape[1], scores[:, left:]
        product(False, transposed, m, width, k, 1, others, k, part, ld, 1, out, n)
    numbers = np.empty(width, scores.dtype)
    room = np.intp(numbers.ctypes.data)
    for r in range(m):
        row_means, row_units = means + r * row, units + r * row
        draw_row(key, call, r * n + left, width, kind, room, row_means, row_units, scores)
        list_row(i, r, n, row_units, found, scores)


@numba_njit
def no_lists(blocks, sample):
    """Room for lists of the units (chains, n) that are on, one for each chain and block.

    Returns
    -------
    lists : int32 array, shape (chains, blocks, longest)
        Of no length if blocks are smaller than a vector: then there are no lists.
    lengths : int64 array, shape (chains, blocks)
    """
    m, n = sample.shape
    is_wide = part_of(0, blocks, n, sample)[1] > 0
    longest = part_of(blocks - 1, blocks, n, sample)[1] + AHEAD if is_wide else 0
    return np.empty((m, blocks, longest), np.int32), np.empty((m, blocks), np.int64)


@numba_njit
def list_row(i, r, n, units, found, like):
    """List which units of block i are on in chain r, if there is room.

    Parameters
    ----------
    n : int
        Units of all blocks.
    units : int
        The address of the first of the block.
    found : (lists, lengths)
        See `no_lists`.
    like : array
        For the type of the units.
    """
    lists, lengths = found
    blocks, longest = lengths.shape[1], lists.shape[2]
    if longest > 0:
        left, width = part_of(i, blocks, n, like)
        room = np.intp(lists.ctypes.data) + (r * blocks + i) * longest * lists.itemsize
        lengths[r, i] = list_ones(units, left, width, room, like)


@numba_njit
def are_few(ones, sample):
    """Whether few of the units (chains, n) are on, and all blocks have lists."""
    lists, lengths = ones
    return lists.size > 0 and lengths.sum() < FEW * sample.size


@numba_njit
def list_given(h, found):
    """List the units (chains, n) that are on in chains that are given.

    Returns
    -------
    bool
        Whether all of them are 0 or 1, so that sums of rows are products with them.
    """
    n, blocks = h.shape[1], found[1].shape[1]
    for r in range(len(h)):
        for i in range(blocks):
            left, _ = part_of(i, blocks, n, h)
            list_row(i, r, n, np.intp(h.ctypes.data) + (r * n + left) * h.itemsize, found, h)
    return bool(((h == 0) | (h == 1)).all())


@numba_njit
def transpose_block(i, side, W, transposed):
    """Some rows of W (rows, columns) as columns of its transpose (columns, rows)."""
    (rows, columns), top, size = W.shape, i * side, W.itemsize
    at, to = np.intp(W.ctypes.data) + top * columns * size, np.intp(transposed.ctypes.data)
    here = min(side, rows - top)
    transpose_part(at, columns * size, here, columns, to + top * size, rows * size, W)


@numba_njit
def transpose(W):
    """A copy (columns, rows) of W (rows, columns), by all threads."""
    transposed = np.empty((W.shape[1], W.shape[0]), W.dtype)
    side = side_of_block(len(W), BYTES // W.itemsize, MORE_BLOCKS)
    in_parallel(transpose_block, count_of_blocks(len(W), side), (side, W, transposed))
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
    blocks = BLOCKS if len(h) * W.size < MORE_FROM else MORE_BLOCKS
    v_ones, h_ones = no_lists(blocks, v), no_lists(blocks, h)
    are_bits = list_given(h, h_ones)
    can_pick = v_ones[0].size > 0 and n_steps >= TRANSPOSE_FROM_STEPS and are_few(h_ones, h)
    is_turned = can_pick or (IS_WIDE and n_steps >= TRANSPOSE_FROM_STEPS)
    down = transpose(W) if is_turned else W
    of_v, of_h = state[0], state[len(state) - 1]
    v_key, h_key = (of_v[0], of_v[1]), (of_h[0], of_h[1])
    for step in range(n_steps):
        few = is_turned and v_ones[0].size > 0 and (are_bits or step > 0) and are_few(h_ones, h)
        downwards = kind, v_key, of_v[2], h, h_ones, few, not is_turned, down, vbias, v_scores, v
        in_parallel(draw_units, blocks, (*downwards, v_ones))
        of_v[2] += np.uint32(2 if kind == GAUSSIAN else 1)
        few = kind == BINARY and h_ones[0].size > 0 and are_few(v_ones, v)
        upwards = HIDDEN, h_key, of_h[2], v, v_ones, few, False, W, hbias, h_mean, h
        in_parallel(draw_units, blocks, (*upwards, h_ones))
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
