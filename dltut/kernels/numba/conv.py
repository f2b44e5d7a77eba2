"""Convolution for NUMBA mode: products of filters and patches, blocks of images side by side.

A block is as large as the shapes say, whatever the number of threads, and each sums its own
gradient of the filters: the results are the same on every machine with the same BLAS.
"""

import numpy as np
from numba import prange
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.kernels.conv import Conv2d, Conv2dInputGradient, Conv2dWeightGradient
from dltut.kernels.numba.blas import product
from dltut.kernels.numba.gather import (
    frame_of,
    gather,
    order_of,
    segments_of,
    spread,
    start,
)
from dltut.kernels.numba.version import source_version

BORDERS = {"valid": 0, "full": 1, "half": 2}


@numba_njit
def convolve(filters, patches, frame, maps):
    """maps (maps, out rows, out columns) of one picture, from its patches."""
    at = frame[0]
    for first in range(0, at.kernel_rows, at.together):
        part, under = filters[first * at.maps * at.taps :], patches[start(first, frame) :]
        beta, sizes = 0.0 if first == 0 else 1.0, (at.maps, at.spots, at.taps)
        product(False, False, *sizes, 1.0, part, at.taps, under, at.width, beta, maps, at.spots)


@numba_njit
def add_filter_gradient(delta, patches, frame, filters):
    """Add one picture's gradient of the filters, from that of the maps (delta)."""
    at = frame[0]
    for first in range(0, at.kernel_rows, at.together):
        part, under = filters[first * at.maps * at.taps :], patches[start(first, frame) :]
        sizes = at.maps, at.taps, at.spots
        product(False, True, *sizes, 1.0, delta, at.spots, under, at.width, 1.0, part, at.taps)


@numba_njit
def add_patch_gradient(delta, filters, frame, patches):
    """Add one picture's gradient of the patches."""
    at = frame[0]
    for first in range(0, at.kernel_rows, at.together):
        part, under = filters[first * at.maps * at.taps :], patches[start(first, frame) :]
        sizes = at.taps, at.spots, at.maps
        product(True, False, *sizes, 1.0, part, at.taps, delta, at.spots, 1.0, under, at.width)


@numba_njit
def convolve_block(block, x, filters, segments, frame, maps):
    at = frame[0]
    patches = np.zeros(at.taps * at.width, dtype=x.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        gather(x[n].reshape(-1), segments, frame, patches)
        convolve(filters, patches, frame, maps[n].reshape(-1))


@numba_njit(parallel=True)
def convolve_blocks(blocks, x, filters, segments, frame, maps):
    for block in prange(blocks):
        convolve_block(np.int64(block), x, filters, segments, frame, maps)


@numba_njit
def input_gradient_block(block, up, filters, segments, frame, gradient):
    at = frame[0]
    patches = np.empty(at.taps * at.width, dtype=up.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        patches[:] = 0
        add_patch_gradient(up[n].reshape(-1), filters, frame, patches)
        spread(patches, segments, frame, gradient[n].reshape(-1))


@numba_njit(parallel=True)
def input_gradient_blocks(blocks, up, filters, segments, frame, gradient):
    for block in prange(blocks):
        input_gradient_block(np.int64(block), up, filters, segments, frame, gradient)


@numba_njit
def weight_gradient_block(block, x, up, segments, frame, sums):
    at = frame[0]
    patches = np.zeros(at.taps * at.width, dtype=x.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        gather(x[n].reshape(-1), segments, frame, patches)
        add_filter_gradient(up[n].reshape(-1), patches, frame, sums[block])


@numba_njit(parallel=True)
def weight_gradient_blocks(blocks, x, up, segments, frame, sums):
    for block in prange(blocks):
        weight_gradient_block(np.int64(block), x, up, segments, frame, sums)


@numba_njit
def matrices_of(w, order):
    """The filters as the matrices of the products."""
    matrices = np.empty(w.size, dtype=w.dtype)
    w = np.ascontiguousarray(w).reshape(-1)
    for k in range(len(order)):
        matrices[k] = w[order[k]]
    return matrices


@numba_njit
def filters_of(sums, order, shape):
    """The sum of all blocks' gradients, in their order, with the filters' shape."""
    filters = np.zeros(shape, dtype=sums.dtype)
    flat = filters.reshape(-1)
    for block in range(len(sums)):
        for k in range(len(order)):
            flat[order[k]] += sums[block, k]
    return filters


def border(op):
    """A convolution's border as the arguments of `frame_of`, with its steps."""
    given = (0, 0) if op.border_mode in BORDERS else op.border_mode
    return BORDERS.get(op.border_mode, 3), given, op.subsample


@register_funcify_default_op_cache_key(Conv2d)
def conv2d(op, node, **kwargs):
    (mode, given, steps), flip = border(op), op.filter_flip

    @numba_njit
    def maps_of(x, w):
        frame = frame_of(x.shape, w.shape, mode, given, steps)
        at, segments = frame[0], segments_of(frame)
        filters = matrices_of(w, order_of(frame, flip))
        maps = np.empty((at.images, at.maps, at.out_rows, at.out_columns), dtype=x.dtype)
        convolve_blocks(at.blocks, np.ascontiguousarray(x), filters, segments, frame, maps)
        return maps

    return maps_of, source_version()


@register_funcify_default_op_cache_key(Conv2dInputGradient)
def input_gradient(op, node, **kwargs):
    (mode, given, steps), flip = border(op), op.filter_flip

    @numba_njit
    def gradient_of_input(up, w, x):
        frame = frame_of(x.shape, w.shape, mode, given, steps)
        blocks, segments, up = frame[0].blocks, segments_of(frame), np.ascontiguousarray(up)
        filters = matrices_of(w, order_of(frame, flip))
        gradient = np.zeros(x.shape, dtype=x.dtype)
        input_gradient_blocks(blocks, up, filters, segments, frame, gradient)
        return gradient

    return gradient_of_input, source_version()


@register_funcify_default_op_cache_key(Conv2dWeightGradient)
def weight_gradient(op, node, **kwargs):
    (mode, given, steps), flip = border(op), op.filter_flip

    @numba_njit
    def gradient_of_weights(x, up, w):
        frame = frame_of(x.shape, w.shape, mode, given, steps)
        blocks, segments, up = frame[0].blocks, segments_of(frame), np.ascontiguousarray(up)
        sums = np.zeros((blocks, w.size), dtype=x.dtype)
        weight_gradient_blocks(blocks, np.ascontiguousarray(x), up, segments, frame, sums)
        return filters_of(sums, order_of(frame, flip), w.shape)

    return gradient_of_weights, source_version()
