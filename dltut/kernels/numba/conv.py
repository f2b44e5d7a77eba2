"""Convolution for NUMBA mode: products of filters and patches, blocks of images side by side.

A block is as large as the shapes say, whatever the number of threads, and each sums its own
gradient of the filters: the results do not depend on how many threads there are.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.kernels.conv import Conv2d, Conv2dInputGradient, Conv2dWeightGradient
from dltut.kernels.numba.gather import (
    FRAME,
    NUMBERS,
    framing,
    gather,
    order_of,
    segments_of,
    spread,
    start,
)
from dltut.kernels.numba.gemm import prepare, product
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.version import source_version


@numba_njit
def convolve(filters, patches, frame, maps):
    """The maps (maps, out rows, out columns) of one picture, from its patches."""
    at = frame[0]
    sizes = at.maps, at.spots, at.taps
    for first in range(0, at.kernel_rows, at.together):
        part, under = filters[first * at.maps * at.taps :], patches[start(first, frame) :]
        beta = 0.0 if first == 0 else 1.0
        product(True, False, *sizes, 1.0, part, at.maps, under, at.width, beta, maps, at.spots)


@numba_njit
def add_filter_gradient(delta, patches, frame, turned, filters):
    """Add one picture's gradient of the filters, from that of the maps (delta).

    `turned` has room for delta with its rows as columns, which products read faster.
    """
    at = frame[0]
    turn(delta, np.uint64(at.maps), np.uint64(at.spots), turned)
    sizes = at.taps, at.maps, at.spots
    for first in range(0, at.kernel_rows, at.together):
        part, under = filters[first * at.maps * at.taps :], patches[start(first, frame) :]
        product(False, False, *sizes, 1.0, under, at.width, turned, at.maps, 1.0, part, at.maps)


@numba_njit
def turn(matrix, rows, columns, turned):
    for column in range(columns):
        for row in range(rows):
            turned[column * rows + row] = matrix[row * columns + column]


@numba_njit
def add_patch_gradient(delta, filters, frame, patches):
    """Add one picture's gradient of the patches."""
    at = frame[0]
    sizes = at.taps, at.spots, at.maps
    for first in range(0, at.kernel_rows, at.together):
        part, under = filters[first * at.maps * at.taps :], patches[start(first, frame) :]
        product(False, False, *sizes, 1.0, part, at.maps, delta, at.spots, 1.0, under, at.width)


@numba_njit
def convolve_block(block, x, filters, segments, frame, maps):
    at = frame[0]
    patches = np.zeros(at.taps * at.width, dtype=x.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        gather(x[n].reshape(-1), segments, frame, patches)
        convolve(filters, patches, frame, maps[n].reshape(-1))


def convolution(x, w, flip, numbers, maps):
    frame = numbers.view(FRAME)
    x, segments = np.ascontiguousarray(x), segments_of(frame)
    filters = matrices_of(w, order_of(frame, flip))
    in_parallel(convolve_block, frame[0].blocks, (x, filters, segments, frame, maps))


@numba_njit
def input_gradient_block(block, up, filters, segments, frame, gradient):
    at = frame[0]
    patches = np.empty(at.taps * at.width, dtype=up.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        patches[:] = 0
        add_patch_gradient(up[n].reshape(-1), filters, frame, patches)
        spread(patches, segments, frame, gradient[n].reshape(-1))


def gradient_of_input(up, w, flip, numbers, gradient):
    frame = numbers.view(FRAME)
    up, segments = np.ascontiguousarray(up), segments_of(frame)
    filters = matrices_of(w, order_of(frame, flip))
    in_parallel(input_gradient_block, frame[0].blocks, (up, filters, segments, frame, gradient))


@numba_njit
def weight_gradient_block(block, x, up, segments, frame, sums):
    at = frame[0]
    patches = np.zeros(at.taps * at.width, dtype=x.dtype)
    turned = np.empty(at.maps * at.spots, dtype=x.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        gather(x[n].reshape(-1), segments, frame, patches)
        add_filter_gradient(up[n].reshape(-1), patches, frame, turned, sums[block])


def gradient_of_filters(x, up, flip, numbers, gradient):
    frame = numbers.view(FRAME)
    x, up, segments = np.ascontiguousarray(x), np.ascontiguousarray(up), segments_of(frame)
    sums = np.zeros((frame[0].blocks, gradient.size), dtype=x.dtype)
    in_parallel(weight_gradient_block, frame[0].blocks, (x, up, segments, frame, sums))
    add_blocks(sums, order_of(frame, flip), gradient.reshape(-1))


@numba_njit
def add_blocks(sums, order, filters):
    """Add the gradients of all blocks, in their order, to the filters that are 0 now."""
    for block in range(len(sums)):
        for k in range(len(order)):
            filters[order[k]] += sums[block, k]


@numba_njit
def matrices_of(w, order):
    """The filters as the matrices of the products."""
    matrices = np.empty(w.size, dtype=w.dtype)
    w = np.ascontiguousarray(w).reshape(-1)
    for k in range(len(order)):
        matrices[k] = w[order[k]]
    return matrices


def prepared(function, op, node):
    """The kernel that fills the output, and what makes its frame."""
    dtype = node.outputs[0].type.dtype
    prepare(dtype)
    given = arrays(dtype, 4)[0]
    types_of = given, given, types.boolean, NUMBERS, given.copy(layout="C")
    return kernel(function, types_of), framing(op)


@register_funcify_default_op_cache_key(Conv2d)
def conv2d(op, node, **kwargs):
    (fill, frame_of), flip = prepared(convolution, op, node), op.filter_flip

    @numba_njit
    def maps_of(x, w):
        frame = frame_of(x.shape, w.shape)
        at = frame.view(FRAME)[0]
        maps = np.empty((at.images, at.maps, at.out_rows, at.out_columns), dtype=x.dtype)
        fill((x, w, flip, frame, maps))
        return maps

    return maps_of, source_version()


@register_funcify_default_op_cache_key(Conv2dInputGradient)
def input_gradient(op, node, **kwargs):
    (fill, frame_of), flip = prepared(gradient_of_input, op, node), op.filter_flip

    @numba_njit
    def input_gradient(up, w, x):
        gradient = np.zeros(x.shape, dtype=x.dtype)
        fill((up, w, flip, frame_of(x.shape, w.shape), gradient))
        return gradient

    return input_gradient, source_version()


@register_funcify_default_op_cache_key(Conv2dWeightGradient)
def weight_gradient(op, node, **kwargs):
    (fill, frame_of), flip = prepared(gradient_of_filters, op, node), op.filter_flip

    @numba_njit
    def weight_gradient(x, up, w):
        gradient = np.zeros(w.shape, dtype=x.dtype)
        fill((x, up, flip, frame_of(x.shape, w.shape), gradient))
        return gradient

    return weight_gradient, source_version()
