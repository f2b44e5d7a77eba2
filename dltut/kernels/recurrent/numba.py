"""Recurrent loops for NUMBA mode: each step a job for all threads, a block of units at a time.

A block multiplies the states before the step with its units' columns of U, for all gates, and goes
on to the next states while the products are in the cache. On the way back it multiplies the
gradients of all sums of the step after with its units' rows of U. The columns of a block lie in
panels that are made once for all steps, so that they stay in the cache of the thread that takes it.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.blocks import ALONE_BELOW, blocks_for, count_of_blocks, side_of_block
from dltut.kernels.engine.gemm import COLUMNS, panel_width, prepare, product
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import count_of_threads, in_parallel
from dltut.kernels.recurrent.cells import CELLS
from dltut.kernels.recurrent.op import NOT_FIT, Recurrence, RecurrenceGradient
from dltut.kernels.recurrent.units import KEPT, ROWS

PACK_FROM = 64  # rows that meet U in all steps: then panels pay


@numba_njit
def side_of(batch, n, n_sums):
    """How many units a block has: one block a thread, or one alone where a step is little work.

    What comes out is the same for any number of blocks. More of them than threads would wander
    from one thread's cache to another's.
    """
    is_shared = batch * n * n_sums > ALONE_BELOW
    return side_of_block(n, COLUMNS, count_of_threads() if is_shared else 1)


@numba_njit
def pack_block(i, side, is_back, U, packed):
    """The panels of block i of the units.

    Parameters
    ----------
    side : int
        Units of a block.
    is_back : bool
        Whether the panels hold rows of U, for the way back, and not columns of all gates.
    U : array, shape (n, gates * n)
    packed : array, shape (blocks, rows * columns)
        Rows and columns of a block; columns, n rows of all gates' units, or of the units alone.
    """
    (n, n_sums), width, out = U.shape, panel_width(U), packed[i]
    at = 0
    for gate in range(1 if is_back else n_sums // n):
        for first in range(i * side, (i + 1) * side, width):
            panel = out[at : at + (n_sums if is_back else n) * width].reshape(-1, width)
            at += panel.size
            columns = max(0, min(width, n - first))
            if columns < width:
                panel[:] = 0
            if is_back:
                for s in range(columns):
                    for j in range(n_sums):
                        panel[j, s] = U[first + s, j]
            else:
                first += gate * n
                for j in range(n):
                    for s in range(columns):
                        panel[j, s] = U[j, first + s]


@numba_njit
def packed_blocks(side, is_back, U, rows):
    """The panels (blocks, elements) of all blocks; none if few `rows` are multiplied with U."""
    n, n_sums = U.shape
    blocks = count_of_blocks(n, side)
    packed = np.empty((blocks, side * n_sums if rows >= PACK_FROM else 0), U.dtype)
    if packed.size > 0:
        in_parallel(pack_block, blocks, (side, is_back, U, packed))
    return packed


@numba_njit
def any_step(mask):
    """Whether one of the sequences has this step, by its mask (batch,), or (0,) for all."""
    found = len(mask) == 0
    for r in range(len(mask)):
        found = found or mask[r]
    return found


@numba_njit
def at_step(mask, t):
    """The mask (batch,) of a step, or (0,) where there is no mask."""
    return mask[t] if len(mask) > 0 else np.empty(0, np.bool_)


@numba_njit
def place(array):
    """The address of an array's first element."""
    return np.intp(array.ctypes.data)


@numba_njit
def check_shapes(n_gates, has_p, sums, U, p, mask, h0, c0):
    """Refuse what does not fit together; `sums` is (time, batch, gates * n)."""
    (time, batch, n_sums), n = sums.shape, len(U)
    fits = U.shape == (n, n_sums) and n_sums == n_gates * n
    fits = fits and h0.shape == (batch, n) and c0.shape == (batch, n)
    fits = fits and (mask.shape == (time, batch) or mask.shape == (0, 0))
    if not fits or (has_p and p.shape != (3, n)):
        raise InputError(NOT_FIT)


def forward_of(cell: str):
    """The loop of a cell, to be compiled."""
    row, n_gates, n_kept = ROWS[cell][0], CELLS[cell].n_gates, KEPT.get(cell, 1)
    has_p = CELLS[cell].has_peepholes

    @numba_njit
    def block(i, side, is_step, a, U, packed, p, mask, h0, c0, h, c, kept):
        """Block i of the units in one step.

        Parameters
        ----------
        side : int
            Units of a block.
        is_step : bool
            Whether any sequence has the step.
        a : array, shape (batch, gates * n)
        U, packed
            See `pack_block`.
        p : array, shape (3, n), or anything
        mask : array, shape (batch,) or (0,)
        h0, c0, h, c : array, shape (batch, n)
            States before and after the step; c is h where there is one state.
        kept : array, shape (blocks, batch, parts * side)
        """
        (batch, n), left, size = h.shape, i * side, a.itemsize
        width, n_sums, ld = min(side, n - left), n_gates * n, n_kept * side
        if is_step and packed.size > 0:
            product(False, False, batch, n_gates * side, n, 1, h0, n, packed[i], 0, 0, kept[i], ld)
        elif is_step:
            for gate in range(n_gates):
                columns, out = U[:, gate * n + left :], kept[i, :, gate * side :]
                product(False, False, batch, width, n, 1, h0, n, columns, n_sums, 0, out, ld)
        for r in range(batch):
            at = (r * n + left) * size
            if len(mask) > 0 and not mask[r]:
                for s in range(left, left + width):
                    h[r, s], c[r, s] = h0[r, s], c0[r, s]
            else:
                row(
                    width, n * size, side * size, place(a) + (r * n_sums + left) * size,
                    place(kept) + (i * batch + r) * ld * size, place(p) + left * size,
                    place(h0) + at, place(c0) + at, place(h) + at, place(c) + at, a,
                )  # fmt: skip

    def forward(a, U, p, mask, h0, c0, backwards, h, c, kept):
        """All steps of the loop.

        Parameters
        ----------
        a : array, shape (time, batch, gates * n)
        U : array, shape (n, gates * n)
        p : array, shape (3, n) or (0, 0)
        mask : array, shape (time, batch) or (0, 0)
        h0, c0 : array, shape (batch, n)
        backwards : bool
        h, c : array, shape (time, batch, n)
            c is h, and c0 h0, where there is one state.
        kept : array, shape (time or 1, blocks, batch, parts * side)
        """
        check_shapes(n_gates, has_p, a, U, p, mask, h0, c0)
        time, batch, n = h.shape
        side = side_of(batch, n, a.shape[2])
        packed = packed_blocks(side, False, U, time * batch)
        for number in range(time):
            t = time - 1 - number if backwards else number
            mask_t, room = at_step(mask, t), kept[t % len(kept)]
            data = U, packed, p, mask_t, h0, c0, h[t], c[t], room
            in_parallel(block, room.shape[0], (side, any_step(mask_t), a[t], *data))
            h0, c0 = h[t], c[t]

    forward.__name__ = f"recurrent_{cell.replace(' ', '_')}"
    return forward


def backward_of(cell: str):
    """The way back through the loop of a cell, to be compiled."""
    row, n_gates, n_kept = ROWS[cell][1], CELLS[cell].n_gates, KEPT.get(cell, 0)
    has_memory, has_p = CELLS[cell].n_states > 1, CELLS[cell].has_peepholes

    @numba_njit
    def come_back(i, side, U, packed, through, fresh):
        """What comes to block i of the units (batch, side) through the product after them."""
        (batch, n_sums), n, left = through.shape, len(U), i * side
        if packed.size > 0:
            product(
                False, False, batch, side, n_sums, 1, through, n_sums, packed[i], 0, 0, fresh, side
            )
        else:
            rows, width = U[left:], min(side, n - left)
            product(
                False, True, batch, width, n_sums, 1, through, n_sums, rows, n_sums, 0, fresh, side
            )

    @numba_njit
    def block(
        i, side, is_end, U, packed, p, mask, h0, c0, h, c, kept, up_h, up_c, after, fresh, carried,
        memory, sums, through, by_p, clip,
    ):  # fmt: skip
        """Block i of the units in one step, on the way back.

        Parameters
        ----------
        side : int
            Units of a block.
        is_end : bool
            Whether nothing comes from the step after this one.
        U, packed, p, mask, h0, c0, h, c, kept
            As on the way there.
        up_h, up_c : array, shape (batch, n)
            Gradients of the states after the step that come from outside of the loop.
        after : array, shape (batch, gates * n)
            Gradients that go through the product of the step after this one; no rows for zeros.
        fresh : array, shape (blocks, batch, side)
            Room for what becomes of them.
        carried, memory : array, shape (batch, n)
            Gradients of the states beside the product, from the step after to the one before.
        sums, through : array, shape (batch, gates * n)
        by_p : array, shape (3, n)
        clip : float
        """
        (batch, n), left, size, room = h.shape, i * side, h.itemsize, fresh[i]
        width, n_sums = min(side, n - left), n_gates * n
        if is_end:
            carried[:, left : left + width] = 0
            memory[:, left : left + width] = 0
        if len(after) > 0:
            come_back(i, side, U, packed, after, room)
        else:
            room[:] = 0
        for r in range(batch):
            at, over = (r * n + left) * size, (r * n_sums + left) * size
            if len(mask) > 0 and not mask[r]:
                for s in range(width):
                    carried[r, left + s] += room[r, s] + up_h[r, left + s]
                    if has_memory:
                        memory[r, left + s] += up_c[r, left + s]
                for gate in range(n_gates):
                    for s in range(gate * n + left, gate * n + left + width):
                        sums[r, s] = through[r, s] = 0
            else:
                parts = place(kept) + (i * batch + r) * n_kept * side * size
                row(
                    width, n * size, side * size, parts, place(p) + left * size, place(h0) + at,
                    place(c0) + at, place(h) + at, place(c) + at, place(up_h) + at,
                    place(up_c) + at, place(fresh) + (i * batch + r) * side * size,
                    place(carried) + at, place(memory) + at, place(sums) + over,
                    place(through) + over,
                    place(by_p) + left * size, clip, h,
                )  # fmt: skip

    @numba_njit
    def start_block(i, side, U, packed, after, fresh, carried):
        """Block i of the gradient of h before the first step, in the place of `carried`."""
        room, left = fresh[i], i * side
        come_back(i, side, U, packed, after, room)
        for r in range(len(carried)):
            for s in range(min(side, len(U) - left)):
                carried[r, left + s] += room[r, s]

    @numba_njit
    def weight_block(i, side, states, through, h0, first, by_U):
        """Some columns of the gradient of U: of all steps but the first, and of the first.

        Parameters
        ----------
        states : array, shape (steps * batch, n)
            Before each of those steps.
        through : array, shape (steps * batch, gates * n)
        h0, first : array, shape (batch, n) and (batch, gates * n)
            Of the first step.
        by_U : array, shape (n, gates * n)
        """
        (n, n_sums), left = by_U.shape, i * side
        width, out = min(side, n_sums - left), by_U[:, left:]
        for x, delta, beta in ((states, through, 0), (h0, first, 1)):
            part, ld = delta[:, left:], n_sums
            product(True, False, n, width, len(x), 1, x, n, part, ld, beta, out, ld)

    def backward(
        kept, U, p, mask, h0, c0, backwards, truncate, clip, h, c, up_h, up_c, sums,
        through, by_U, carried, memory, by_p,
    ):  # fmt: skip
        """All gradients.

        Parameters
        ----------
        kept, U, p, mask, h0, c0, backwards, h, c
            As on the way there.
        truncate : int
        clip : float
        up_h, up_c : array, shape (time, batch, n), or (1, batch, n) of zeros
        sums, through : array, shape (time, batch, gates * n)
            `through` may be `sums`.
        by_U : array, shape (n, gates * n)
        carried, memory : array, shape (batch, n)
            Of zeros. In the end, the gradients of h0 and c0; `memory` is `carried` where there is
            one state.
        by_p : array, shape of p
            Of zeros.
        """
        time, batch, n = h.shape
        check_shapes(n_gates, has_p, sums, U, p, mask, h0, c0)
        if up_h.shape[1:] != (batch, n) or up_c.shape[1:] != (batch, n):
            raise InputError(NOT_FIT)
        side = side_of(batch, n, sums.shape[2])
        blocks = count_of_blocks(n, side)
        packed = packed_blocks(side, True, U, time * batch)
        fresh, nothing = (
            np.empty((blocks, batch, side), U.dtype),
            np.empty((0, sums.shape[2]), U.dtype),
        )
        after = nothing
        for number in range(time - 1, -1, -1):
            t = time - 1 - number if backwards else number
            before = t + 1 if backwards else t - 1
            h_before, c_before = (h[before], c[before]) if number > 0 else (h0, c0)
            is_end = number == time - 1 or (truncate > 0 and (number + 1) % truncate == 0)
            mask_t, room = at_step(mask, t), kept[t % max(1, len(kept))]
            there = p, mask_t, h_before, c_before, h[t], c[t], room
            back = up_h[t % len(up_h)], up_c[t % len(up_c)], nothing if is_end else after, fresh
            results = carried, memory, sums[t], through[t], by_p, clip
            in_parallel(block, blocks, (side, is_end, U, packed, *there, *back, *results))
            after = through[t] if any_step(mask_t) else nothing
        if len(after) > 0:
            in_parallel(start_block, blocks, (side, U, packed, after, fresh, carried))
        if time == 0:
            by_U[:] = 0
            return
        n_sums, first = sums.shape[2], time - 1 if backwards else 0
        rest = slice(0, time - 1) if backwards else slice(1, time)
        earlier = slice(1, time) if backwards else slice(0, time - 1)
        states, delta = h[earlier].reshape(-1, n), through[rest].reshape(-1, n_sums)
        side = side_of_block(n_sums, COLUMNS, blocks_for(n_sums, time * batch * n * n_sums))
        data = side, states, delta, h0, through[first], by_U
        in_parallel(weight_block, count_of_blocks(n_sums, side), data)

    backward.__name__ = f"recurrent_{cell.replace(' ', '_')}_gradient"
    return backward


def given_types(dtype: str) -> tuple:
    """The types of U, p, mask, h0, c0 and `backwards`."""
    matrices = arrays(dtype, 2, 2, 2, 2, layout="C")
    return (*matrices[:2], *arrays("bool", 2, layout="C"), *matrices[2:], types.boolean)


@compiled_form(Recurrence)
def recurrence(op, node):
    """All states, and what is kept, in the layout of `forward_of`."""
    dtype, cell, backwards, n_kept = (
        node.outputs[0].type.dtype,
        op.cell,
        op.backwards,
        KEPT.get(op.cell, 0),
    )
    prepare(dtype)
    results = arrays(dtype, 3, 3, 4, layout="C")
    fill = kernel(forward_of(cell), (*arrays(dtype, 3, layout="C"), *given_types(dtype), *results))

    @numba_njit
    def room_for(a, U):
        """The states (time, batch, n), and what is kept of each step."""
        (time, batch, n_sums), n = a.shape, len(U)
        side = side_of(batch, n, n_sums)
        parts, steps = (n_kept, time) if n_kept > 0 else (1, 1)
        kept = np.empty((steps, count_of_blocks(n, side), batch, parts * side), a.dtype)
        return np.empty((time, batch, n), a.dtype), kept

    @numba_njit
    def one_state(a, U, mask, p, h0):
        """Of the inputs of `Recurrence` the states and what is kept."""
        a, U, mask, p = contiguous(a), contiguous(U), contiguous(mask), contiguous(p)
        (h, kept), h0 = room_for(a, U), contiguous(h0)
        fill((a, U, p, mask, h0, h0, backwards, h, h, kept))
        return h, kept.reshape(len(kept), 1, -1)

    @numba_njit
    def two_states(a, U, mask, p, h0, c0):
        """The same of a cell with a memory."""
        a, U, mask, p = contiguous(a), contiguous(U), contiguous(mask), contiguous(p)
        (h, kept), h0, c0 = room_for(a, U), contiguous(h0), contiguous(c0)
        c = np.empty_like(h)
        fill((a, U, p, mask, h0, c0, backwards, h, c, kept))
        return h, c, kept.reshape(len(kept), 1, -1)

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
    dtype, cell, backwards, truncate = (
        node.outputs[0].type.dtype,
        op.cell,
        op.backwards,
        op.truncate,
    )
    clip = np.dtype(dtype).type(op.clip or np.inf)
    n_kept, is_gru = KEPT.get(cell, 0), cell == "gru"
    prepare(dtype)
    (kept,), arrays_of_3 = arrays(dtype, 4, layout="C"), arrays(dtype, *(3,) * 6, layout="C")
    by = arrays(dtype, 2, 2, 2, 2, layout="C")
    settings = types.intp, kept.dtype
    fill = kernel(backward_of(cell), (kept, *given_types(dtype), *settings, *arrays_of_3, *by))

    @numba_njit
    def parted(kept, U, h):
        """What is kept, (steps, blocks, batch, parts * side), which may be nothing."""
        (time, batch, n), n_sums = h.shape, U.shape[1]
        side = side_of(batch, n, n_sums)
        blocks = count_of_blocks(n, side)
        if n_kept == 0:
            return np.empty((1, blocks, batch, 0), h.dtype)
        return np.ascontiguousarray(kept).reshape(time, blocks, batch, n_kept * side)

    @numba_njit
    def rooms(U, p, h):
        """Places for the gradients of the sums, through the product, of U, p, and a state."""
        shape = h.shape[0], h.shape[1], U.shape[1]
        sums = np.empty(shape, h.dtype)
        through = np.empty(shape, h.dtype) if is_gru else sums
        by_state = np.zeros((h.shape[1], h.shape[2]), h.dtype)
        return sums, through, np.empty(U.shape, h.dtype), np.zeros(p.shape, h.dtype), by_state

    @numba_njit
    def one_state(kept, U, mask, p, h0, h, up_h):
        """Of the inputs of `RecurrenceGradient` the gradients."""
        U, mask, p, h0, h = (
            contiguous(U),
            contiguous(mask),
            contiguous(p),
            contiguous(h0),
            contiguous(h),
        )
        kept, up_h = parted(kept, U, h), up_or_zeros(up_h, h)
        sums, through, by_U, by_p, by_h = rooms(U, p, h)
        given = kept, U, p, mask, h0, h0, backwards, truncate, clip, h, h, up_h, up_h
        fill((*given, sums, through, by_U, by_h, by_h, by_p))
        return sums, by_U, by_p, by_h

    @numba_njit
    def two_states(kept, U, mask, p, h0, c0, h, c, up_h, up_c):
        """The same of a cell with a memory."""
        U, mask, p, h0, h = (
            contiguous(U),
            contiguous(mask),
            contiguous(p),
            contiguous(h0),
            contiguous(h),
        )
        c0, c, kept = contiguous(c0), contiguous(c), parted(kept, U, h)
        up_h, up_c = up_or_zeros(up_h, h), up_or_zeros(up_c, h)
        by_c = np.zeros(c0.shape, h.dtype)
        sums, through, by_U, by_p, by_h = rooms(U, p, h)
        given = kept, U, p, mask, h0, c0, backwards, truncate, clip, h, c, up_h, up_c
        fill((*given, sums, through, by_U, by_h, by_c, by_p))
        return sums, by_U, by_p, by_h, by_c

    return one_state if op.kind.n_states == 1 else two_states
