"""Cropping for NUMBA mode: a copy, and a copy among zeros; beside other maps, by all threads."""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.crop.op import Beside, BesideGradient, Crop, CropGradient
from dltut.kernels.engine.rows import copy_row
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel

BLOCKS = 64  # of maps: enough for many threads


@numba_njit
def first(large, small, centre):
    """The first row and column that stay; refuses maps that are too small."""
    rows, columns = large[2] - small[2], large[3] - small[3]
    if rows < 0 or columns < 0:
        raise InputError("maps cannot be cropped to a larger size: exchange the two")
    return (rows // 2, columns // 2) if centre else (0, 0)


@compiled_form(Crop)
def crop(op, node):
    """The part."""
    centre = op.centre

    @numba_njit
    def part(x, like):
        """Of x (batch, maps, rows, columns) and others the part of x that is as large."""
        top, left = first(x.shape, like.shape, centre)
        rows, columns = like.shape[2:]
        return x[:, :, top : top + rows, left : left + columns].copy()

    return part


@compiled_form(CropGradient)
def crop_gradient(op, node):
    """The gradient of all."""
    centre = op.centre

    @numba_njit
    def gradient_of_all(up, x):
        """Of up (as the part) and x the gradient (as x)."""
        top, left = first(x.shape, up.shape, centre)
        rows, columns = up.shape[2:]
        gradient = np.zeros(x.shape, dtype=x.dtype)
        for i in range(rows):
            for n in range(len(up)):
                for c in range(up.shape[1]):
                    copy_row(up[n, c, i], gradient[n, c, top + i, left : left + columns])
        return gradient

    return gradient_of_all


@numba_njit
def maps_of_block(block, both):
    """The numbers of the maps in a block, counted through the batch."""
    n_maps = both.shape[0] * both.shape[1]
    size = -(-n_maps // BLOCKS)
    return range(block * size, min((block + 1) * size, n_maps))


@numba_njit
def copy_block(block, x, like, corner, both):
    """Copy the maps of a block: the first of each picture from x, the others from `like`."""
    n_first, (top, left) = x.shape[1], corner
    rows, columns = both.shape[2:]
    for number in maps_of_block(block, both):
        n, c = number // both.shape[1], number % both.shape[1]
        for i in range(rows):
            if c < n_first:
                copy_row(x[n, c, top + i, left : left + columns], both[n, c, i])
            else:
                copy_row(like[n, c - n_first, i], both[n, c, i])


@numba_njit
def copy_back_block(block, up, corner, of_x, of_like):
    """Copy the maps of a block of the gradient of both to the two, with zeros around."""
    n_first, (top, left) = of_x.shape[1], corner
    rows, columns = up.shape[2:]
    for number in maps_of_block(block, up):
        n, c = number // up.shape[1], number % up.shape[1]
        if c >= n_first:
            for i in range(rows):
                copy_row(up[n, c, i], of_like[n, c - n_first, i])
            continue
        for i in range(of_x.shape[2]):
            row = of_x[n, c, i]
            if not top <= i < top + rows:
                row[:] = 0
                continue
            row[:left] = 0
            copy_row(up[n, c, i - top], row[left : left + columns])
            row[left + columns :] = 0


def put_beside(x, like, corner, both):
    """Fill the maps of both."""
    in_parallel(copy_block, BLOCKS, (x, like, corner, both))


def take_apart(up, corner, of_x, of_like):
    """Fill both gradients."""
    in_parallel(copy_back_block, BLOCKS, (up, corner, of_x, of_like))


CORNER = types.UniTuple(types.intp, 2)


@compiled_form(Beside)
def beside(op, node):
    """The maps of both."""
    four, centre = arrays(node.outputs[0].type.dtype, 4, layout="C")[0], op.centre
    fill = kernel(put_beside, (four, four, CORNER, four))

    @numba_njit
    def maps_of_both(x, like):
        """Of x (batch, maps, rows, columns) and others (batch, ...) the maps of both."""
        if x.shape[0] != like.shape[0]:
            raise InputError(
                "maps of two batches cannot lie beside each other: give those of the same pictures"
            )
        corner = first(x.shape, like.shape, centre)
        n, maps, rows, columns = like.shape
        both = np.empty((n, x.shape[1] + maps, rows, columns), dtype=x.dtype)
        fill((np.ascontiguousarray(x), np.ascontiguousarray(like), corner, both))
        return both

    return maps_of_both


@compiled_form(BesideGradient)
def beside_gradient(op, node):
    """The gradients of both."""
    four, centre = arrays(node.outputs[0].type.dtype, 4, layout="C")[0], op.centre
    fill = kernel(take_apart, (four, CORNER, four, four))

    @numba_njit
    def gradients_of_both(up, x, like):
        """Of up (as the maps of both), x and others the gradients of these."""
        corner = first(x.shape, like.shape, centre)
        of_x, of_like = np.empty(x.shape, x.dtype), np.empty(like.shape, like.dtype)
        fill((np.ascontiguousarray(up), corner, of_x, of_like))
        return of_x, of_like

    return gradients_of_both
