"""The loops of `loops` as PyTensor's operations for NUMBA mode: rooms for what comes out."""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.blocks import count_of_blocks
from dltut.kernels.engine.gemm import prepare
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.recurrent.loops import backward_of, forward_of, side_of
from dltut.kernels.recurrent.op import Recurrence, RecurrenceGradient
from dltut.kernels.recurrent.units import KEPT


def given_types(dtype: str) -> tuple:
    """The types of U, p, mask, h0, c0, `is_masked` and `backwards`."""
    matrices = arrays(dtype, 2, 2, 2, 2, layout="C")
    mask = arrays("bool", 2, layout="C")
    return (*matrices[:2], *mask, *matrices[2:], types.boolean, types.boolean)


@compiled_form(Recurrence)
def recurrence(op, node):
    """All states, and what is kept, in the layout of `forward_of`."""
    dtype, cell, backwards = node.outputs[0].type.dtype, op.cell, op.backwards
    is_masked, n_kept = node.inputs[0].type.ndim == 2, KEPT.get(op.cell, 0)
    prepare(dtype)
    results = arrays(dtype, 3, 3, 3, layout="C")
    fill = kernel(forward_of(cell), (*arrays(dtype, 2, layout="C"), *given_types(dtype), *results))

    @numba_njit
    def rooms(a, U, mask, h0):
        """The sums as rows; room for the states (time, batch, n), and for what is kept."""
        a, (batch, n) = np.ascontiguousarray(a), h0.shape
        time = len(mask) if is_masked else len(a)
        sums = a.reshape((a.size // max(1, a.shape[-1]), a.shape[-1]))
        side = side_of(batch, n, a.shape[-1])
        parts, steps = (n_kept, len(sums)) if n_kept > 0 else (1, batch)
        kept = np.empty((count_of_blocks(n, side), steps, parts * side), a.dtype)
        return sums, np.empty((time, batch, n), a.dtype), kept

    @numba_njit
    def one_state(a, U, mask, p, h0):
        """Of the inputs of `Recurrence` the states and what is kept."""
        U, mask, p, h0 = contiguous(U), contiguous(mask), contiguous(p), contiguous(h0)
        sums, h, kept = rooms(a, U, mask, h0)
        fill((sums, U, p, mask, h0, h0, is_masked, backwards, h, h, kept))
        return h, kept

    @numba_njit
    def two_states(a, U, mask, p, h0, c0):
        """The same of a cell with a memory."""
        U, mask, p, h0 = contiguous(U), contiguous(mask), contiguous(p), contiguous(h0)
        (sums, h, kept), c0 = rooms(a, U, mask, h0), contiguous(c0)
        c = np.empty_like(h)
        fill((sums, U, p, mask, h0, c0, is_masked, backwards, h, c, kept))
        return h, c, kept

    return one_state if op.kind.n_states == 1 else two_states


@numba_njit
def contiguous(array):
    """The array, or a copy of it, in one piece."""
    return np.ascontiguousarray(array)


@numba_njit
def up_or_zeros(up, h):
    """The gradient of states h (time, batch, n), or one step of zeros where there is none."""
    if up.shape == (0, 0, 0):
        return np.zeros((1, h.shape[1], h.shape[2]), h.dtype)
    return np.ascontiguousarray(up)


@compiled_form(RecurrenceGradient)
def recurrence_gradient(op, node):
    """All gradients."""
    dtype, cell = node.outputs[0].type.dtype, op.cell
    backwards, truncate, is_masked = op.backwards, op.truncate, not op.has_all_steps
    clip = np.dtype(dtype).type(op.clip or np.inf)
    is_gru = cell == "gru"
    prepare(dtype)
    kept, arrays_of_3 = arrays(dtype, 3, layout="C"), arrays(dtype, *(3,) * 4, layout="C")
    by = arrays(dtype, *(2,) * 6, layout="C")
    settings = types.intp, kept[0].dtype
    fill = kernel(backward_of(cell), (*kept, *given_types(dtype), *settings, *arrays_of_3, *by))

    @numba_njit
    def rooms(U, p, mask, h):
        """Places for the gradients of the sums, through the product, of U, p, and a state."""
        (time, batch, _), n_sums = h.shape, U.shape[1]
        shape = np.sum(mask) if is_masked else time * batch, n_sums
        sums = np.empty(shape, h.dtype)
        through = np.empty(shape, h.dtype) if is_gru else sums
        return sums, through, np.empty(U.shape, h.dtype), np.zeros(p.shape, h.dtype)

    @numba_njit
    def in_shape(sums, h):
        """The gradients of the sums in the shape of the sums."""
        return sums if is_masked else sums.reshape((h.shape[0], h.shape[1], sums.shape[1]))

    @numba_njit
    def one_state(kept, U, mask, p, h0, h, up_h):
        """Of the inputs of `RecurrenceGradient` the gradients."""
        U, mask, p, h0 = contiguous(U), contiguous(mask), contiguous(p), contiguous(h0)
        kept, h, up_h = contiguous(kept), contiguous(h), up_or_zeros(up_h, h)
        sums, through, by_U, by_p = rooms(U, p, mask, h)
        by_h, ways = np.zeros(h0.shape, h.dtype), (is_masked, backwards, truncate, clip)
        given = kept, U, p, mask, h0, h0, *ways, h, h, up_h, up_h
        fill((*given, sums, through, by_U, by_h, by_h, by_p))
        return in_shape(sums, h), by_U, by_p, by_h

    @numba_njit
    def two_states(kept, U, mask, p, h0, c0, h, c, up_h, up_c):
        """The same of a cell with a memory."""
        U, mask, p, h0 = contiguous(U), contiguous(mask), contiguous(p), contiguous(h0)
        kept, h, up_h = contiguous(kept), contiguous(h), up_or_zeros(up_h, h)
        c0, c, up_c = contiguous(c0), contiguous(c), up_or_zeros(up_c, h)
        sums, through, by_U, by_p = rooms(U, p, mask, h)
        by_h, by_c = np.zeros(h0.shape, h.dtype), np.zeros(c0.shape, h.dtype)
        given = kept, U, p, mask, h0, c0, is_masked, backwards, truncate, clip, h, c, up_h, up_c
        fill((*given, sums, through, by_U, by_h, by_c, by_p))
        return in_shape(sums, h), by_U, by_p, by_h, by_c

    return one_state if op.kind.n_states == 1 else two_states
