"""Convolution, max-pool, bias and tanh of one picture after the other, while its maps are hot.

Shapes are those of the operations, and of `dltut.kernels.conv.numba` for one picture; `pooled` and
what has its shape are (batch, maps, out rows, out columns), of one picture all in a row.
"""

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.conv.numba import convolve, images_of, panels_of
from dltut.kernels.conv.winograd import Winograd
from dltut.kernels.conv_pool.maxima import (
    canvas_of,
    empty_lists,
    order_of_filters,
    pick_maxima,
    pixels_of_spots,
    places_of_filters,
    row_of_pixels,
    size_of_filter,
    steps_of,
)
from dltut.kernels.conv_pool.op import PooledConvolution, PooledConvolutionGradients
from dltut.kernels.conv_pool.pooling import pool_of
from dltut.kernels.engine.blocks import add_up
from dltut.kernels.engine.canvas import cut, draw
from dltut.kernels.engine.elementary import tanh
from dltut.kernels.engine.gather import FRAME, NUMBERS, framing, gather, order_of, segments_of
from dltut.kernels.engine.gemm import prepare
from dltut.kernels.engine.picked import add_picked
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.vectors import BYTES


@numba_njit
def add_bias_and_squash(pooled, bias):
    """Tanh of each map of `pooled` (maps * size,) plus its own of the biases (maps,)."""
    size = np.uint64(len(pooled) // len(bias))
    for m in range(len(bias)):
        first, b = np.uint64(m) * size, bias[m]
        for k in range(size):
            pooled[first + k] = tanh(pooled[first + k] + b)


def forward_of(ws: tuple[int, int], ties: str, dtype: str, place_type: str):
    """What fills pooled maps and places, to be compiled for one window and width."""
    pool = pool_of(ws, dtype, place_type, sets=ties == "all")

    @numba_njit
    def forward_block(block, x, filters, bias, segments, frame, pooled, positions):
        """The pooled maps of the images of a block, and the places of their maxima.

        Parameters
        ----------
        x : array, shape (batch, channels, rows, columns)
        filters : array
            See `panels_of`.
        bias : array, shape (maps,), or (0,) for no tanh
        segments, frame
            See `dltut.kernels.engine.gather`.
        pooled, positions : array, shape (batch, maps, out rows, out columns)
        """
        shape = frame[0]
        patches = np.zeros(shape.taps * shape.width, dtype=x.dtype)
        maps = np.empty(shape.maps * shape.spots, dtype=x.dtype)
        for n in images_of(block, frame):
            gather(x[n].reshape(-1), segments, frame, patches)
            convolve(filters, patches, frame, maps)
            out = pooled[n].reshape(-1)
            pool(maps, frame, out, positions[n].reshape(-1))
            if len(bias):
                add_bias_and_squash(out, bias)

    def conv_pool_forward(x, w, bias, flip, numbers, pooled, positions):
        """Fill the pooled maps and places; no bias (0,): no tanh. `numbers` is the frame."""
        frame = numbers.view(FRAME)
        x, segments = np.ascontiguousarray(x), segments_of(frame)
        filters = panels_of(w, frame, order_of(frame, flip))
        arguments = x, filters, bias, segments, frame, pooled, positions
        in_parallel(forward_block, frame[0].blocks, arguments)

    return conv_pool_forward


@numba_njit
def through_squash(up, out, scaled, bias_gradient):
    """The gradient in front of the tanh, and its sum for each map added to `bias_gradient`.

    Parameters
    ----------
    up, out, scaled : array, shape (maps * size,)
        The gradient behind the tanh, the tanh, the gradient in front of it.
    bias_gradient : float64 array, shape (maps,)
    """
    size = np.uint64(len(up) // len(bias_gradient))
    for m in range(len(bias_gradient)):
        first, total = np.uint64(m) * size, 0.0
        for k in range(size):
            value = out[first + k]
            scaled[first + k] = up[first + k] * (out.dtype.type(1) - value * value)
            total += scaled[first + k]
        bias_gradient[m] += total


@numba_njit
def backward_block(
    block, x, filters, positions, up, out, ws, to_all, frame, sums, bias_sums, gradient
):
    """The gradients of the images of a block, each kind in its own place.

    Parameters
    ----------
    filters : array, shape (maps * size of a filter + a vector,)
        Of rows of whole vectors, see `dltut.kernels.conv_pool.maxima`.
    up, out : array (as pooled)
        Their gradient, and they themselves; no `out` (0, ...): there was no tanh.
    sums : array, shape (blocks, maps * size of a filter)
        Of the gradients of the filters over the images.
    bias_sums : float64 array, shape (blocks, maps)
    gradient : array (as x), or one of no elements, which is not wanted
    """
    shape, (size, row), itemsize = frame[0], size_of_filter(frame, x), x.itemsize
    rows, vectors = shape.kernel_rows, row * itemsize // BYTES
    sides, place, width, pixels = canvas_of(frame, x)
    inner = np.empty(x[0].size, x.dtype)
    spots, steps = pixels_of_spots(frame, x), steps_of(frame, ws)
    pixel_row, filter_row = row_of_pixels(frame, x), row * itemsize
    of_maps = empty_lists(shape.maps, shape.spots if to_all else up[0, 0].size, x)
    of_spots = empty_lists(shape.spots if len(gradient) else 0, shape.maps, x)
    targets, pixel_gradient = places_of_filters(frame, size * itemsize), np.zeros_like(pixels)
    scaled = np.empty(up[0].size, dtype=x.dtype)
    for n in images_of(block, frame):
        behind, places = up[n].reshape(-1), positions[n].reshape(-1)
        if len(out):
            through_squash(behind, out[n].reshape(-1), scaled, bias_sums[block])
            behind = scaled
        lists = spots, size * itemsize, of_maps, of_spots
        pick_maxima(behind, places, frame, ws, steps, to_all, *lists)
        draw(x[n].reshape(-1), sides, place, width, inner, pixels)
        add_picked(rows, vectors, of_maps, targets, pixels, pixel_row, sums[block], filter_row)
        if len(gradient):
            pixel_gradient[:] = 0
            pieces = filters, filter_row, pixel_gradient, pixel_row
            add_picked(rows, vectors, of_spots, spots, *pieces)
            cut(pixel_gradient, sides, place, width, inner, gradient[n].reshape(-1))


def conv_pool_backward(
    x, w, positions, up, out, flip, ws, to_all, numbers, w_gradient, x_gradient, b_gradient
):
    """Fill the gradients (as w, as x, (maps,)); one of no elements is not made.

    `out` and `up` as for `backward_block`, `numbers` is the frame.
    """
    if up.shape != positions.shape or (len(out) > 0 and out.shape != positions.shape):
        raise InputError(
            "a gradient does not have the shape of the pooled maps: "
            "give one number for each of theirs"
        )
    frame = numbers.view(FRAME)
    x, up, out = np.ascontiguousarray(x), np.ascontiguousarray(up), np.ascontiguousarray(out)
    positions, order = np.ascontiguousarray(positions), order_of_filters(frame, flip, x)
    blocks, size = frame[0].blocks, len(w) * size_of_filter(frame, x)[0]
    filters, flat = np.zeros(size, x.dtype), np.ascontiguousarray(w).reshape(-1)
    for k in range(len(order)):
        filters[order[k]] = flat[k]
    sums = np.zeros((max(1, blocks), size), x.dtype)
    bias_sums = np.zeros((len(sums), len(w)), np.float64)
    given = x, filters, positions, up, out, ws, to_all, frame
    in_parallel(backward_block, blocks, (*given, sums, bias_sums, x_gradient))
    add_up(sums)
    of_w = w_gradient.reshape(-1)
    for k in range(len(order)):
        of_w[k] = sums[0, order[k]]
    add_up(bias_sums)
    for m in range(len(b_gradient)):
        b_gradient[m] = bias_sums[0, m]


@numba_njit
def pooled_shape(numbers, ws_rows, ws_columns):
    """(batch, maps, out rows, out columns) for a frame and a window; refuses one that is larger."""
    shape = numbers.view(FRAME)[0]
    pooled = shape.images, shape.maps, shape.out_rows // ws_rows, shape.out_columns // ws_columns
    if pooled[2] < 1 or pooled[3] < 1:
        raise InputError(
            "a pool does not fit into an image and its padding: "
            "use a smaller pool or larger pictures, or ignore_border=False"
        )
    return pooled


@compiled_form(PooledConvolution)
def conv_pool(op, node):
    """Pooled maps and places."""
    dtype, (ws_rows, ws_columns) = node.outputs[0].type.dtype, op.ws
    prepare(dtype)
    four, bias = arrays(dtype, 4, 1)
    places = arrays(op.position_type, 4)[0].copy(layout="C")
    types_of = (four, four, bias, types.boolean, NUMBERS, four.copy(layout="C"), places)
    forward, key = forward_of(op.ws, op.ties, dtype, op.position_type), (*op.ws, op.ties == "all")
    fill, frame_of = kernel(forward, types_of, key), framing(op)
    flip, position_type = op.filter_flip, np.dtype(op.position_type)

    @numba_njit
    def with_places(x, w, bias):
        """Of x, w and biases (maps,), or (0,) for no tanh, pooled maps and places."""
        numbers = frame_of(x.shape, w.shape)
        shape = pooled_shape(numbers, ws_rows, ws_columns)
        pooled, positions = np.empty(shape, dtype=x.dtype), np.empty(shape, dtype=position_type)
        fill((x, w, bias, flip, numbers, pooled, positions))
        return pooled, positions

    outputs = with_places
    if not op.places:
        outputs = without_places_of(op, dtype, with_places)

    if op.tanh:

        @numba_njit
        def conv_pool(x, w, b):
            """Of x, w and b (maps,) pooled maps and places."""
            if len(b) != len(w):
                raise InputError("the biases are not as many as the filters: give one for each")
            return outputs(x, w, b)

    else:

        @numba_njit
        def conv_pool(x, w):
            """Of x and w pooled maps and places."""
            return outputs(x, w, np.empty(0, dtype=x.dtype))

    return conv_pool


def without_places_of(op, dtype: str, with_places):
    """What makes pooled maps alone: by Winograd's convolution where that serves."""
    if dtype != "float32" or op.ws != (2, 2) or op.subsample != (1, 1):

        @numba_njit
        def without_places(x, w, bias):
            """Pooled maps."""
            return with_places(x, w, bias)[0]

        return without_places

    winograd, frame_of = Winograd(5, window=2), framing(op)
    four, bias = arrays(dtype, 4, 1)
    types_of = four, four, bias, types.boolean, NUMBERS, four.copy(layout="C")
    fill, applies, flip = kernel(pooled_by(winograd), types_of), winograd.applies, op.filter_flip

    @numba_njit
    def faster(x, w, bias):
        """Pooled maps."""
        numbers = frame_of(x.shape, w.shape)
        if not applies(numbers.view(FRAME)):
            return with_places(x, w, bias)[0]
        pooled = np.empty(pooled_shape(numbers, 2, 2), dtype=x.dtype)
        fill((x, w, bias, flip, numbers, pooled))
        return pooled

    return faster


def pooled_by(winograd):
    """What fills pooled maps by Winograd's convolution, bias and tanh included."""
    maps_block, filters_at_points = winograd.maps_block, winograd.filters_at_points
    tiling_of = winograd.tiling_of

    @numba_njit
    def pooled_block(block, x, filters, bias, tiling, frame, pooled):
        """The pooled maps of the images of a block."""
        maps_block(block, x, filters, tiling, frame, pooled)
        for n in images_of(block, frame):
            if len(bias):
                add_bias_and_squash(pooled[n].reshape(-1), bias)

    def pooled_by_winograd(x, w, bias, flip, numbers, pooled):
        """Fill the pooled maps; no bias (0,): no tanh. `numbers` is the frame."""
        frame, x = numbers.view(FRAME), np.ascontiguousarray(x)
        filters, tiling = filters_at_points(w, frame, flip, True), tiling_of(frame, x)
        arguments = x, filters, bias, tiling, frame, pooled
        in_parallel(pooled_block, frame[0].blocks, arguments)

    return pooled_by_winograd


@compiled_form(PooledConvolutionGradients)
def conv_pool_gradients(op, node):
    """The gradients."""
    dtype = node.outputs[0].type.dtype
    prepare(dtype)
    four, bias = arrays(dtype, 4, 1)
    pair, places = types.UniTuple(types.intp, 2), arrays(op.position_type, 4)[0]
    result = four.copy(layout="C"), four.copy(layout="C"), bias.copy(layout="C")
    options = types.boolean, pair, types.boolean, NUMBERS
    types_of = four, four, places, four, four, *options, *result
    fill, frame_of = kernel(conv_pool_backward, types_of), framing(op)
    flip, ws, to_all = op.filter_flip, op.ws, op.ties == "all"
    with_tanh, of_input = op.tanh, op.of_input

    @numba_njit
    def gradients(x, w, positions, up, out):
        """Of all that there may be the gradients of w, x and b; empty where not wanted."""
        of_w, of_x = np.empty(w.shape, dtype=x.dtype), np.empty((0, 0, 0, 0), dtype=x.dtype)
        of_b = np.empty(len(w) if with_tanh else 0, dtype=x.dtype)
        if of_input:
            of_x = np.empty(x.shape, dtype=x.dtype)
        numbers = frame_of(x.shape, w.shape)
        fill((x, w, positions, up, out, flip, ws, to_all, numbers, of_w, of_x, of_b))
        return of_w, of_x, of_b

    return _with_outputs(gradients, with_tanh, of_input)


def _with_outputs(gradients, with_tanh, of_input):
    """What takes and returns as much as the operation's properties say."""
    if with_tanh and of_input:
        return gradients
    if with_tanh:

        @numba_njit
        def of_filters_and_bias(x, w, positions, up, out):
            """The gradients of w and b."""
            of_w, _, of_b = gradients(x, w, positions, up, out)
            return of_w, of_b

        return of_filters_and_bias

    if of_input:

        @numba_njit
        def of_filters_and_input(x, w, positions, up):
            """The gradients of w and x."""
            of_w, of_x, _ = gradients(x, w, positions, up, up[:0])
            return of_w, of_x

        return of_filters_and_input

    @numba_njit
    def of_filters(x, w, positions, up):
        """The gradient of w."""
        return gradients(x, w, positions, up, up[:0])[0]

    return of_filters
