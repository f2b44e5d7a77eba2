"""Convolution, max-pool, bias and tanh of one picture after the other, while its maps are hot."""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.exceptions import InputError
from dltut.kernels.conv_pool import ConvPool, ConvPoolGradients
from dltut.kernels.numba.conv import (
    add_blocks,
    add_filter_gradient,
    add_patch_gradient,
    convolve,
    matrices_of,
)
from dltut.kernels.numba.elementary import tanh
from dltut.kernels.numba.gather import (
    FRAME,
    NUMBERS,
    framing,
    gather,
    order_of,
    segments_of,
    spread,
)
from dltut.kernels.numba.gemm import prepare
from dltut.kernels.numba.symbols import arrays, kernel
from dltut.kernels.numba.threads import in_parallel
from dltut.kernels.numba.tiles import pool_maps, unpool_maps
from dltut.kernels.numba.version import source_version


@numba_njit
def add_bias_and_squash(pooled, bias):
    """Tanh of each map plus its bias."""
    size = np.uint64(len(pooled) // len(bias))
    for m in range(len(bias)):
        at, b = np.uint64(m) * size, bias[m]
        for k in range(size):
            pooled[at + k] = tanh(pooled[at + k] + b)


@numba_njit
def forward_block(block, x, filters, bias, ws, segments, frame, pooled, positions):
    at = frame[0]
    patches = np.zeros(at.taps * at.width, dtype=x.dtype)
    maps = np.empty(at.maps * at.spots, dtype=x.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        gather(x[n].reshape(-1), segments, frame, patches)
        convolve(filters, patches, frame, maps)
        out = pooled[n].reshape(-1)
        pool_maps(maps, frame, ws, out, positions[n].reshape(-1))
        if len(bias):
            add_bias_and_squash(out, bias)


def conv_pool_forward(x, w, bias, flip, ws, numbers, pooled, positions):
    frame = numbers.view(FRAME)
    x, segments = np.ascontiguousarray(x), segments_of(frame)
    filters = matrices_of(w, order_of(frame, flip))
    given = x, filters, bias, ws, segments, frame, pooled, positions
    in_parallel(forward_block, frame[0].blocks, given)


@numba_njit
def through_squash(up, out, scaled, bias_gradient):
    """Gradient in front of the tanh, and its sum for each map added to `bias_gradient`."""
    size = np.uint64(len(up) // len(bias_gradient))
    for m in range(len(bias_gradient)):
        at, total = np.uint64(m) * size, 0.0
        for k in range(size):
            scaled[at + k] = up[at + k] * (out.dtype.type(1) - out[at + k] * out[at + k])
            total += scaled[at + k]
        bias_gradient[m] += total


@numba_njit
def backward_block(
    block, x, filters, positions, up, out, ws, segments, frame, sums, bias_sums, gradient
):
    at = frame[0]
    patches = np.zeros(at.taps * at.width, dtype=x.dtype)
    deltas = np.zeros(at.maps * at.spots, dtype=x.dtype)
    turned = np.empty(at.maps * at.spots, dtype=x.dtype)
    patch_gradient = np.zeros(at.taps * at.width, dtype=x.dtype)
    scaled = np.empty(up[0].size, dtype=x.dtype)
    for n in range(block * at.block, min((block + 1) * at.block, at.images)):
        given = up[n].reshape(-1)
        if len(out):
            through_squash(given, out[n].reshape(-1), scaled, bias_sums[block])
            given = scaled
        unpool_maps(given, positions[n].reshape(-1), frame, ws, deltas)
        gather(x[n].reshape(-1), segments, frame, patches)
        add_filter_gradient(deltas, patches, frame, turned, sums[block])
        if len(gradient):
            patch_gradient[:] = 0
            add_patch_gradient(deltas, filters, frame, patch_gradient)
            spread(patch_gradient, segments, frame, gradient[n].reshape(-1))


def conv_pool_backward(
    x, w, positions, up, out, flip, ws, numbers, w_gradient, x_gradient, b_gradient
):
    frame = numbers.view(FRAME)
    x, up, out = np.ascontiguousarray(x), np.ascontiguousarray(up), np.ascontiguousarray(out)
    positions, segments, order = (
        np.ascontiguousarray(positions),
        segments_of(frame),
        order_of(frame, flip),
    )
    filters = matrices_of(w, order)
    sums = np.zeros((frame[0].blocks, w.size), dtype=x.dtype)
    bias_sums = np.zeros((frame[0].blocks, len(w)), dtype=np.float64)
    given = x, filters, positions, up, out, ws, segments, frame, sums, bias_sums, x_gradient
    in_parallel(backward_block, frame[0].blocks, given)
    add_blocks(sums, order, w_gradient.reshape(-1))
    for block in range(len(bias_sums)):
        for m in range(len(b_gradient)):
            b_gradient[m] += bias_sums[block, m]


@register_funcify_default_op_cache_key(ConvPool)
def conv_pool(op, node, **kwargs):
    dtype, (ws_rows, ws_columns) = node.outputs[0].type.dtype, op.ws
    prepare(dtype)
    given, bias = arrays(dtype, 4, 1)
    pair = types.UniTuple(types.intp, 2)
    places = arrays(op.position_type, 4)[0].copy(layout="C")
    types_of = (given, given, bias, types.boolean, pair, NUMBERS, given.copy(layout="C"), places)
    fill, frame_of = kernel(conv_pool_forward, types_of), framing(op)
    flip, ws, position_type = op.filter_flip, op.ws, np.dtype(op.position_type)

    @numba_njit
    def outputs(x, w, bias):
        numbers = frame_of(x.shape, w.shape)
        at = numbers.view(FRAME)[0]
        shape = at.images, at.maps, at.out_rows // ws_rows, at.out_columns // ws_columns
        if shape[2] < 1 or shape[3] < 1:
            raise InputError(
                "a pool does not fit into an image and its padding: "
                "use a smaller pool or larger pictures, or ignore_border=False"
            )
        pooled, positions = np.empty(shape, dtype=x.dtype), np.empty(shape, dtype=position_type)
        fill((x, w, bias, flip, ws, numbers, pooled, positions))
        return pooled, positions

    if op.tanh:

        @numba_njit
        def conv_pool(x, w, b):
            return outputs(x, w, b)

    else:

        @numba_njit
        def conv_pool(x, w):
            return outputs(x, w, np.empty(0, dtype=x.dtype))

    return conv_pool, source_version()


@register_funcify_default_op_cache_key(ConvPoolGradients)
def conv_pool_gradients(op, node, **kwargs):
    dtype = node.outputs[0].type.dtype
    prepare(dtype)
    given, bias = arrays(dtype, 4, 1)
    pair, places = types.UniTuple(types.intp, 2), arrays(op.position_type, 4)[0]
    result = given.copy(layout="C"), given.copy(layout="C"), bias.copy(layout="C")
    types_of = given, given, places, given, given, types.boolean, pair, NUMBERS, *result
    fill, frame_of = kernel(conv_pool_backward, types_of), framing(op)
    flip, ws, with_tanh, of_input = op.filter_flip, op.ws, op.tanh, op.of_input

    @numba_njit
    def gradients(x, w, positions, up, out):
        of_w, of_x = np.zeros(w.shape, dtype=x.dtype), np.zeros((0, 0, 0, 0), dtype=x.dtype)
        of_b = np.zeros(len(w) if with_tanh else 0, dtype=x.dtype)
        if of_input:
            of_x = np.zeros(x.shape, dtype=x.dtype)
        numbers = frame_of(x.shape, w.shape)
        fill((x, w, positions, up, out, flip, ws, numbers, of_w, of_x, of_b))
        return of_w, of_x, of_b

    return _with_outputs(gradients, with_tanh, of_input), source_version()


def _with_outputs(gradients, with_tanh, of_input):
    """What takes and returns as much as the operation's properties say."""
    if with_tanh and of_input:
        return gradients
    if with_tanh:

        @numba_njit
        def of_filters_and_bias(x, w, positions, up, out):
            of_w, _, of_b = gradients(x, w, positions, up, out)
            return of_w, of_b

        return of_filters_and_bias

    if of_input:

        @numba_njit
        def of_filters_and_input(x, w, positions, up):
            of_w, of_x, _ = gradients(x, w, positions, up, up[:0])
            return of_w, of_x

        return of_filters_and_input

    @numba_njit
    def of_filters(x, w, positions, up):
        return gradients(x, w, positions, up, up[:0])[0]

    return of_filters
