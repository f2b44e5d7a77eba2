"""Convolution for NUMBA mode: products of filters and patches, blocks of images side by side.

Filters of 3 x 3 in single precision mostly have fewer multiplications (``winograd.py``).

A block is as large as the shapes say, whatever the number of threads, and each sums its own
gradient of the filters: the results do not depend on how many threads there are.

Shapes are those of the operations; of one picture, `patches` has taps * width elements, `maps` and
`delta` (their gradient) maps * spots. The filters lie in the order of the products' matrices:
(taps, maps) for each kernel row, or for all of them together. See ``README.rst`` for the words.
"""

from functools import cache

import numpy as np
from numba import types
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.exceptions import InputError
from dltut.kernels.conv.op import (
    Convolution,
    ConvolutionInputGradient,
    ConvolutionWeightGradient,
    TransposedConvolution,
)
from dltut.kernels.conv.winograd import Winograd
from dltut.kernels.engine.blocks import add_up
from dltut.kernels.engine.gather import (
    FRAME,
    NUMBERS,
    framing,
    gather,
    order_of,
    segments_of,
    spread,
    start,
    turn,
)
from dltut.kernels.engine.gemm import ROWS, prepare, product
from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.turned import transpose


@numba_njit
def convolve(filters, patches, frame, maps):
    """The maps of one picture, from its patches, one product after the other.

    Parameters
    ----------
    filters : array
        See `panels_of`.
    patches : array, shape (taps * width,)
    frame : record
    maps : array, shape (maps * spots,)
    """
    shape = frame[0]
    sizes, height = (shape.maps, shape.spots, shape.taps), panelled(shape.maps)
    for first in range(0, shape.kernel_rows, shape.together):
        part = filters[first // shape.together * height * shape.taps :]
        under, beta = patches[start(first, frame) :], 0.0 if first == 0 else 1.0
        product(False, False, *sizes, 1.0, part, 0, under, shape.width, beta, maps, shape.spots)


@numba_njit
def add_filter_gradient(columns, patches, frame, filters):
    """Add one picture's gradient of the filters, from that of the maps.

    Parameters
    ----------
    columns : array, shape (spots * maps,)
        That of the maps, transposed: products read it faster so.
    patches : array, shape (taps * width,)
    frame : record
    filters : array, shape (kernel elements,)
    """
    shape = frame[0]
    sizes = shape.taps, shape.maps, shape.spots
    for first in range(0, shape.kernel_rows, shape.together):
        part, under = filters[first * shape.maps * shape.taps :], patches[start(first, frame) :]
        lda, ldb, ldc = shape.width, shape.maps, shape.maps
        product(False, False, *sizes, 1.0, under, lda, columns, ldb, 1.0, part, ldc)


@numba_njit
def add_patch_gradient(delta, filters, frame, patches):
    """Add one picture's gradient of the patches (taps * width,); others as for `convolve`."""
    shape = frame[0]
    sizes = shape.taps, shape.spots, shape.maps
    for first in range(0, shape.kernel_rows, shape.together):
        part, under = filters[first * shape.maps * shape.taps :], patches[start(first, frame) :]
        lda, ldb, ldc = shape.maps, shape.spots, shape.width
        product(False, False, *sizes, 1.0, part, lda, delta, ldb, 1.0, under, ldc)


@numba_njit
def images_of(block, frame):
    """The numbers of the images of a block."""
    shape = frame[0]
    return range(block * shape.block, min((block + 1) * shape.block, shape.images))


@numba_njit
def convolve_block(block, x, filters, segments, frame, maps):
    """The maps of the images of a block.

    Parameters
    ----------
    x : array, shape (batch, channels, rows, columns)
    filters : array
        See `panels_of`.
    segments : uint64 array, shape (segments, 3)
    frame : record
    maps : array, shape (batch, maps, out rows, out columns)
    """
    patches = np.zeros(frame[0].taps * frame[0].width, dtype=x.dtype)
    for n in images_of(block, frame):
        gather(x[n].reshape(-1), segments, frame, patches)
        convolve(filters, patches, frame, maps[n].reshape(-1))


def convolution(x, w, flip, numbers, maps):
    """Fill the maps; `numbers` is the frame as `framing` makes it."""
    frame = numbers.view(FRAME)
    x, segments = np.ascontiguousarray(x), segments_of(frame)
    filters = panels_of(w, frame, order_of(frame, flip))
    in_parallel(convolve_block, frame[0].blocks, (x, filters, segments, frame, maps))


@numba_njit
def input_gradient_block(block, up, filters, segments, frame, gradient):
    """The gradients of the images of a block, from those of their maps."""
    patches = np.empty(frame[0].taps * frame[0].width, dtype=up.dtype)
    for n in images_of(block, frame):
        patches[:] = 0
        add_patch_gradient(up[n].reshape(-1), filters, frame, patches)
        picture = gradient[n].reshape(-1)
        picture[:] = 0
        spread(patches, segments, frame, picture)


@numba_njit
def check_maps(up, frame):
    """Refuse a gradient whose shape is not that of the maps."""
    shape = frame[0]
    if up.shape != (shape.images, shape.maps, shape.out_rows, shape.out_columns):
        raise InputError(
            "a gradient does not have the shape of the maps: give one number for each of theirs"
        )


def gradient_of_input(up, w, flip, numbers, gradient):
    """Fill the gradient (as x)."""
    frame = numbers.view(FRAME)
    check_maps(up, frame)
    up, segments = np.ascontiguousarray(up), segments_of(frame)
    filters = matrices_of(w, order_of(frame, flip))
    in_parallel(input_gradient_block, frame[0].blocks, (up, filters, segments, frame, gradient))


@numba_njit
def weight_gradient_block(block, x, up, segments, frame, sums):
    """Add up the gradients of the filters over a block's images in its own row of the sums."""
    shape = frame[0]
    patches = np.zeros(shape.taps * shape.width, dtype=x.dtype)
    columns = np.empty(shape.maps * shape.spots, dtype=x.dtype)
    for n in images_of(block, frame):
        gather(x[n].reshape(-1), segments, frame, patches)
        transpose(up[n].reshape(-1), shape.maps, shape.spots, columns)
        add_filter_gradient(columns, patches, frame, sums[block])


def gradient_of_filters(x, up, flip, numbers, gradient):
    """Fill the gradient (as w)."""
    frame = numbers.view(FRAME)
    check_maps(up, frame)
    x, up, segments = np.ascontiguousarray(x), np.ascontiguousarray(up), segments_of(frame)
    sums = np.zeros((max(1, frame[0].blocks), gradient.size), dtype=x.dtype)
    in_parallel(weight_gradient_block, frame[0].blocks, (x, up, segments, frame, sums))
    add_up(sums)
    order, filters = order_of(frame, flip), gradient.reshape(-1)
    for k in range(len(order)):
        filters[order[k]] = sums[0, k]


@numba_njit
def matrices_of(w, order):
    """The filters (kernel elements,) in an order (kernel elements,), that of the products."""
    matrices = np.empty(w.size, dtype=w.dtype)
    w = np.ascontiguousarray(w).reshape(-1)
    for k in range(len(order)):
        matrices[k] = w[order[k]]
    return matrices


@numba_njit
def panelled(n):
    """Rows of a left factor in panels, the last of which is filled up."""
    return -(-n // ROWS) * ROWS


@numba_njit
def panels_of(w, frame, order):
    """The filters as `product` reads left factors in panels: maps are rows, taps are terms.

    Returns
    -------
    array, shape (products * panelled maps * taps,)
    """
    shape, n = frame[0], 0
    height = panelled(shape.maps)
    panels = np.zeros(shape.kernel_rows // shape.together * height * shape.taps, dtype=w.dtype)
    w = np.ascontiguousarray(w).reshape(-1)
    for first in range(0, len(panels), height * shape.taps):
        for tap in range(shape.taps):
            for top in range(0, shape.maps, ROWS):
                place = first + top * shape.taps + tap * ROWS
                for m in range(min(ROWS, shape.maps - top)):
                    panels[place + m] = w[order[n]]
                    n += 1
    return panels


@cache
def winograd_of(step: tuple[int, int], dtype: str):
    """What convolves with fewer multiplications, for filters of 3 x 3, or None.

    In double precision all digits count: it has the plain sums.
    """
    return Winograd(3, step[0]) if dtype == "float32" and step in ((1, 1), (2, 2)) else None


def prepared(function, op, node):
    """What fills the output, all its arguments in one tuple, and what makes its frame."""
    dtype = node.outputs[0].type.dtype
    prepare(dtype)
    four = arrays(dtype, 4)[0]
    types_of = four, four, types.boolean, NUMBERS, four.copy(layout="C")
    fill, winograd = kernel(function, types_of), winograd_of(op.subsample, dtype)
    if winograd is None:
        return fill, framing(op)
    fewer = {
        convolution: winograd.fill_maps,
        gradient_of_input: winograd.fill_pictures,
        gradient_of_filters: winograd.fill_filters,
    }
    if fewer[function] is None:
        return fill, framing(op)
    applies, fill_faster = winograd.applies, kernel(fewer[function], types_of, op.subsample)

    @numba_njit
    def fill_either(arguments):
        """By Winograd's convolution where that applies."""
        if applies(arguments[3].view(FRAME)):
            fill_faster(arguments)
        else:
            fill(arguments)

    return fill_either, framing(op)


def may_turn(op) -> bool:
    """Whether a convolution may have fewer pixels than spots, for shapes that are not known yet."""
    return op.border_mode != "valid" and op.subsample == (1, 1)


@numba_njit
def turns(numbers, fewer):
    """Turn a frame if that saves products: where zeros around make most terms of the sums 0.

    Parameters
    ----------
    numbers : int64 array, shape (len(FRAME),)
    fewer : int
        How many fewer pixels than spots there must be.

    Returns
    -------
    bool
    """
    shape = numbers.view(FRAME)[0]
    has_room = shape.pad_rows < shape.kernel_rows and shape.pad_columns < shape.kernel_columns
    is_shorter = shape.rows * shape.columns + fewer <= shape.spots
    if has_room and is_shorter:
        turn(numbers)
    return has_room and is_shorter


@compiled_form(Convolution)
def maps(op, node):
    """The maps."""
    (fill, frame_of), flip, may = prepared(convolution, op, node), op.filter_flip, may_turn(op)
    fill_turned = prepared(gradient_of_input, op, node)[0] if may else fill

    @numba_njit
    def maps_of(x, w):
        """Of x and w the maps."""
        frame = frame_of(x.shape, w.shape)
        shape = frame.view(FRAME)[0]
        sides = shape.images, shape.maps, shape.out_rows, shape.out_columns
        maps = np.empty(sides, dtype=x.dtype)
        if may and turns(frame, 1):
            fill_turned((x, w, flip, frame, maps))
        else:
            fill((x, w, flip, frame, maps))
        return maps

    return maps_of


def gradient_filling(op, node):
    """What fills the gradient of the pictures, the same for whoever asks, and makes its frame."""
    (fill, frame_of), flip = prepared(gradient_of_input, op, node), op.filter_flip
    may = may_turn(op)
    fill_turned = prepared(convolution, op, node)[0] if may else fill

    @numba_njit
    def fill_gradient(up, w, frame, gradient):
        """From the maps' gradient and the filters."""
        if may and turns(frame, 0):  # as many products: copying pixels is faster than adding them
            fill_turned((up, w, flip, frame, gradient))
        else:
            fill((up, w, flip, frame, gradient))

    return fill_gradient, frame_of


@compiled_form(ConvolutionInputGradient)
def input_gradient(op, node):
    """The gradient of the pictures."""
    fill, frame_of = gradient_filling(op, node)

    @numba_njit
    def input_gradient(up, w, x):
        """Of up (as the maps), w and x the gradient (as x)."""
        gradient, frame = np.empty(x.shape, dtype=x.dtype), frame_of(x.shape, w.shape)
        check_maps(up, frame.view(FRAME))
        fill(up, w, frame, gradient)
        return gradient

    return input_gradient


@compiled_form(ConvolutionWeightGradient)
def weight_gradient(op, node):
    """The gradient of the filters."""
    (fill, frame_of), flip = prepared(gradient_of_filters, op, node), op.filter_flip
    may = may_turn(op)

    @numba_njit
    def weight_gradient(x, up, w):
        """Of x, up (as the maps) and w the gradient (as w)."""
        gradient, frame = np.empty(w.shape, dtype=x.dtype), frame_of(x.shape, w.shape)
        check_maps(up, frame.view(FRAME))
        if may and turns(frame, 1):
            fill((up, x, flip, frame, gradient))
        else:
            fill((x, up, flip, frame, gradient))
        return gradient

    return weight_gradient


@compiled_form(TransposedConvolution)
def pictures(op, node):
    """The pictures of maps."""
    fill, frame_of = gradient_filling(op, node)
    (row_step, column_step), border = op.subsample, op.border_mode
    none, less = (0, 0), (-1, -1)  # zeros on a side: kernel * halves // 2 + added
    known = {"valid": (0, none), "full": (2, less), "half": (1, none)}
    halves, added = known.get(border, (0, border))

    @numba_njit
    def side(n, step, kernel, added):
        """Rows or columns of the pictures."""
        return (n - 1) * step + kernel - 2 * (kernel * halves // 2 + added)

    @numba_njit
    def pictures_of(up, w):
        """Of up (batch, maps, rows, columns) and w the pictures."""
        rows = side(up.shape[2], row_step, w.shape[2], added[0])
        columns = side(up.shape[3], column_step, w.shape[3], added[1])
        if up.shape[1] != w.shape[0]:
            raise InputError(
                "the maps do not have as many channels as the filters take: "
                "the second axis of the maps must be the first of the filters"
            )
        if min(rows, columns) < 1:
            raise InputError(
                "of the maps nothing is left inside the border: use a smaller border_mode"
            )
        pictures = np.empty((up.shape[0], w.shape[1], rows, columns), dtype=up.dtype)
        fill(up, w, frame_of(pictures.shape, w.shape), pictures)
        return pictures

    return pictures_of
