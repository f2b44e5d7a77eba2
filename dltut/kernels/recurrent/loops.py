"""Recurrent loops, there and back: each step a job for all threads, a block of units at a time.

A block multiplies the states before the step with its units' columns of U, for all gates, and goes
on to the next states while the products are in the cache. On the way back it multiplies the
gradients of all sums of the step after with its units' rows of U. The columns of a block lie in
panels that are made once for all steps, so that they stay in the cache of the thread that takes it.

The sums of all steps are rows below each other, and where there is a mask they are those of the
sequences that have the step alone: `live` are their numbers in the batch, and those of step t begin
at `first[t]`. Products are made of these rows only.
"""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.engine.blocks import (
    ALONE_BELOW,
    blocks_for,
    count_of_blocks,
    leading,
    side_of_block,
)
from dltut.kernels.engine.gemm import COLUMNS, is_copied_by_terms, panel_width, product
from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.threads import count_of_threads, in_parallel
from dltut.kernels.recurrent.cells import CELLS
from dltut.kernels.recurrent.op import NOT_FIT
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
def rows_of_steps(mask, time, batch, is_masked):
    """Of all steps, one after the other, the sequences that have it, and where each step begins."""
    live, first = np.empty(time * batch, np.intp), np.empty(time + 1, np.intp)
    count = 0
    for t in range(time):
        first[t] = count
        for r in range(batch):
            if not is_masked or mask[t, r]:
                live[count] = r
                count += 1
    first[time] = count
    return live[:count], first


@numba_njit
def gather(states, rows, out):
    """The states (batch, n) of some sequences, below each other."""
    for j in range(len(rows)):
        copy_row(states[rows[j]], out[j])


@numba_njit
def place(array):
    """The address of an array's first element."""
    return np.intp(array.ctypes.data)


@numba_njit
def check_shapes(n_gates, has_p, is_masked, sums, U, p, mask, h0, c0):
    """Refuse what does not fit together; `sums` is (steps, gates * n)."""
    n, batch = len(U), len(h0)
    n_sums = n_gates * n
    fits = U.shape == (n, n_sums) and sums.shape[1] == n_sums
    fits = fits and h0.shape == (batch, n) and c0.shape == (batch, n)
    if is_masked:
        fits = fits and mask.shape[1] == batch and len(sums) == np.sum(mask)
    else:
        fits = fits and mask.shape == (0, 0)
    if not fits or (has_p and p.shape != (3, n)):
        raise InputError(NOT_FIT)


def forward_of(cell: str):
    """The loop of a cell, to be compiled."""
    row, n_gates, n_kept = ROWS[cell][0], CELLS[cell].n_gates, KEPT.get(cell, 1)
    has_p, keeps = CELLS[cell].has_peepholes, cell in KEPT

    @numba_njit
    def block(i, side, a, U, packed, p, rows, x, h0, c0, h, c, kept):
        """Block i of the units in one step.

        Parameters
        ----------
        side : int
            Units of a block.
        a : array, shape (rows, gates * n)
        U, packed
            See `pack_block`.
        p : array, shape (3, n), or anything
        rows : array, shape (rows,)
            The sequences that have the step.
        x : array, shape (rows, n)
            Their states before it.
        h0, c0, h, c : array, shape (batch, n)
            States before and after the step; c is h where there is one state.
        kept : array, shape (blocks, rows, parts * side)
        """
        (batch, n), left, size, n_rows = h.shape, i * side, a.itemsize, len(rows)
        width, n_sums, ld = min(side, n - left), n_gates * n, n_kept * side
        if n_rows > 0 and packed.size > 0:
            product(False, False, n_rows, n_gates * side, n, 1, x, n, packed[i], 0, 0, kept[i], ld)
        elif n_rows > 0:
            for gate in range(n_gates):
                columns, out = U[:, gate * n + left :], kept[i, :, gate * side :]
                product(False, False, n_rows, width, n, 1, x, n, columns, n_sums, 0, out, ld)
        to_keep = place(kept) + i * kept.strides[0]
        j = 0
        for r in range(batch):
            at = (r * n + left) * size
            if j == n_rows or rows[j] != r:
                for s in range(left, left + width):
                    h[r, s], c[r, s] = h0[r, s], c0[r, s]
            else:
                row(
                    width, n * size, side * size, place(a) + (j * n_sums + left) * size,
                    to_keep + j * ld * size, place(p) + left * size,
                    place(h0) + at, place(c0) + at, place(h) + at, place(c) + at, a,
                )  # fmt: skip
                j += 1

    def forward(a, U, p, mask, h0, c0, is_masked, backwards, h, c, kept):
        """All steps of the loop.

        Parameters
        ----------
        a : array, shape (steps, gates * n)
        U : array, shape (n, gates * n)
        p : array, shape (3, n) or (0, 0)
        mask : array, shape (time, batch) or (0, 0)
        h0, c0 : array, shape (batch, n)
        is_masked, backwards : bool
        h, c : array, shape (time, batch, n)
            c is h, and c0 h0, where there is one state.
        kept : array, shape (blocks, steps or batch, parts * side)
        """
        check_shapes(n_gates, has_p, is_masked, a, U, p, mask, h0, c0)
        time, batch, n = h.shape
        side = side_of(batch, n, a.shape[1])
        live, first = rows_of_steps(mask, time, batch, is_masked)
        packed, room = packed_blocks(side, False, U, len(a)), np.empty((batch, n), U.dtype)
        for number in range(time):
            t = time - 1 - number if backwards else number
            begin, end = first[t], first[t + 1]
            rows, x = live[begin:end], h0
            if len(rows) < batch:
                x = room[: len(rows)]
                gather(h0, rows, x)
            kept_t = kept[:, begin:] if keeps else kept
            data = side, a[begin:end], U, packed, p, rows, x, h0, c0, h[t], c[t], kept_t
            in_parallel(block, len(kept), data)
            h0, c0 = h[t], c[t]

    forward.__name__ = f"recurrent_{cell.replace(' ', '_')}"
    return forward


@numba_njit
def weight_block(i, side, states, through, h0, first, by_U):
    """Some columns of the gradient of U.

    Parameters
    ----------
    states : array, shape (rows, n)
        Before each of some steps.
    through : array, shape (rows, gates * n)
    h0, first : array, shape (batch, n) and (batch, gates * n), or no rows
        Of the first step, if it is none of those.
    by_U : array, shape (n, gates * n)
    """
    (n, n_sums), left = by_U.shape, i * side
    width, out = min(side, n_sums - left), by_U[:, left:]
    for x, delta, beta in ((states, through, 0), (h0, first, 1)):
        if beta == 0 or len(x) > 0:
            part, ld = delta[:, left:], n_sums
            product(True, False, n, width, len(x), 1, x, n, part, ld, beta, out, ld)


@numba_njit
def before_block(t, backwards, live, first, h0, h, before):
    """The states before step t of the sequences that have it, below each other."""
    begin, end = first[t], first[t + 1]
    earlier = t + 1 if backwards else t - 1
    states = h[earlier] if 0 <= earlier < len(h) else h0
    gather(states, live[begin:end], before[begin:end])


@numba_njit
def weight_gradient(live, first, is_masked, backwards, h0, h, through, by_U):
    """The gradient of U, of all steps: one product, and where none is masked one of the first step.

    Parameters
    ----------
    live, first, is_masked, backwards, h0, h
        As on the way there.
    through : array, shape (steps, gates * n)
    by_U : array, shape (n, gates * n)
    """
    (time, _, n), (steps, n_sums) = h.shape, through.shape
    if steps == 0:
        by_U[:] = 0
        return
    if is_masked:
        states, delta = np.empty((steps, n), by_U.dtype), through
        in_parallel(before_block, time, (backwards, live, first, h0, h, states))
        beginning, of_first = h0[:0], through[:0]
    else:
        t = time - 1 if backwards else 0
        earlier = slice(1, time) if backwards else slice(0, time - 1)
        states = h[earlier].reshape(-1, n)
        delta = through[: first[t]] if backwards else through[first[1] :]
        beginning, of_first = h0, through[first[t] : first[t + 1]]
    is_copied = is_copied_by_terms(steps, n, leading(states), states.itemsize)
    blocks = blocks_for(n_sums, steps * n * n_sums, is_copied)
    side = side_of_block(n_sums, COLUMNS, blocks)
    data = side, states, delta, beginning, of_first, by_U
    in_parallel(weight_block, count_of_blocks(n_sums, side), data)


def backward_of(cell: str):
    """The way back through the loop of a cell, to be compiled."""
    row, n_gates, n_kept = ROWS[cell][1], CELLS[cell].n_gates, KEPT.get(cell, 0)
    has_memory, has_p = CELLS[cell].n_states > 1, CELLS[cell].has_peepholes

    @numba_njit
    def come_back(i, side, U, packed, rows, through, fresh, carried):
        """Add what comes to block i of the units through the product of the step after.

        Parameters
        ----------
        rows : array, shape (rows,)
            The sequences that have that step.
        through : array, shape (rows, gates * n)
        fresh : array, shape (blocks, batch, side)
            Room for the product.
        carried : array, shape (batch, n)
        """
        (n_rows, n_sums), n, left, room = through.shape, len(U), i * side, fresh[i]
        width = min(side, n - left)
        if packed.size > 0:
            product(
                False, False, n_rows, side, n_sums, 1, through, n_sums, packed[i], 0, 0, room, side
            )
        else:
            product(
                False, True, n_rows, width, n_sums, 1, through, n_sums, U[left:], n_sums, 0, room,
                side,
            )  # fmt: skip
        for j in range(n_rows):
            for s in range(width):
                carried[rows[j], left + s] += room[j, s]

    @numba_njit
    def block(
        i, side, is_end, U, packed, p, rows, h0, c0, h, c, kept, up_h, up_c, rows_after, after,
        fresh, carried, memory, sums, through, by_p, clip,
    ):  # fmt: skip
        """Block i of the units in one step, on the way back.

        Parameters
        ----------
        side : int
            Units of a block.
        is_end : bool
            Whether nothing comes from the step after this one.
        U, packed, p, rows, h0, c0, h, c, kept
            As on the way there.
        up_h, up_c : array, shape (batch, n)
            Gradients of the states after the step that come from outside of the loop.
        rows_after, after : array, shape (rows after,) and (rows after, gates * n)
            The sequences that have the step after this one, and their gradients that go through
            its product.
        fresh : array, shape (blocks, batch, side)
            Room for what becomes of them.
        carried, memory : array, shape (batch, n)
            Gradients of the states, from the step after to the one before.
        sums, through : array, shape (rows, gates * n)
        by_p : array, shape (3, n)
        clip : float
        """
        (batch, n), left, size, n_rows = h.shape, i * side, h.itemsize, len(rows)
        width, n_sums = min(side, n - left), n_gates * n
        if is_end:
            carried[:, left : left + width] = 0
            memory[:, left : left + width] = 0
        elif len(after) > 0:
            come_back(i, side, U, packed, rows_after, after, fresh, carried)
        parts = place(kept) + i * kept.strides[0]
        j = 0
        for r in range(batch):
            at, over = (r * n + left) * size, (j * n_sums + left) * size
            if j == n_rows or rows[j] != r:
                for s in range(left, left + width):
                    carried[r, s] += up_h[r, s]
                    if has_memory:
                        memory[r, s] += up_c[r, s]
            else:
                row(
                    width, n * size, side * size, parts + j * n_kept * side * size,
                    place(p) + left * size, place(h0) + at,
                    place(c0) + at, place(h) + at, place(c) + at, place(up_h) + at,
                    place(up_c) + at, place(carried) + at, place(memory) + at, place(sums) + over,
                    place(through) + over,
                    place(by_p) + left * size, clip, h,
                )  # fmt: skip
                j += 1

    @numba_njit
    def start_block(i, side, U, packed, rows, after, fresh, carried):
        """Block i of the gradient of h before the first step, in the place of `carried`."""
        come_back(i, side, U, packed, rows, after, fresh, carried)

    def backward(
        kept, U, p, mask, h0, c0, is_masked, backwards, truncate, clip, h, c, up_h, up_c, sums,
        through, by_U, carried, memory, by_p,
    ):  # fmt: skip
        """All gradients.

        Parameters
        ----------
        kept, U, p, mask, h0, c0, is_masked, backwards, h, c
            As on the way there.
        truncate : int
        clip : float
        up_h, up_c : array, shape (time, batch, n), or (1, batch, n) of zeros
        sums, through : array, shape (steps, gates * n)
            `through` may be `sums`.
        by_U : array, shape (n, gates * n)
        carried, memory : array, shape (batch, n)
            Of zeros. In the end, the gradients of h0 and c0; `memory` is `carried` where there is
            one state.
        by_p : array, shape of p
            Of zeros.
        """
        time, batch, n = h.shape
        check_shapes(n_gates, has_p, is_masked, sums, U, p, mask, h0, c0)
        if up_h.shape[1:] != (batch, n) or up_c.shape[1:] != (batch, n):
            raise InputError(NOT_FIT)
        n_sums = sums.shape[1]
        side = side_of(batch, n, n_sums)
        live, first = rows_of_steps(mask, time, batch, is_masked)
        blocks = count_of_blocks(n, side)
        packed = packed_blocks(side, True, U, len(sums))
        fresh = np.empty((blocks, batch, side), U.dtype)
        after_begin, after_end = 0, 0
        for number in range(time - 1, -1, -1):
            t = time - 1 - number if backwards else number
            begin, end = first[t], first[t + 1]
            earlier = t + 1 if backwards else t - 1
            h_before, c_before = (h[earlier], c[earlier]) if number > 0 else (h0, c0)
            is_end = number == time - 1 or (truncate > 0 and (number + 1) % truncate == 0)
            there = p, live[begin:end], h_before, c_before, h[t], c[t], kept[:, begin:]
            rows_after, after = live[after_begin:after_end], through[after_begin:after_end]
            back = up_h[t % len(up_h)], up_c[t % len(up_c)], rows_after, after, fresh
            results = carried, memory, sums[begin:end], through[begin:end], by_p, clip
            in_parallel(block, blocks, (side, is_end, U, packed, *there, *back, *results))
            after_begin, after_end = begin, end
        if after_end > after_begin:
            rows, after = live[after_begin:after_end], through[after_begin:after_end]
            in_parallel(start_block, blocks, (side, U, packed, rows, after, fresh, carried))
        weight_gradient(live, first, is_masked, backwards, h0, h, through, by_U)

    backward.__name__ = f"recurrent_{cell.replace(' ', '_')}_gradient"
    return backward
